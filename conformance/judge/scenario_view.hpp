#pragma once
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/findings.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// A stretch of time, the end excluded.
struct span_of_time {
  instant from = 0, until = 0;
  [[nodiscard]] bool holds(instant t) const noexcept { return t >= from && t < until; }
};

/// A transcript looked at through the scenario that made it: moments become times, patterns become nodes.
class scenario_view {
 public:
  scenario_view(const scenario& what, const evidence& about);

  /// Empty when the step it hangs on never came to pass.
  [[nodiscard]] std::optional<instant> time_of(const moment& at) const;
  /// Empty when an end of it never came to pass.
  [[nodiscard]] std::optional<span_of_time> window_of(const check_window& window) const;
  [[nodiscard]] bool contains(const agent_set& set, const std::string& node) const;
  [[nodiscard]] bool contains(const node_set& set, const std::string& node) const;
  /// Labels of the clusters of a set.
  [[nodiscard]] std::set<std::string> labels_of(const cluster_set& set) const;
  /// Every node of the set that ever ran, in order.
  [[nodiscard]] std::vector<std::string> nodes_of(const agent_set& set) const;
  /// When the agent was connected: from each `connected` event to the end of that stream, as the agent saw
  /// it.
  [[nodiscard]] std::vector<span_of_time> connected_spans(const std::string& node) const;
  [[nodiscard]] const evidence& about() const noexcept { return about_; }
  [[nodiscard]] const scenario& what() const noexcept { return what_; }
  [[nodiscard]] instant begin() const noexcept { return begin_; }
  [[nodiscard]] instant end() const noexcept { return end_; }

 private:
  const scenario& what_;
  const evidence& about_;
  instant begin_ = 0, end_ = 0;
  std::vector<std::optional<instant>> step_begun_, step_ended_;
};

/// Judges the steps' own expectations and everything under `expect:`.
void judge_scenario(const scenario_view& view, findings& out);

}  // namespace kitfox::conformance
