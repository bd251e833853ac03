#include "conformance/scenario/plausibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/scenario/check_reach.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

yaml_mark plain(const source_mark& where) { return {where.line, where.column}; }

/// The most agents that a cluster ever has.
std::vector<std::uint32_t> most_agents(const scenario& one) {
  std::vector<std::uint32_t> most;
  for (const cluster_spec& cluster : one.topology.clusters) most.push_back(cluster.agents);
  for (const step& each : one.steps)
    if (const auto* const scale = std::get_if<scale_verb>(&each.action))
      for (const std::size_t cluster : scale->clusters.clusters)
        most[cluster] = std::max(most[cluster], scale->agents);
  return most;
}

class agent_numbers {
 public:
  agent_numbers(const scenario& one, problem_list& problems) : most_{most_agents(one)}, problems_{problems} {
    for (const link_spec& link : one.topology.links) look_at(link.links.agents);
    for (const step& each : one.steps) {
      if (const auto* const trigger = std::get_if<event_trigger>(&each.timing);
          trigger != nullptr && trigger->agents)
        look_at(*trigger->agents);
      std::visit([this](const auto& action) { look_into(action); }, each.action);
    }
    for (const check& each : one.checks) std::visit([this](const auto& what) { look_into(what); }, each.what);
  }

 private:
  template <class Part>
  void look_into(const Part& part) {
    if constexpr (requires { part.agents.number; }) look_at(part.agents);
    if constexpr (requires { part.nodes.agents; }) look_at(part.nodes.agents);
    if constexpr (requires { part.links.agents; }) look_at(part.links.agents);
    if constexpr (requires { part.links->agents; })
      if (part.links) look_at(part.links->agents);
  }
  void look_at(const agent_set& agents) {
    if (!agents.number || agents.clusters.empty()) return;
    std::uint32_t most = 0;
    for (const std::size_t cluster : agents.clusters) most = std::max(most, most_[cluster]);
    if (*agents.number < most) return;
    problems_.add(plain(agents.where), {},
                  most == 0 ? fmt::format("\"{}\" never runs: the cluster has no agents", agents.text)
                            : fmt::format("\"{}\" never runs: agents are numbered from 0 to {} here",
                                          agents.text, most - 1));
  }
  std::vector<std::uint32_t> most_;
  problem_list& problems_;
};

/// The judge has a check of its own for it, which needs no scenario's expectation.
bool is_judged_anyway(const std::string& id) {
  const requirement* const about = find_requirement(id);
  return about != nullptr &&
         std::ranges::any_of(about->checks, [](const std::string& one) { return one != "expectation"; });
}

void check_proofs(const scenario& one, const unsound_parts& unsound, problem_list& problems) {
  std::map<std::string, bool> proven;
  for (const requirement_reference& listed : one.verifies) proven[listed.id] = false;
  const auto prove = [&](const std::string& id, const source_mark& where, const std::string& path) {
    const auto found = proven.find(id);
    if (found != proven.end())
      found->second = true;
    else if (find_requirement(id) != nullptr)
      problems.add(plain(where), path, fmt::format("proves {}, which `verifies` does not list", id));
  };
  for (std::size_t i = 0; i < one.steps.size(); ++i) {
    if (unsound.steps.contains(i)) continue;
    const std::string path = fmt::format("steps[{}]", i);
    const bool judged = expects_something(one.steps[i]);
    if ((!one.steps[i].requirement.empty() || one.steps[i].proves_nothing) && !judged)
      problems.add(plain(one.steps[i].where), path, "proves something, but expects nothing");
    else if (!one.steps[i].requirement.empty())
      prove(one.steps[i].requirement, one.steps[i].where, path);
  }
  bool headline = false;
  for (std::size_t i = 0; i < one.checks.size(); ++i) {
    if (unsound.checks.contains(i)) continue;
    const auto* judged = std::get_if<invariant_check>(&one.checks[i].what);
    const std::string& proves = one.checks[i].requirement;
    if (judged != nullptr && judged->invariant == invariant_check::what::always_judged) {
      if (proves.empty() || !is_judged_anyway(proves))
        problems.add(plain(one.checks[i].where), fmt::format("expect[{}]", i),
                     proves.empty() ? "needs `proves`: what is it that is always judged?"
                                    : fmt::format("no check of the judge's own looks at {}", proves));
      else
        prove(proves, one.checks[i].where, fmt::format("expect[{}]", i));
    } else if (judged != nullptr) {
      const auto shown = requirements_of(judged->invariant);
      if (!proves.empty() && std::find(shown.begin(), shown.end(), proves) == shown.end())
        problems.add(plain(one.checks[i].where), fmt::format("expect[{}]", i),
                     fmt::format("{} shows {} and says nothing of {}", one.checks[i].name,
                                 fmt::join(shown, ", "), proves));
      for (const std::string_view id : shown) {
        const auto listed = proven.find(std::string{id});
        if (listed != proven.end() && (proves.empty() || proves == id)) listed->second = true;
      }
    } else if (!proves.empty()) {
      prove(proves, one.checks[i].where, fmt::format("expect[{}]", i));
    } else {
      headline = true;
    }
  }
  if (!unsound.steps.empty() || !unsound.checks.empty()) return;
  for (const step& each : one.steps)
    headline = headline || (each.requirement.empty() && !each.proves_nothing && expects_something(each));
  if (headline && !one.verifies.empty()) proven[one.verifies.front().id] = true;
  for (const requirement_reference& listed : one.verifies)
    if (!proven[listed.id])
      problems.add(plain(listed.where), "verifies",
                   fmt::format("nothing proves {}; give a step or check `proves: {}`", listed.id, listed.id));
}

}  // namespace

void find_implausible(const scenario& one, world_kind world, const unsound_parts& unsound,
                      problem_list& problems) {
  const run_times times{one, problems};
  check_reach(one, times, unsound.checks, unsound.steps.empty(), problems);
  const bool scales_are_known =
      std::ranges::none_of(unsound.steps, [&](std::size_t i) { return one.steps[i].verb_name == "scale"; });
  if (scales_are_known) static_cast<void>(agent_numbers{one, problems});
  check_proofs(one, unsound, problems);
  if (world == world_kind::sim) return;
  if (times.shortest_run() > sockets_time_max)
    problems.add(
        plain(one.where), {},
        fmt::format(
            "takes at least {} of real time in {}, more than {}; give it smaller parameters there, or leave "
            "it out with `because`",
            print_duration(times.shortest_run()), to_string(world), print_duration(sockets_time_max)));
  for (std::size_t i = 0; i < one.steps.size(); ++i)
    if (std::holds_alternative<clock_verb>(one.steps[i].action))
      problems.add(plain(one.steps[i].where), fmt::format("steps[{}].clock", i),
                   "clocks can be moved in sim only");
}

}  // namespace kitfox::conformance
