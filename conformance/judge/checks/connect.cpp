// CON-*, TLS-*: who is let in, and what is said to those who are not.
#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

bool gateway_alive(const evidence& about, instant from, instant until) {
  for (const process& one : about.processes) {
    if (one.kind != "gateway" || !one.alive_at(from)) continue;
    const bool stopping = (one.told_to_stop && *one.told_to_stop < until) ||
                          (one.killed && *one.killed < until) || (one.paused && *one.paused < until);
    return one.alive_at(until) && !stopping;
  }
  return false;
}

bool revoked_by(const evidence& about, const std::string& key, instant t) {
  const auto found = about.keys.find(key);
  return found != about.keys.end() && found->second.revoked && *found->second.revoked <= t;
}

/// CON-1, CON-10: the whole key is verified; a wrong secret registers nothing.
void judge_wrong_secrets(const evidence& about, findings& out) {
  for (const exchange& one : about.exchanges) {
    if (about.connections[one.connection].to != "gateway" || !one.wrong_secret || !one.arrived) continue;
    if (!one.answered) continue;
    out.evaluated("CON-1");
    const std::string from = about.connections[one.connection].from;
    // 503 and 429 say that the key was not looked at.
    if (one.status_sent == 401 || one.status_sent == 429 || one.status_sent == 503 ||
        one.status_sent == 400 || one.status_sent == 431)
      continue;
    out.fail("CON-1", from, "401 to a key with a wrong secret", "HTTP " + std::to_string(one.status_sent),
             {*one.answered, one.answer});
  }
}

/// CON-3: an outage of the key store is never told as a refusal.
void judge_statuses(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    if (!connect.answered || connect.wrong_secret || connect.other_credential ||
        !about.keys.contains(connect.key))
      continue;
    if (about.connections[one.connection].from == "caller")
      continue;  // it may have gone to the callers' listener
    out.evaluated("CON-3");
    const instant t = *connect.answered;
    const bool maybe_revoked =
        about.keys.at(connect.key).revoke_begun && *about.keys.at(connect.key).revoke_begun <= t;
    if (connect.status_sent == 401 && !maybe_revoked) {
      out.fail("CON-3", about.connections[one.connection].from, "no 401 for a valid key", "401", t);
    }
    if (connect.status_sent != 503 && connect.status_sent != 429) continue;
    const bool tells = connect.answer != nullptr && connect.answer->more.is_object() &&
                       connect.answer->more.contains("retry-after");
    if (!tells) {
      out.fail("CON-3", about.connections[one.connection].from,
               "Retry-After with a " + std::to_string(connect.status_sent), "none", t);
    }
  }
}

/// CON-5: a valid connect is told `connected` within 2 s.
void judge_first_byte(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    if (!connect.arrived || connect.wrong_secret || !about.keys.contains(connect.key)) continue;
    if (connect.answered && connect.status_sent != 200) continue;
    const instant bound = *connect.arrived + seconds(2);
    const instant told = one.connected_sent.value_or(about.end);
    if (!one.connected_sent && (about.end < bound || !gateway_alive(about, *connect.arrived, bound)))
      continue;
    if (!one.connected_sent && one.over_at_gateway && *one.over_at_gateway < bound) continue;
    if (revoked_by(about, connect.key, *connect.arrived)) continue;
    out.evaluated("CON-5");
    if (told <= bound) continue;
    out.too_late("CON-5", about.connections[one.connection].from, "`connected` within 2 s of the request",
                 one.connected_sent ? "after " + print_span(told - *connect.arrived) : "none",
                 *connect.arrived, told - bound);
  }
}

/// CON-7: a key shows nowhere but in the Authorization header, and once when it is made.
void judge_leaks(const evidence& about, findings& out) {
  for (const record& one : about.source->records()) {
    if (!one.more.is_object() || !one.more.contains("leak")) continue;
    if (one.kind == record_kind::log) {
      out.fail("CON-7", one.node, "no secret in a log line",
               "the secret of " + one.more["leak"].get<std::string>() + " in " + one.name, one.t,
               one.node == "gateway" ? requirement_role::gateway : requirement_role::agent);
      continue;
    }
    const bool creation = one.kind == record_kind::http_response && one.status == 201 &&
                          one.target.find("/k8s-clusters") != std::string::npos;
    if (!creation)
      out.fail("CON-7", one.target, "no key in a URL or body", "a key in " + std::string{to_string(one.kind)},
               one.t,
               one.kind == record_kind::http_request ? requirement_role::agent : requirement_role::gateway);
  }
  if (!about.streams.empty()) out.evaluated("CON-7");
}

/// TLS-2, TLS-3: nothing is said to a server whose certificate is wrong; credentials stay with their origin.
void judge_tls(const evidence& about, findings& out) {
  for (const connection& one : about.connections) {
    if (!one.tls_ended || one.tls_failure.empty() || one.from == "caller") continue;
    out.evaluated("TLS-2");
    for (const std::size_t index : one.exchanges) {
      const exchange& said = about.exchanges[index];
      if (said.sent)
        out.fail("TLS-2", one.from, "no request after " + one.tls_failure, said.method + " " + said.target,
                 {*said.sent, said.request});
    }
  }
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (one.status < 300 || one.status >= 400 || on.to != "gateway" || on.from == "caller" || !one.received)
      continue;
    out.evaluated("TLS-3");
    const std::string location = one.answer != nullptr && one.answer->more.is_object()
                                     ? one.answer->facts().value("location", "")
                                     : "";
    for (const exchange& next : about.exchanges) {
      const bool follows =
          next.sent && *next.sent >= *one.received && about.connections[next.connection].from == on.from;
      if (follows && !location.empty() && location.ends_with(next.target) && next.target != one.target) {
        out.fail("TLS-3", on.from, "a redirect not followed", next.method + " " + next.target,
                 {*next.sent, next.request});
      }
    }
  }
}

/// SSE-6: streams are marked so that nothing in between buffers or stores them.
void judge_stream_headers(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    if (connect.status_sent != 200 || connect.answer == nullptr || !one.connected_sent) continue;
    out.evaluated("SSE-6");
    const nlohmann::json& headers = connect.answer->facts();
    if (headers.value("cache-control", "").find("no-cache") == std::string::npos ||
        headers.value("x-accel-buffering", "") != "no") {
      out.fail("SSE-6", "gateway", "Cache-Control: no-cache and X-Accel-Buffering: no on a stream",
               headers.dump(), {*connect.answered, connect.answer});
    }
  }
}

constexpr std::string_view secret_ids[] = {"CON-1"};
constexpr std::string_view status_ids[] = {"CON-3"};
constexpr std::string_view first_ids[] = {"CON-5"};
constexpr std::string_view leak_ids[] = {"CON-7"};
constexpr std::string_view tls_ids[] = {"TLS-2", "TLS-3"};
constexpr std::string_view header_ids[] = {"SSE-6"};
constexpr requirement_check connect_table[] = {{"wrong-secrets", secret_ids, judge_wrong_secrets},
                                               {"connect-statuses", status_ids, judge_statuses},
                                               {"first-byte", first_ids, judge_first_byte},
                                               {"leaks", leak_ids, judge_leaks},
                                               {"tls", tls_ids, judge_tls},
                                               {"stream-headers", header_ids, judge_stream_headers}};

}  // namespace

std::span<const requirement_check> connect_checks() { return connect_table; }

}  // namespace kitfox::conformance
