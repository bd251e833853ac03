#include "conformance/report/requirement_summary.hpp"

#include <algorithm>
#include <map>

namespace kitfox::conformance {

std::vector<requirement_result> requirement_results_of(const run_result& all) {
  std::map<std::string, requirement_result> seen;
  for (const case_result& one : all.cases) {
    for (const requirement_verdict& each : one.judged.requirements) {
      requirement_result& standing = seen[each.id];
      standing.outcome = worse(standing.outcome.value_or(verdict::pass), each.outcome);
      ++standing.cases;
      standing.observations += each.observations;
    }
  }
  for (const case_result& one : all.cases) {
    if (one.judged.outcome != verdict::skipped) continue;
    for (const std::string& id : one.verifies) {
      requirement_result& result = seen[id];
      if (!result.outcome) result.outcome = verdict::skipped;
    }
  }
  std::vector<requirement_result> out;
  for (const requirement& about : requirements()) {
    const auto found = seen.find(about.id);
    requirement_result one = found == seen.end() ? requirement_result{} : found->second;
    one.id = about.id;
    one.about = &about;
    out.push_back(std::move(one));
    if (found != seen.end()) seen.erase(found);
  }
  for (auto& [id, one] : seen) {
    one.id = id;
    out.push_back(std::move(one));
  }
  return out;
}

bool is_conformant(const run_result& all) {
  if (all.cases.empty() || all.interrupted) return false;
  if (all.claim) return all.claim->conformant;
  const bool clean = std::ranges::all_of(all.cases, [](const case_result& one) {
    return one.judged.outcome == verdict::pass || one.judged.outcome == verdict::warn;
  });
  return clean && std::ranges::all_of(requirement_results_of(all), [](const requirement_result& one) {
           const bool required =
               one.about != nullptr && one.about->checked() && one.about->level == requirement_level::must;
           return !required || one.outcome == verdict::pass;
         });
}

}  // namespace kitfox::conformance
