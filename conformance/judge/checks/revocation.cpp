// REV-*: a revoked key ends what was done with it.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

void judge_streams_closed(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const auto key = about.keys.find(one.key);
    if (key == about.keys.end() || !key->second.revoked || !one.connected_sent) continue;
    const instant revoked = *key->second.revoked;
    if (*one.connected_sent > revoked ||
        (one.over_at_gateway && *one.over_at_gateway < *key->second.revoke_begun))
      continue;
    const instant bound = revoked + seconds(1);
    if (about.end < bound + tolerance(about)) continue;
    out.evaluated("REV-1");
    const instant over = one.over_at_gateway.value_or(about.end + 1);
    if (over > bound) {
      out.too_late("REV-1", about.connections[one.connection].from,
                   "its stream closed by the gateway within 1 s of the revocation",
                   one.over_at_gateway ? "after " + print_span(over - revoked) : "still open", revoked,
                   over - bound);
    }
  }
}

void judge_nothing_after(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    const auto key = about.keys.find(one.key);
    if (key != about.keys.end() && key->second.revoked) {
      out.evaluated("REV-2");
      for (const stream_event& event : one.sent) {
        if (event.t > *key->second.revoked)
          out.fail("REV-2", "gateway", "no command sent on a revoked key", one.name + " " + id, event);
      }
    }
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      const auto with = about.keys.find(response.key);
      if (with == about.keys.end() || !with->second.revoked || !response.arrived ||
          *response.arrived < *with->second.revoked || !response.answered)
        continue;
      out.evaluated("REV-2");
      if (response.status_sent == 200)
        out.fail("REV-2", "gateway", "no response accepted on a revoked key", "200 for " + id,
                 {*response.answered, response.answer});
    }
  }
}

void judge_refused_at_once(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    const auto key = about.keys.find(connect.key);
    if (key == about.keys.end() || connect.wrong_secret || !key->second.revoked || !connect.arrived ||
        *connect.arrived <= *key->second.revoked || !connect.answered)
      continue;
    out.evaluated("REV-3");
    const int status = connect.status_sent;
    if (status == 401 || status == 429 || status == 503) continue;
    out.fail("REV-3", about.connections[one.connection].from, "401 to a connect with a revoked key",
             "HTTP " + std::to_string(status), {*connect.answered, connect.answer});
  }
}

/// REV-5: the cluster's other keys stay connected.
void judge_other_keys(const evidence& about, findings& out) {
  for (const auto& [id, revoked] : about.keys) {
    if (!revoked.revoked) continue;
    for (const stream& one : about.streams) {
      const auto other = about.keys.find(one.key);
      if (one.key == id || other == about.keys.end() || other->second.revoke_begun ||
          other->second.cluster != revoked.cluster || !one.connected_sent)
        continue;
      if (*one.connected_sent > *revoked.revoke_begun ||
          (one.over_at_gateway && *one.over_at_gateway < *revoked.revoke_begun))
        continue;
      out.evaluated("REV-5");
      const connection& on = about.connections[one.connection];
      if (on.ended_by_server_first() && *on.ended_by_server < *revoked.revoked + seconds(2) &&
          !on.disturbed_by(*on.ended_by_server)) {
        out.fail("REV-5", on.from, "a stream of another key kept", "closed by the gateway",
                 *on.ended_by_server);
      }
    }
  }
}

/// REV-6: commands in flight fail at once.
void judge_in_flight(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.cluster.empty()) continue;
    instant revoked = -1;
    bool all_revoked = true;
    for (const auto& [id, key] : about.keys) {
      if (key.cluster != call.cluster) continue;
      if (!key.revoked)
        all_revoked = false;
      else
        revoked = std::max(revoked, *key.revoked);
    }
    if (!all_revoked || revoked < 0 || call.begun->t >= revoked) continue;
    const instant ended = call.ended != nullptr ? call.ended->t : about.end;
    if (ended < revoked || (call.ended == nullptr && about.end < revoked + seconds(1))) continue;
    out.evaluated("REV-6");
    if (ended > revoked + seconds(1)) {
      out.too_late("REV-6", "call " + call.begun->id, "unavailable within 1 s of the revocation",
                   call.ended == nullptr ? "no answer" : "after " + print_span(ended - revoked), revoked,
                   ended - revoked - seconds(1));
    }
  }
}

constexpr std::string_view closed_ids[] = {"REV-1"};
constexpr std::string_view nothing_ids[] = {"REV-2"};
constexpr std::string_view revoked_connect_ids[] = {"REV-3"};
constexpr std::string_view other_ids[] = {"REV-5"};
constexpr std::string_view flight_ids[] = {"REV-6"};
constexpr requirement_check revocation_table[] = {
    {"revoked-streams", closed_ids, judge_streams_closed},
    {"nothing-after-revocation", nothing_ids, judge_nothing_after},
    {"revoked-connects", revoked_connect_ids, judge_refused_at_once},
    {"other-keys", other_ids, judge_other_keys},
    {"revoked-in-flight", flight_ids, judge_in_flight}};

}  // namespace

std::span<const requirement_check> revocation_checks() { return revocation_table; }

}  // namespace kitfox::conformance
