// Whether two worlds tell the same story of one case.
#include <algorithm>
#include <map>

#include "conformance/report/abstract_trace.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {
namespace {

std::uint64_t calls_in(const step& one) {
  if (const auto* execute = std::get_if<execute_verb>(&one.action)) return execute->times;
  if (const auto* send = std::get_if<send_verb>(&one.action)) return send->times;
  return 0;
}

bool counts_differ(const scenario& a, const scenario& b) {
  const auto same_cluster = [](const cluster_spec& x, const cluster_spec& y) {
    return x.path() == y.path() && x.agents == y.agents;
  };
  const auto same_step = [](const step& x, const step& y) {
    return x.verb_name == y.verb_name && calls_in(x) == calls_in(y);
  };
  return !std::ranges::equal(a.topology.clusters, b.topology.clusters, same_cluster) ||
         !std::ranges::equal(a.steps, b.steps, same_step);
}

/// The same choice of a scenario's matrix in each of its worlds.
std::vector<const scenario_case*> of_id(const loaded& all, const std::string& id) {
  std::vector<const scenario_case*> out;
  for (const scenario_case& one : all.cases) {
    if (one.id == id) out.push_back(&one);
  }
  return out;
}

std::optional<trace_disagreement> first_difference(const abstract_trace& left, const abstract_trace& right) {
  std::map<std::string_view, std::string_view> others;
  for (const abstract_fact& one : right) others.emplace(one.about, one.what);
  for (const abstract_fact& one : left) {
    const auto other = others.find(one.about);
    if (other == others.end()) return trace_disagreement{one.about, one.what, {}};
    if (other->second != one.what) return trace_disagreement{one.about, one.what, std::string{other->second}};
    others.erase(other);
  }
  if (others.empty()) return std::nullopt;
  return trace_disagreement{std::string{others.begin()->first}, {}, std::string{others.begin()->second}};
}

/// Why a run came to no end of its own; empty when it did.
std::string harness_failure(const transcript& of) {
  return of.records().back().facts().value("harness_failure", "");
}

}  // namespace

agreement compare_runs(const transcript& left, const transcript& right) {
  agreement out;
  const nlohmann::json &facts = left.header().facts(), &other = right.header().facts();
  const std::string id = facts.value("case", ""), text = facts.value("scenario", "");
  out.is = agreement::outcome::not_the_same;
  if (id != other.value("case", "") || text != other.value("scenario", "")) {
    out.reason = id != other.value("case", "") ? "they are of " + id + " and of " + other.value("case", "")
                                               : "the scenario was changed between the two runs";
    return out;
  }
  for (const transcript* one : {&left, &right}) {
    if (out.reason.empty()) out.reason = harness_failure(*one);
  }
  if (!out.reason.empty()) return out;
  load_options options;
  options.check_fixtures = load_options::fixtures::not_looked_at;
  const std::string file = facts.value("file", "scenario.yaml");
  const loaded all = load_scenario_text(text, file, options);
  const auto cases = of_id(all, id);
  if (cases.empty()) {
    out.reason = all.errors.empty() ? "the scenario has no case " + id : to_string(all.errors.front());
    return out;
  }
  if (!cases.front()->what.may_differ_because.empty()) {
    out.is = agreement::outcome::excused;
    out.reason = cases.front()->what.may_differ_because;
    return out;
  }
  world_differences ignored;
  ignored.counts = cases.size() > 1 && counts_differ(cases.front()->what, cases.back()->what);
  ignored.repeats = ignored.counts || !cases.front()->what.may_repeat_because.empty();
  out.first = first_difference(make_abstract_trace(left, ignored), make_abstract_trace(right, ignored));
  out.is = out.first ? agreement::outcome::differ : agreement::outcome::agree;
  return out;
}

}  // namespace kitfox::conformance
