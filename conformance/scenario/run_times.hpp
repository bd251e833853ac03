#pragma once
#include <vector>

#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// When the steps of a scenario can begin and be over, and its run with them: at the earliest by waits and
/// `for` alone, at the latest by all bounds. Counted from the start of the run.
class run_times {
 public:
  /// Reports steps whose `at` has passed when their turn comes.
  run_times(const scenario& one, problem_list& problems);

  [[nodiscard]] duration shortest_run() const noexcept { return end_min_; }
  [[nodiscard]] duration longest_run() const noexcept { return end_max_; }
  [[nodiscard]] duration earliest(const moment& when) const;
  [[nodiscard]] duration latest(const moment& when) const;
  /// What the run surely goes on after a moment when everything before takes as long as it may.
  [[nodiscard]] duration left_after(const moment& when) const;

  struct step_times {
    duration begin_min{}, end_min{}, begin_max{}, end_max{};
  };

 private:
  std::vector<step_times> all_;
  duration end_min_{}, end_max_{};
};

}  // namespace kitfox::conformance
