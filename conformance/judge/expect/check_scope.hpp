#pragma once
#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/scenario_view.hpp"

namespace kitfox::conformance {

/// One check under `expect:` while it is judged: what it looks at, and where its findings go, named after the
/// check, its line and the requirement that it proves.
class check_scope {
 public:
  check_scope(const scenario_view& view, const check& one, findings& out)
      : view_{view}, one_{one}, out_{out} {}

  [[nodiscard]] const scenario_view& view() const noexcept { return view_; }
  [[nodiscard]] const evidence& about() const noexcept { return view_.about(); }
  /// That the check proves; empty: none.
  [[nodiscard]] const std::string& requirement() const noexcept { return one_.requirement; }

  // Each of these says so, as inconclusive, when it comes back empty: a check without anything to look at
  // does not pass, and has observed nothing.
  /// Empty also when the window is empty, reversed, or wholly outside of the run.
  [[nodiscard]] std::optional<span_of_time> open(const check_window& window);
  /// Empty also when the run was over by then.
  [[nodiscard]] std::optional<instant> moment_of(const moment& at);
  /// Names of the agents of the set that ever ran.
  [[nodiscard]] std::vector<std::string> nodes_of(const agent_set& set);
  /// Every life of every node of the set.
  [[nodiscard]] std::vector<const process*> processes_of(const agent_set& set);
  [[nodiscard]] std::vector<const process*> processes_of(const node_set& set);

  void fail(std::string subject, std::string expected, std::string actual, const finding_place& at);
  /// Without a place: that shows at the end of the run.
  void unclear(std::string expected, std::string actual);
  void unclear(std::string expected, std::string actual, const finding_place& at);
  /// A ceiling passed by `excess`: counts beyond the tolerance, and as inconclusive where the harness's own
  /// lateness may be to blame.
  void too_late(std::string subject, std::string expected, std::string actual, const finding_place& at,
                instant excess);
  /// One of the above came back empty.
  [[nodiscard]] bool saw_nothing() const noexcept { return saw_nothing_; }
  /// `counted`: where each was seen, in the order of time. The first one too many is at fault; where there
  /// are too few, that shows when the window closes.
  void judge_count(const count_bound& bound, std::vector<finding_place> counted, const char* what,
                   instant closes, std::string subject = "all");

 private:
  void see_nothing(std::string expected, std::string actual);
  [[nodiscard]] std::string named(std::string subject) const;
  const scenario_view& view_;
  const check& one_;
  findings& out_;
  bool saw_nothing_ = false;
};

/// "at least 2, at most 5"
[[nodiscard]] std::string describe(const count_bound& bound);

}  // namespace kitfox::conformance
