#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// What became of one case, or of one requirement, from one run to another. "Failing" is everything that
/// says less than pass or warn and was executed: fail, inconclusive, harness-error.
enum class change {
  newly_failing,  ///< It had passed, was skipped or was not there.
  still_failing,
  lost,     ///< It had passed or failed, and is skipped or missing: what was known is not known any more.
  fixed,    ///< It fails no longer.
  added,    ///< It was skipped or missing, and passes.
  shifted,  ///< From pass to warn, or back.
  same,
};
inline constexpr change all_changes[] = {change::newly_failing, change::still_failing, change::lost,
                                         change::fixed,         change::added,         change::shifted,
                                         change::same};
[[nodiscard]] std::string_view to_string(change one) noexcept;
/// `before`, `after`: empty where that run does not have it.
[[nodiscard]] change classify(std::optional<verdict> before, std::optional<verdict> after) noexcept;

/// One line of a comparison.
struct compared {
  std::string name;  ///< Of a case, or the id of a requirement.
  std::optional<verdict> before, after;
  change what = change::same;
  /// Of what fails: the first finding, or why it was skipped; for people.
  std::string because;
};

/// Two runs side by side, cases by name and requirements by id, each list in order of names.
struct comparison {
  std::string before, after;  ///< What the runs are called.
  std::vector<compared> cases, requirements;
  [[nodiscard]] std::size_t count(change one) const;  ///< Of cases.
  [[nodiscard]] bool has_regressed() const;           ///< A case or a requirement is newly failing.
};

/// Pure. Cases are the same when their names are: scenario, world and seed.
[[nodiscard]] comparison compare_results(const run_result& before, const run_result& after,
                                         std::string before_name, std::string after_name);

/// failed: something is newly failing. nothing_executed: no case is in both. inconclusive: nothing regressed,
/// but something was lost. Else passed, also when failures stayed.
[[nodiscard]] exit_status status_of(const comparison& of);

}  // namespace kitfox::conformance
