#include "conformance/judge/answer_owed.hpp"

#include <algorithm>

#include "conformance/judge/findings.hpp"

namespace kitfox::conformance {
namespace {

bool open_at_agent(const connection& on, const stream& one, instant from, instant until) {
  return one.connected && *one.connected <= from && one.over_at_agent.value_or(until) >= until &&
         on.over_for_client().value_or(until) >= until;
}

bool waits_for_its_api_server(const evidence& about, const std::string& node, instant t) {
  return std::ranges::any_of(about.exchanges, [&](const exchange& one) {
    const connection& on = about.connections[one.connection];
    return on.from == node && on.to == "kubernetes" && one.sent && *one.sent < t &&
           one.received.value_or(t) >= t - seconds(1);
  });
}

/// A gateway may withdraw at the deadline what nobody waits for any more.
bool was_withdrawn(const evidence& about, const command& one, const std::string& node, instant deadline) {
  for (const std::size_t index : one.delivered_on)
    for (const stream_event& event : about.streams[index].delivered) {
      if (event.seen->name != "cancel" || event.seen->text.find(one.id) == std::string::npos) continue;
      const bool early = event.t < deadline - tolerance(about) - seconds(0.05);
      if (early || waits_for_its_api_server(about, node, deadline)) return true;
    }
  return false;
}

/// It could act all the time.
bool was_itself(const evidence& about, const std::string& node, instant from, instant until) {
  return std::ranges::any_of(about.processes, [&](const process& one) {
    return one.node == node && one.alive_at(from) && one.exited.value_or(until) >= until &&
           one.killed.value_or(until) >= until && one.told_to_stop.value_or(until) >= until &&
           !one.rested_in(from, until);
  });
}

/// Answered, or dialled for what may have been an answer.
bool tried(const evidence& about, const command& one, const std::string& node, instant from, instant until) {
  if (about.unseen_until(node, from, until)) return true;
  const bool answered = std::ranges::any_of(one.responses, [&](std::size_t index) {
    return about.connections[about.exchanges[index].connection].from == node;
  });
  return answered || std::ranges::any_of(about.connections, [&](const connection& on) {
           return on.from == node && on.to == "gateway" && on.exchanges.empty() && on.dialled_at >= from &&
                  on.dialled_at < until;
         });
}

/// The command that a call came to: by the id that its answer names, else by cluster, name and time.
const command* command_of(const evidence& about, const caller_call& call) {
  const nlohmann::json& answer = about.body_of(*call.ended);
  if (answer.is_object() && answer.contains("request_id") && answer["request_id"].is_string()) {
    const auto found = about.commands.find(answer["request_id"].get<std::string>());
    return found == about.commands.end() ? nullptr : &found->second;
  }
  for (const auto& [id, one] : about.commands)
    if (one.cluster == call.cluster && one.name == call.command && !one.sent.empty() &&
        one.sent.front().t >= call.begun->t && one.sent.front().t <= call.ended->t)
      return &one;
  return nullptr;
}

}  // namespace

std::optional<instant> time_of(const command& one) {
  if (!one.message.is_object()) return std::nullopt;
  const auto timeout = one.message.find("timeout");
  if (timeout == one.message.end() || !timeout->is_number()) return std::nullopt;
  const double span = timeout->get<double>();
  return span >= 0 && span < 1e6 ? std::optional{seconds(span)} : std::nullopt;
}

std::optional<std::string> silent_agent(const evidence& about, const command& one, instant until) {
  if (one.delivered.empty()) return std::nullopt;
  const instant from = one.delivered.front().t;
  const stream& over = about.streams[one.delivered_on.front()];
  const connection& on = about.connections[over.connection];
  if (on.from == "caller" || !open_at_agent(on, over, from, until) || on.disturbed_by(until))
    return std::nullopt;
  if (!was_itself(about, on.from, from, until)) return std::nullopt;
  const instant deadline = one.sent.empty() ? from : one.sent.front().t + time_of(one).value_or(0);
  if (was_withdrawn(about, one, on.from, deadline)) return std::nullopt;
  if (tried(about, one, on.from, from, until)) return std::nullopt;
  return on.from;
}

bool sent_nothing(const evidence& about, const caller_call& call) {
  if (call.ended == nullptr || call.cluster.empty() || command_of(about, call) != nullptr) return false;
  const instant from = call.begun->t, until = call.ended->t;
  return std::ranges::any_of(about.streams, [&](const stream& one) {
    return one.cluster == call.cluster && one.over_at_gateway.value_or(until) >= until &&
           open_at_agent(about.connections[one.connection], one, from, until);
  });
}

requirement_role side_at_stake(const scenario& what, std::string_view requirement) {
  for (const requirement_reference& one : what.verifies)
    if (one.id == requirement && one.side != requirement_role::both) return one.side;
  const kitfox::conformance::requirement* const about = find_requirement(requirement);
  return about == nullptr ? requirement_role::both : about->role;
}

std::string fault_of_the_other(const evidence& about, const caller_call& call, requirement_role side) {
  if (call.ended == nullptr) return {};
  if (side == requirement_role::agent)
    return sent_nothing(about, call) ? "the agent was connected, and the gateway sent it no command" : "";
  if (side != requirement_role::gateway) return {};
  const command* const one = command_of(about, call);
  if (one == nullptr || one->sent.empty()) return {};
  const auto time = time_of(*one);
  // Whoever tells its caller before the time is over has not waited for the agent.
  if (!time || call.ended->t + tolerance(about) + seconds(0.05) < one->sent.front().t + *time) return {};
  const auto silent = silent_agent(about, *one, call.ended->t);
  return silent ? *silent + " was sent the command and answered nothing" : "";
}

}  // namespace kitfox::conformance
