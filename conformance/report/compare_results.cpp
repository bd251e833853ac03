#include "conformance/report/compare_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/report/requirement_summary.hpp"

namespace kitfox::conformance {
namespace {

bool is_executed(std::optional<verdict> one) { return one && *one != verdict::skipped; }
bool is_failing(std::optional<verdict> one) { return is_executed(one) && *one > verdict::warn; }

std::string reason_of(const case_result& one) {
  if (!one.skipped_because.empty()) return one.skipped_because;
  if (!one.judged.harness_failure.empty()) return one.judged.harness_failure;
  if (const finding* first = first_divergence(one.judged); first != nullptr)
    return fmt::format("{}{}{}: expected {}, got {}", first->requirement,
                       first->requirement.empty() ? "" : ": ", first->subject, first->expected,
                       first->actual);
  if (one.agrees_with_sim && one.agrees_with_sim->first)
    return "sim and sockets disagree on " + one.agrees_with_sim->first->about;
  return {};
}

using table = std::map<std::string, compared>;

std::vector<compared> finished(table all) {
  std::vector<compared> out;
  for (auto& [name, one] : all) {
    one.name = name;
    one.what = classify(one.before, one.after);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string_view to_string(change one) noexcept {
  switch (one) {
    case change::newly_failing:
      return "newly failing";
    case change::still_failing:
      return "still failing";
    case change::lost:
      return "lost";
    case change::fixed:
      return "fixed";
    case change::added:
      return "added";
    case change::shifted:
      return "shifted";
    case change::same:
      return "same";
  }
  return "";
}

change classify(std::optional<verdict> before, std::optional<verdict> after) noexcept {
  if (is_failing(after)) {
    return is_failing(before) ? change::still_failing : change::newly_failing;
  }
  if (!is_executed(after)) return is_executed(before) ? change::lost : change::same;
  if (is_failing(before)) return change::fixed;
  if (!is_executed(before)) return change::added;
  return before == after ? change::same : change::shifted;
}

std::size_t comparison::count(change one) const {
  return static_cast<std::size_t>(std::ranges::count(cases, one, &compared::what));
}

bool comparison::has_regressed() const {
  return count(change::newly_failing) > 0 ||
         std::ranges::count(requirements, change::newly_failing, &compared::what) > 0;
}

comparison compare_results(const run_result& before, const run_result& after, std::string before_name,
                           std::string after_name) {
  table cases, ids;
  for (const case_result& one : before.cases) cases[one.name].before = one.judged.outcome;
  for (const case_result& one : after.cases) {
    compared& line = cases[one.name];
    line.after = one.judged.outcome;
    if (one.judged.outcome != verdict::pass) line.because = reason_of(one);
  }
  for (const requirement_result& one : requirement_results_of(before)) ids[one.id].before = one.outcome;
  for (const requirement_result& one : requirement_results_of(after)) {
    compared& line = ids[one.id];
    line.after = one.outcome;
    if (is_failing(one.outcome) && one.about != nullptr) line.because = one.about->text;
  }
  std::erase_if(ids, [](const auto& one) { return !one.second.before && !one.second.after; });
  return {std::move(before_name), std::move(after_name), finished(std::move(cases)),
          finished(std::move(ids))};
}

exit_status status_of(const comparison& of) {
  const bool has_common = std::ranges::any_of(
      of.cases, [](const compared& one) { return is_executed(one.before) && is_executed(one.after); });
  if (!has_common) return exit_status::nothing_executed;
  if (of.has_regressed()) return exit_status::failed;
  return of.count(change::lost) > 0 ? exit_status::inconclusive : exit_status::passed;
}

}  // namespace kitfox::conformance
