#include "conformance/world/subject_program.hpp"

#include <signal.h>

#include <algorithm>
#include <sstream>
#include <type_traits>
#include <variant>

#include "conformance/scenario/question.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/world/party_settings.hpp"
#include "protocol/commands.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

/// Where it is said what a program takes.
std::string said_by(const subject_program& program, const std::string& party) {
  return program.taken_by.empty() ? "--" + party + "-takes" : program.taken_by;
}

std::string missing_setting(const setting_list& settings, const subject_program& program,
                            const std::string& party) {
  for (const named_setting& one : settings) {
    const named_setting* const own = find_setting(program.own_settings, one.name);
    // One that goes by this very figure anyway need not be told.
    if (own != nullptr && own->value == one.value) continue;
    if (!program.does_take(one.name))
      return "it sets " + party + "." + one.name + ", which " + said_by(program, party) + " does not name";
  }
  return {};
}

bool is_gateway(const node_set& nodes) { return nodes.kind == node_set::what::gateway; }

/// Whether a step acts on the gateway's process.
bool acts_on_gateway(const step& one) {
  return std::visit(
      [](const auto& verb) {
        using kind = std::decay_t<decltype(verb)>;
        if constexpr (requires { verb.nodes.kind; })
          return is_gateway(verb.nodes);
        else
          return std::is_same_v<kind, drain_verb>;
      },
      one.action);
}

/// Whether a step ends or stops an agent's process, or starts one anew; a first start can be asked for.
bool acts_on_running_agents(const step& one) {
  return std::visit(
      [](const auto& verb) {
        using kind = std::decay_t<decltype(verb)>;
        if constexpr (requires { verb.nodes.kind; })
          return !std::is_same_v<kind, start_verb> && verb.nodes.kind == node_set::what::agents;
        else
          return std::is_same_v<kind, scale_verb> || std::is_same_v<kind, rotate_verb> ||
                 std::is_same_v<kind, wrong_secret_verb>;
      },
      one.action);
}

/// Whether a step waits for the end of a process.
bool waits_for_an_end(const step& one) {
  const auto* const state = std::get_if<await_verb>(&one.action);
  const auto* const event = std::get_if<event_trigger>(&one.timing);
  return (state != nullptr && state->state == agent_state::exited) ||
         (event != nullptr && event->event == event_trigger::what::exited);
}

/// Whether a check looks at more of such processes than the wire shows.
bool looks_into(const check& one, node_set::what processes) {
  return std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.nodes.kind; })
          return kind.nodes.kind == processes;
        else
          return false;
      },
      one.what);
}

std::string missing_of_reached(const scenario& what, const reached_gateway& gateway) {
  for (const std::string& team : what.topology.teams())
    if (!gateway.teams.empty() && std::ranges::find(gateway.teams, team) == gateway.teams.end())
      return "it has the team " + team + ", which `reach.teams` does not name";
  for (const step& one : what.steps)
    if (acts_on_gateway(one))
      return "it has \"" + one.verb_name + "\" of the gateway, which is reached by URL and not started here";
  if (std::ranges::any_of(what.checks,
                          [](const check& one) { return looks_into(one, node_set::what::gateway); }))
    return "it looks at the gateway's process or log, and the gateway is reached by URL";
  return {};
}

std::string missing_of_attached(const scenario& what, const attachment& by_hand) {
  std::size_t agents = 0;
  for (const cluster_spec& one : what.topology.clusters) agents += one.agents;
  if (agents > by_hand.agents_max)
    return "it has " + std::to_string(agents) + " agents, and --agents allows for " +
           std::to_string(by_hand.agents_max) + " to be started by hand";
  for (const step& one : what.steps) {
    if (acts_on_running_agents(one))
      return "it has \"" + one.verb_name + "\" of an agent, which was not started here";
    if (waits_for_an_end(one)) return "it waits for an agent's process to end, which was not started here";
  }
  if (std::ranges::any_of(what.checks,
                          [](const check& one) { return looks_into(one, node_set::what::agents); }))
    return "it looks at an agent's process or log, and the agent was not started here";
  return {};
}

/// The command that a step sends; empty where it sends none.
std::string command_of(const step& one, const topology& of) {
  if (const auto* call = std::get_if<execute_verb>(&one.action)) return call->command;
  const auto* const asked = std::get_if<ask_verb>(&one.action);
  if (asked == nullptr) return {};
  const auto understood = understand(asked->question, asked->as, of);
  return understood ? understood->command : std::string{};
}

std::string missing_command(const scenario& what, const std::set<std::string>& offered) {
  for (const step& one : what.steps) {
    const std::string command = command_of(one, what.topology);
    const protocol::command_rule* const rule = protocol::find_command(command);
    if (rule != nullptr && rule->origin == protocol::command_origin::added && !offered.contains(command))
      return "it sends " + command + ", an optional command that was not declared";
  }
  return {};
}

/// The part of a recipe that a step cannot do without.
std::string missing_way(const step& one, const key_recipe& recipe) {
  const auto without = [](const std::optional<key_action>& way, const char* name) {
    return way ? "" : std::string{"it needs a way to do what `keys."} + name + "` would declare";
  };
  if (const auto* revoke = std::get_if<revoke_verb>(&one.action))
    return revoke->which == revoke_verb::keys::all ? without(recipe.revoke, "revoke")
                                                   : without(recipe.revoke_key, "revoke_key");
  if (std::holds_alternative<issue_key_verb>(one.action)) return without(recipe.another, "another");
  if (!std::holds_alternative<rotate_verb>(one.action)) return {};
  const std::string missing = without(recipe.another, "another");
  return missing.empty() ? without(recipe.revoke_key, "revoke_key") : missing;
}

std::string missing_of_keys(const scenario& what, const key_recipe& recipe) {
  for (const cluster_spec& one : what.topology.clusters)
    if (one.key == starting_key::revoked && !recipe.revoke)
      return "it begins with a revoked key, and `keys.revoke` is not declared";
  for (const step& one : what.steps)
    if (std::string missing = missing_way(one, recipe); !missing.empty()) return missing;
  return {};
}

bool looks_at_readiness(const scenario& what) {
  return std::ranges::any_of(
             what.checks, [](const check& one) { return std::holds_alternative<ready_check>(one.what); }) ||
         std::ranges::any_of(what.verifies,
                             [](const requirement_reference& one) { return one.id == "LIV-5"; });
}

/// The gateway's interval is announced by a member that an agent need not know (VER-2). One that says by
/// which interval it counts instead cannot be expected to notice silence by another.
std::string missing_announcement(const scenario& what, const subject_program& agent) {
  constexpr std::string_view interval = "heartbeat_interval";
  const bool about_silence = std::ranges::any_of(
      what.verifies, [](const requirement_reference& one) { return one.id == "LIV-2" || one.id == "LIV-5"; });
  if (!about_silence || find_setting(what.gateway_settings, interval) == nullptr ||
      find_setting(what.agent_settings, interval) != nullptr ||
      find_setting(agent.own_settings, interval) == nullptr)
    return {};
  return "the gateway announces its interval, and the agent has a heartbeat_interval of its own";
}

}  // namespace

std::span<const std::pair<std::string_view, int>> stop_signals() {
  static constexpr std::pair<std::string_view, int> known[] = {
      {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT}, {"SIGQUIT", SIGQUIT}, {"SIGHUP", SIGHUP}};
  return known;
}

int stop_signal_number(std::string_view name) {
  const auto found = std::ranges::find(stop_signals(), name, &std::pair<std::string_view, int>::first);
  KITFOX_ASSERT(found != stop_signals().end());
  return found->second;
}

std::vector<std::string> takeable_names(party of) {
  std::vector<std::string> out = setting_names(of);
  if (of == party::agent) out.emplace_back(probe_file_name);
  return out;
}

std::string add_takeable(const std::string& name, party of, std::set<std::string>& takes) {
  const std::vector<std::string> known = takeable_names(of);
  if (name == "all")
    takes.insert(known.begin(), known.end());
  else if (std::ranges::find(known, name) != known.end())
    takes.insert(name);
  else
    return "unknown name \"" + name + "\"" + suggestion(name, known);
  return {};
}

std::vector<std::string> optional_commands() {
  std::vector<std::string> out;
  for (const protocol::command_rule& one : protocol::command_list())
    if (one.origin == protocol::command_origin::added) out.emplace_back(one.name);
  return out;
}

std::string add_command(const std::string& name, std::set<std::string>& commands) {
  const std::vector<std::string> known = optional_commands();
  if (name == "all")
    commands.insert(known.begin(), known.end());
  else if (std::ranges::find(known, name) != known.end())
    commands.insert(name);
  else
    return "\"" + name + "\" is no optional command" + suggestion(name, known);
  return {};
}

std::string add_takeables(const std::string& names, party of, std::set<std::string>& takes) {
  std::istringstream list{names};
  for (std::string one; std::getline(list, one, ',');)
    if (std::string wrong = add_takeable(one, of, takes); !wrong.empty()) return wrong;
  return {};
}

std::string reason_to_skip(const scenario_case& one, const subject_programs& programs) {
  if (one.world == world_kind::sim) return {};
  if (std::string missing = missing_announcement(one.what, programs.agent); !missing.empty()) return missing;
  std::string missing = missing_setting(one.what.agent_settings, programs.agent, "agent");
  if (missing.empty()) missing = missing_setting(one.what.gateway_settings, programs.gateway, "gateway");
  if (missing.empty() && looks_at_readiness(one.what) &&
      !programs.agent.does_take(std::string{probe_file_name}))
    missing = "it looks at readiness, and " + said_by(programs.agent, "agent") + " does not name probe_file";
  if (missing.empty() && programs.gateway.reached)
    missing = missing_of_reached(one.what, *programs.gateway.reached);
  if (missing.empty() && programs.agent.commands)
    missing = missing_command(one.what, *programs.agent.commands);
  if (missing.empty() && programs.agent.attached)
    missing = missing_of_attached(one.what, *programs.agent.attached);
  if (missing.empty()) missing = missing_of_keys(one.what, keys_of(programs.gateway));
  return missing;
}

}  // namespace kitfox::conformance
