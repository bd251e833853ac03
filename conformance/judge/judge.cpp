#include "conformance/judge/judge.hpp"

#include <algorithm>

#include "conformance/judge/requirement_check.hpp"
#include "conformance/judge/scenario_view.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

/// A relay that refuses does so unseen. What shows is an agent that was there, wanted to come back, and no
/// dial of it that came through.
bool kept_agents_away(const evidence& about, const record& planned) {
  const auto window = std::find_if(about.unseen.begin(), about.unseen.end(), [&](const unseen_dials& one) {
    return one.from == planned.t && planned.link.starts_with(one.agents);
  });
  if (window == about.unseen.end()) return false;
  for (const process& agent : about.processes) {
    if (agent.kind != "agent" || !window->covers(agent.node) || !agent.alive_at(window->until - 1)) continue;
    const auto reached = [&](std::size_t index) {
      const connection& on = about.connections[index];
      const bool dialled_inside =
          on.dialled_at > window->from + tolerance(about) && on.dialled_at < window->until;
      const bool open_all_the_time = on.stream && on.dialled_at <= window->from &&
                                     (!on.over_for_client() || *on.over_for_client() >= window->until);
      return on.to == "gateway" && (dialled_inside || open_all_the_time);
    };
    if (std::none_of(agent.connections.begin(), agent.connections.end(), reached)) return true;
  }
  return false;
}

/// A planned fault that never did anything leaves the case without the situation that it is about.
void judge_faults(const evidence& about, findings& out) {
  for (const record* planned : about.faults) {
    if (planned->kind != record_kind::fault_planned) continue;
    const bool fired = std::any_of(about.faults.begin(), about.faults.end(), [&](const record* one) {
      return one->kind == record_kind::fault_fired && one->name == planned->name;
    });
    if (!fired && !kept_agents_away(about, *planned))
      out.unclear("", "fault " + planned->name, "the fault to fire", "it never had an occasion", planned->t);
  }
}

/// Of what both promise: whose part came to what.
void add_sides(const scenario& what, const findings& found, const std::vector<finding>& all,
               bool without_situation, requirement_verdict& one) {
  const requirement* const about = find_requirement(one.id);
  if (about == nullptr || about->role != requirement_role::both) return;
  const auto named = std::ranges::find(what.verifies, one.id, &requirement_reference::id);
  for (const requirement_role side : {requirement_role::agent, requirement_role::gateway}) {
    const auto concerns = [&](requirement_role whose) {
      return whose == side || whose == requirement_role::both;
    };
    side_verdict part;
    part.named = named != what.verifies.end() && concerns(named->side);
    part.observations = found.observations_of(one.id, side);
    for (const finding& each : all)
      if (each.requirement == one.id && concerns(each.side)) part.outcome = worse(part.outcome, weigh(each));
    if (part.named && without_situation) part.outcome = worse(part.outcome, verdict::inconclusive);
    (side == requirement_role::agent ? one.of_agent : one.of_gateway) = part;
  }
}

judgement broken(std::string why) {
  judgement out;
  out.outcome = verdict::harness_error;
  out.harness_failure = std::move(why);
  return out;
}

}  // namespace

verdict weigh(const finding& one) {
  if (one.kind == finding::weight::inconclusive) return verdict::inconclusive;
  const requirement* about = find_requirement(one.requirement);
  return about != nullptr && about->level == requirement_level::should ? verdict::warn : verdict::fail;
}

const finding* first_divergence(const judgement& of) {
  const finding* out = nullptr;
  for (const finding& one : of.findings) {
    if (out == nullptr || weigh(*out) < weigh(one)) out = &one;
  }
  return out;
}

std::optional<scenario_case> scenario_of(const transcript& of, std::string& why) {
  const nlohmann::json& facts = of.header().more;
  if (!facts.is_object() || !facts.contains("scenario") || !facts.contains("case")) {
    why = "the header names no scenario";
    return std::nullopt;
  }
  load_options options;
  options.check_fixtures = load_options::fixtures::not_looked_at;
  loaded all =
      load_scenario_text(facts["scenario"].get<std::string>(), facts.value("file", "scenario.yaml"), options);
  if (!all.errors.empty()) {
    why = to_string(all.errors.front());
    return std::nullopt;
  }
  for (scenario_case& one : all.cases) {
    if (one.id == facts["case"] && to_string(one.world) == facts.value("world", "")) return std::move(one);
  }
  why = "the scenario has no case " + facts["case"].get<std::string>();
  return std::nullopt;
}

judgement judge(const transcript& of) {
  std::string why;
  const auto what = scenario_of(of, why);
  if (!what) return broken(why);
  const record& last = of.records().back();
  if (last.kind != record_kind::footer) return broken("the transcript was cut off");
  if (last.more.is_object() && last.more.contains("harness_failure")) {
    return broken(last.more["harness_failure"].get<std::string>());
  }
  const evidence about{of};
  findings found{about};
  for (const requirement_check& one : requirement_checks()) {
    found.speak_as(one.name);
    one.judge(about, found);
  }
  found.speak_as("expectation");
  for (const requirement_reference& one : what->what.verifies)
    if (one.side != requirement_role::both) found.speak_of(one.id, one.side);
  judge_scenario(scenario_view{what->what, about}, found);
  judge_faults(about, found);

  judgement out;
  out.findings = found.all();
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const finding& a, const finding& b) { return a.t < b.t; });
  std::map<std::string, requirement_verdict> by_id;
  for (const auto& [id, times] : found.observations()) by_id[id] = {id, verdict::pass, times, false};
  for (const requirement_reference& reference : what->what.verifies) {
    requirement_verdict& one = by_id[reference.id];
    one.id = reference.id;
    one.named = true;
    if (one.observations == 0) {
      one.outcome = verdict::inconclusive;
      finding missing;
      missing.requirement = reference.id;
      missing.subject = "the scenario";
      missing.expected = "something in the run that shows whether it holds";
      missing.actual = "no check had anything to look at";
      missing.kind = finding::weight::inconclusive;
      missing.t = about.end;
      missing.record = of.records().size() - 1;
      out.findings.push_back(std::move(missing));
    }
  }
  for (const finding& one : out.findings) {
    out.outcome = worse(out.outcome, weigh(one));
    if (one.requirement.empty()) continue;
    requirement_verdict& about_it = by_id[one.requirement];
    about_it.id = one.requirement;
    about_it.outcome = worse(about_it.outcome, weigh(one));
  }
  // Without its situation a case has shown nothing of what it is about.
  const bool without_situation = std::ranges::any_of(out.findings, [](const finding& one) {
    return one.requirement.empty() && one.kind == finding::weight::inconclusive;
  });
  for (auto& [id, one] : by_id) {
    if (one.named && without_situation) one.outcome = worse(one.outcome, verdict::inconclusive);
    add_sides(what->what, found, out.findings, without_situation, one);
    out.requirements.push_back(std::move(one));
  }
  return out;
}

}  // namespace kitfox::conformance
