// RSP-7, CMD-7: what connections are kept for, and when they are given up.
#include <algorithm>
#include <map>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

bool serves_an_answer(const exchange& one) {
  return one.method == "POST" && one.target.find("/agent/response/") != std::string::npos;
}

/// The answers of one process, in the order in which they were sent.
std::vector<const exchange*> answers_of(const evidence& about, const process& agent) {
  std::vector<const exchange*> out;
  for (const std::size_t index : agent.connections) {
    for (const std::size_t number : about.connections[index].exchanges) {
      const exchange& one = about.exchanges[number];
      if (serves_an_answer(one) && one.sent) out.push_back(&one);
    }
  }
  std::ranges::sort(out, {}, [](const exchange* one) { return *one->sent; });
  return out;
}

/// RSP-7: an answer goes out over a connection that the one before left free, when that was a moment ago.
void judge_kept_connections(const evidence& about, findings& out) {
  const instant moment = seconds(10);
  // In real time an answer has reached an agent before the agent has read it, and it may dial in between.
  const instant unread = about.facts().value("world", "") == "sim" ? 0 : tolerance(about);
  for (const process& agent : about.processes) {
    if (agent.kind != "agent") continue;
    const exchange* before = nullptr;
    for (const exchange* one : answers_of(about, agent)) {
      const exchange* earlier = std::exchange(before, one);
      if (earlier == nullptr || !earlier->received || *earlier->received > *one->sent) continue;
      const connection& kept = about.connections[earlier->connection];
      const bool usable = *one->sent - *earlier->received <= moment && !kept.disturbed_by(*one->sent) &&
                          !(kept.ended_by_server_first() && *kept.ended_by_server <= *one->sent);
      if (!usable) continue;
      out.evaluated("RSP-7");
      const bool fresh = about.connections[one->connection].exchanges.front() ==
                         static_cast<std::size_t>(one - about.exchanges.data());
      // Records of one instant stand in their order.
      const connection& taken = about.connections[one->connection];
      const bool after = taken.dialled > earlier->answer && taken.dialled_at >= *earlier->received + unread;
      if (one->connection != earlier->connection && fresh && after)
        out.fail("RSP-7", agent.node, "an answer over the connection that is free", "a new connection",
                 *one->sent);
    }
  }
}

/// One stretch of an agent's work on a command.
struct running_command {
  const command* what = nullptr;
  std::string agent;
  instant from = 0, until = 0;
};

std::vector<running_command> running_commands(const evidence& about) {
  std::vector<running_command> out;
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty()) continue;
    running_command run{&one, about.connections[about.streams[one.delivered_on.front()].connection].from,
                        one.delivered.front().t, about.end};
    for (const std::size_t index : one.responses)
      run.until = std::min(run.until, about.exchanges[index].sent.value_or(about.end));
    out.push_back(std::move(run));
  }
  return out;
}

/// When a command had to stop: withdrawn, or out of time. Empty: neither while it ran.
std::optional<instant> had_to_stop(const evidence& about, const running_command& run) {
  std::optional<instant> when;
  const double timeout = run.what->message.is_object() ? run.what->message.value("timeout", 30.0) : 30.0;
  const instant deadline = run.from + seconds(timeout);
  if (deadline < about.end) when = deadline;
  for (const std::size_t number : run.what->delivered_on) {
    for (const stream_event& event : about.streams[number].delivered) {
      if (event.seen->name != "cancel") continue;
      const nlohmann::json& data = about.body_of(*event.seen);
      if (!data.is_object() || data.value("request_id", "") != run.what->id) continue;
      if (!when || event.t < *when) when = event.t;
    }
  }
  return when;
}

bool of_census(const exchange& one) {
  return one.path() == "/version" || one.path() == "/api/v1/nodes" || one.path() == "/api/v1/namespaces";
}

/// CMD-7: nothing is asked of the API server in the name of a command that is over.
void judge_abandoned_calls(const evidence& about, findings& out) {
  const auto runs = running_commands(about);
  for (const running_command& run : runs) {
    const auto stop = had_to_stop(about, run);
    if (!stop) continue;
    // Only where the calls of the time can belong to no other command.
    const bool alone = std::ranges::none_of(runs, [&](const running_command& other) {
      return &other != &run && other.agent == run.agent && other.from <= *stop + seconds(1) &&
             other.until >= run.from;
    });
    if (!alone) continue;
    for (const exchange& call : about.exchanges) {
      const connection& on = about.connections[call.connection];
      if (on.to != "kubernetes" || on.from != run.agent || !call.sent || of_census(call)) continue;
      if (*call.sent < run.from || *call.sent >= *stop || (call.received && *call.received <= *stop))
        continue;
      out.evaluated("CMD-7");
      const instant over =
          std::min(call.received.value_or(about.end), on.over_for_client().value_or(about.end));
      if (over > *stop + seconds(1))
        out.too_late("CMD-7", run.agent, "the call for " + run.what->id + " ended within 1 s",
                     "after " + print_span(over - *stop), *stop, over - *stop - seconds(1));
    }
  }
}

constexpr std::string_view kept_connection_ids[] = {"RSP-7"};
constexpr std::string_view abandoned_ids[] = {"CMD-7"};
constexpr requirement_check connection_table[] = {
    {"kept-connections", kept_connection_ids, judge_kept_connections},
    {"abandoned-calls", abandoned_ids, judge_abandoned_calls}};

}  // namespace

std::span<const requirement_check> connection_checks() { return connection_table; }

}  // namespace kitfox::conformance
