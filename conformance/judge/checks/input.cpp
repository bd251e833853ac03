// BAD-*, SSE-*: whatever comes in.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

/// What a server may say of itself instead of 500: 501 and 505 name what was asked for and is not spoken (RFC
/// 9110 §15.6.2, §15.6.6); 503 is for now, as Retry-After or the question for readiness says.
bool says_why(const exchange& one) {
  if (one.status_sent == 501 || one.status_sent == 505) return true;
  const bool of_health = one.path().ends_with("/ready") || one.path().ends_with("/health");
  const bool for_now =
      one.answer != nullptr && one.answer->more.is_object() && one.answer->more.contains("retry-after");
  return one.status_sent == 503 && (of_health || for_now);
}

/// BAD-1: no request makes the gateway fail, and nothing that is sent kills a program. An agent that ends by
/// itself is judged by why it did (REC-5, REC-6). That one lived on shows something only where something
/// hostile was sent to it, which is for scenarios to say.
void judge_no_server_error(const evidence& about, findings& out) {
  constexpr requirement_role gateway_side = requirement_role::gateway;
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (on.to != "gateway" || !one.answered) continue;
    out.evaluated("BAD-1", 1, gateway_side);
    if (one.status_sent < 500 || says_why(one)) continue;
    out.fail("BAD-1", "gateway", "no 5xx but 501, 505, and 503 with Retry-After",
             one.method + " " + one.target + " -> " + std::to_string(one.status_sent),
             {*one.answered, one.answer}, gateway_side);
  }
  for (const process& one : about.processes) {
    if (one.kind != "gateway" && one.kind != "agent") continue;
    if (!one.exited || one.killed || one.told_to_stop) continue;
    const bool by_itself = one.kind == "agent" && one.exit_code >= 0 && one.exit_code < 128;
    if (!by_itself)
      out.fail("BAD-1", one.node, "no end of a process without cause",
               "exit code " + std::to_string(one.exit_code), *one.exited,
               one.kind == "agent" ? requirement_role::agent : gateway_side);
  }
}

/// SSE-5: an event cut off before its blank line is not executed.
void judge_unfinished_events(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    if (one.sent.empty() || !one.delivered.empty()) continue;
    out.evaluated("SSE-5");
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      if (about.connections[response.connection].from == "caller" || !response.sent) continue;
      // While its stream is open an agent waits for the rest; that it was answered shows that it came.
      const auto over = about.streams[one.sent_on.front()].over_at_agent;
      if (!over || *response.sent < *over) continue;
      out.fail("SSE-5", about.connections[response.connection].from,
               "no answer to " + id + ", whose event never arrived whole", "a response",
               {*response.sent, response.request});
    }
  }
}

/// What ends lines elsewhere, but not in a stream: VT, FF, U+0085, U+2028, U+2029.
bool holds_separator(std::string_view text) {
  for (const std::string_view one : {"\v", "\f", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    if (text.find(one) != std::string_view::npos) return true;
  }
  return false;
}

/// SSE-1, SSE-3: what is no JSON object as a whole is no command, whatever a part of it looks like. True when
/// the command is such.
bool judge_nonsense(const evidence& about, const command& one, const std::string& agent, findings& out) {
  if (one.message.is_object()) return false;
  const std::string_view id = holds_separator(one.delivered.front().seen->text) ? "SSE-1" : "SSE-3";
  out.evaluated(id);
  for (const std::size_t index : one.responses) {
    const exchange& response = about.exchanges[index];
    if (about.connections[response.connection].from != "caller")
      out.fail(id, agent, "no answer to what is no JSON object", "an answer to " + one.id,
               response.sent.value_or(one.delivered.front().t));
  }
  return true;
}

/// SSE-1, SSE-2: every command that arrived whole is answered, however it was cut up and whatever stood
/// around it.
void judge_answered(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty()) continue;
    const connection& on = about.connections[about.streams[one.delivered_on.front()].connection];
    if (judge_nonsense(about, one, on.from, out)) continue;
    const std::string_view id_of_clause =
        holds_separator(one.delivered.front().seen->text) ? "SSE-1" : "SSE-2";
    double timeout = 30;
    if (one.message.is_object() && one.message.contains("timeout") && one.message["timeout"].is_number())
      timeout = one.message["timeout"].get<double>();
    const instant bound = one.delivered.front().t + seconds(timeout) + seconds(2);
    instant alive = about.end;
    if (on.by) {
      const process& agent = about.processes[*on.by];
      for (const auto& limit : {agent.exited, agent.killed, agent.told_to_stop, agent.paused}) {
        if (limit) alive = std::min(alive, *limit);
      }
    }
    if (alive < bound && one.responses.empty()) continue;
    out.evaluated(id_of_clause);
    if (!one.responses.empty()) continue;
    // An agent that cannot reach the gateway shows as failing dials: those are tries to answer.
    const instant delivered_at = one.delivered.front().t;
    const bool tried =
        std::any_of(about.connections.begin(), about.connections.end(), [&](const connection& c) {
          return c.from == on.from && c.to == "gateway" && c.dialled_at > delivered_at &&
                 c.dialled_at < bound && c.exchanges.empty();
        });
    bool cancelled = false;
    for (const stream_event& event : about.streams[one.delivered_on.front()].delivered) {
      cancelled =
          cancelled || (event.seen->name == "cancel" && event.seen->text.find(id) != std::string::npos);
    }
    if (!tried && !cancelled)
      out.fail(id_of_clause, on.from, "an answer to " + one.name + " " + id, "none", one.delivered.front());
  }
}

/// BAD-6: a request whose end is a matter of opinion is the last of its connection.
void judge_ambiguous_ends(const evidence& about, findings& out) {
  for (const connection& on : about.connections) {
    if (on.to != "gateway") continue;
    bool refused = false;
    for (const std::size_t index : on.exchanges) {
      const exchange& one = about.exchanges[index];
      if (refused && one.answered)
        out.fail("BAD-6", on.from, "no answer on the connection after a request of ambiguous end",
                 std::to_string(one.status_sent), {*one.answered, one.answer});
      if (one.request == nullptr || !one.request->facts().value("ambiguous", false) || !one.arrived) continue;
      out.evaluated("BAD-6");
      refused = true;
      if (one.answered && one.status_sent != 400)
        out.fail("BAD-6", on.from, "400 to a request of ambiguous end", std::to_string(one.status_sent),
                 {*one.answered, one.answer});
    }
  }
}

constexpr std::string_view ambiguous_ids[] = {"BAD-6"};
constexpr std::string_view server_ids[] = {"BAD-1"};
constexpr std::string_view unfinished_ids[] = {"SSE-5"};
constexpr std::string_view answered_ids[] = {"SSE-1", "SSE-2", "SSE-3"};
constexpr requirement_check input_table[] = {{"no-server-error", server_ids, judge_no_server_error},
                                             {"ambiguous-ends", ambiguous_ids, judge_ambiguous_ends},
                                             {"unfinished-events", unfinished_ids, judge_unfinished_events},
                                             {"answered", answered_ids, judge_answered}};

}  // namespace

std::span<const requirement_check> input_checks() { return input_table; }

}  // namespace kitfox::conformance
