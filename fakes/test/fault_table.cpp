#include "fakes/test/fault_bench.hpp"

namespace kitfox::test {
namespace {

using namespace std::chrono_literals;
using begins = fault_case::begins;
using order = fault_case::order;

/// Those that end a connection, or take it away.
std::vector<fault_case> ending_cases() {
  return {
      {.name = "Fin", .kind = "fin", .client_sees = "|fin", .server_sees = "|fin"},
      {.name = "RstOnIdle", .kind = "rst", .client_sees = "|rst", .server_sees = "|rst"},
      {.name = "HalfClose",
       .kind = "half_close",
       .json = R"({"toward": "client"})",
       .client_sends = "still here",
       .sending = order::after_firing,
       .client_sees = "|fin",
       .server_sees = "still here|open"},
      {.name = "CutEstablished", .kind = "cut_established", .client_sees = "|rst", .server_sees = "|rst"},
      {.name = "BlackHoleSurvivesHealing",
       .kind = "blackhole",
       .client_sends = "a",
       .server_sends = "b",
       .sending = order::after_firing,
       .client_sees_healed = "|open"},
      {.name = "IdleTimeoutByRst",
       .kind = "idle_timeout",
       .json = R"({"after": "60ms", "how": "rst"})",
       .client_sees = "|rst",
       .server_sees = "|rst",
       .takes_at_least = 50ms},
      {.name = "IdleTimeoutInSilence",
       .kind = "idle_timeout",
       .json = R"({"after": "60ms"})",
       .client_sends = "a",
       .server_sends = "b",
       .sending = order::after_firing},
      {.name = "MaxAge",
       .kind = "max_age",
       .json = R"({"age": "60ms"})",
       .added = begins::before_dial,
       .client_sees = "|fin",
       .server_sees = "|fin"},
      {.name = "LimitBytes",
       .kind = "limit_bytes",
       .json = R"({"bytes": 3, "direction": "upstream"})",
       .client_sends = "abcdef",
       .client_sees = "|fin",
       .server_sees = "abc|fin"},
      {.name = "Mute",
       .kind = "mute",
       .json = R"({"after": "30ms"})",
       .client_sends = "a",
       .server_sends = "b",
       .client_sees = "|fin",
       .server_sees = "|fin",
       .takes_at_least = 30ms},
      {.name = "NatRebind",
       .kind = "nat_rebind",
       .client_sends = "a",
       .server_sends = "b",
       .client_sees = "|rst"},
      {.name = "SlowClose",
       .kind = "slow_close",
       .json = R"({"delay": "30ms"})",
       .client_sends = "bye",
       .client = fault_case::afterwards::ends_its_direction,
       .server_sees = "bye|fin",
       .takes_at_least = 30ms},
  };
}

/// Those that stop it and let it go on.
std::vector<fault_case> holding_cases() {
  return {
      {.name = "Partition",
       .kind = "partition",
       .client_sends = "a",
       .server_sends = "b",
       .client_sees_healed = "b|open",
       .server_sees_healed = "a|open"},
      {.name = "PartitionOfOneDirection",
       .kind = "partition",
       .json = R"({"direction": "upstream"})",
       .client_sends = "a",
       .server_sends = "b",
       .client_sees = "b|open",
       .client_sees_healed = "b|open",
       .server_sees_healed = "a|open"},
      {.name = "HoldAndRelease",
       .kind = "hold",
       .client_sends = "one two",
       .server_sees_healed = "one two|open"},
      {.name = "HoldForAWhile",
       .kind = "hold",
       .json = R"({"lasts": "60ms"})",
       .client_sends = "held",
       .server_sees = "held|open",
       .takes_at_least = 50ms},
      {.name = "Clog",
       .kind = "clog",
       .json = R"({"least": "30ms", "most": "30ms"})",
       .client_sends = "burst",
       .server_sees = "burst|open",
       .takes_at_least = 30ms},
      {.name = "Swizzle",
       .kind = "swizzle",
       .json = R"({"over": "30ms"})",
       .client_sends = "a",
       .server_sends = "b",
       .sending = order::after_firing,
       .client_sees = "b|open",
       .server_sees = "a|open",
       .takes_at_least = 30ms},
  };
}

/// Those that change how bytes come.
std::vector<fault_case> shaping_cases() {
  return {
      {.name = "Slice",
       .kind = "slice",
       .json = R"({"size": 1, "delay": "5ms"})",
       .client_sends = "sliced",
       .server_sees = "sliced|open",
       .takes_at_least = 25ms},
      {.name = "Rate",
       .kind = "rate",
       .json = R"({"bytes_per_second": 200})",
       .client_sends = "twenty bytes of text",
       .server_sees = "twenty bytes of text|open",
       .takes_at_least = 100ms},
      {.name = "Latency",
       .kind = "latency",
       .json = R"({"delay": "60ms"})",
       .client_sends = "late",
       .server_sees = "late|open",
       .takes_at_least = 60ms},
      // Its fifteen retransmissions are all lost, one timeout twice the one before.
      {.name = "Loss",
       .kind = "loss",
       .json = R"({"chance": 1, "retransmit_after": "1us"})",
       .client_sends = "again",
       .server_sees = "again|open",
       .takes_at_least = 32ms},
      // The bit, here the highest of the t, is drawn from the seed of the link, which is the same in all
      // worlds.
      {.name = "Corrupt",
       .kind = "corrupt",
       .client_sends = "intact",
       .server_sees = "in\xF4"
                      "act|open"},
  };
}

/// Those that meet the next dial.
std::vector<fault_case> dial_cases() {
  std::vector<fault_case> cases{
      {.name = "BlockNewByRefusing",
       .kind = "block_new",
       .json = R"({"answer": "refuse", "connection": 2})",
       .client_sends = "a",
       .server_sees = "a|open",
       .second_dial = "rst"},
      {.name = "BlockNewByHanging",
       .kind = "block_new",
       .json = R"({"answer": "hang", "connection": 2})",
       .client_sends = "a",
       .server_sees = "a|open",
       .second_dial = "silence"},
      {.name = "Refuse", .kind = "refuse", .second_dial = "rst"},
      {.name = "SynDrop", .kind = "syn_drop", .second_dial = "silence"},
      {.name = "Unreachable", .kind = "unreachable", .second_dial = "rst"},
      {.name = "ResetAfterAccept", .kind = "reset_after_accept", .second_dial = "rst"},
      {.name = "TlsAlert", .kind = "tls_alert", .second_dial = "tls_failed"},
      {.name = "TlsStall", .kind = "tls_stall", .second_dial = "silence"},
      {.name = "CertificateExpired",
       .kind = "certificate",
       .json = R"({"is": "expired", "connection": 2})",
       .second_dial = "certificate_expired"},
      {.name = "CertificateNotYetValid",
       .kind = "certificate",
       .json = R"({"is": "not_yet_valid", "connection": 2})",
       .second_dial = "certificate_not_yet_valid"},
      {.name = "CertificateOfAnotherHost",
       .kind = "certificate",
       .json = R"({"is": "wrong_host", "connection": 2})",
       .second_dial = "certificate_wrong_host"},
      {.name = "CertificateOfAnotherAuthority",
       .kind = "certificate",
       .json = R"({"is": "unknown_authority", "connection": 2})",
       .second_dial = "certificate_untrusted"},
  };
  for (fault_case& one : cases) {
    if (one.json == "{}") one.json = R"({"connection": 2})";
  }
  return cases;
}

}  // namespace

bool fault_case::needs_tls() const {
  return fault::registry::standard().find(kind)->family == fault::fault_family::tls;
}

const std::vector<fault_case>& fault_table() {
  static const std::vector<fault_case> all = [] {
    std::vector<fault_case> made = ending_cases();
    for (const auto& more : {holding_cases(), shaping_cases(), dial_cases(), http_cases(), sse_cases()}) {
      made.insert(made.end(), more.begin(), more.end());
    }
    return made;
  }();
  return all;
}

}  // namespace kitfox::test
