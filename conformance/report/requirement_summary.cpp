#include "conformance/report/requirement_summary.hpp"

#include <algorithm>
#include <map>

namespace kitfox::conformance {

std::vector<requirement_standing> standings_of(const run_result& all) {
  std::map<std::string, requirement_standing> seen;
  for (const case_result& one : all.cases) {
    for (const requirement_verdict& each : one.judged.requirements) {
      requirement_standing& standing = seen[each.id];
      standing.outcome = worse(standing.outcome.value_or(verdict::pass), each.outcome);
      ++standing.cases;
      standing.observations += each.observations;
    }
  }
  std::vector<requirement_standing> out;
  for (const requirement& about : requirements()) {
    const auto found = seen.find(about.id);
    requirement_standing one = found == seen.end() ? requirement_standing{} : found->second;
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
  const bool clean = std::ranges::all_of(all.cases, [](const case_result& one) {
    return one.judged.outcome == verdict::pass || one.judged.outcome == verdict::warn;
  });
  return clean && std::ranges::all_of(standings_of(all), [](const requirement_standing& one) {
           const bool required =
               one.about != nullptr && one.about->checked() && one.about->level == requirement_level::must;
           return !required || one.outcome == verdict::pass;
         });
}

}  // namespace kitfox::conformance
