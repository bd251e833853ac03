#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::sim {

/// Why a simulation stopped running.
enum class run_end {
  done,        ///< What was asked for happened: the time was reached, the condition holds, the task ended.
  time_limit,  ///< The limit passed first.
  stuck,       ///< Nothing is left that could ever happen, yet what was asked for has not happened.
  livelock,    ///< More steps in one instant than simulation_limits::instant_steps_max.
  failed,      ///< An exception left a task.
};
[[nodiscard]] std::string_view to_string(run_end) noexcept;

struct run_outcome {
  run_end end = run_end::done;
  /// stuck: the tasks that wait, as "host: task"; livelock: the hosts of the last steps with their tasks,
  /// most frequent first. In order of starting otherwise.
  std::vector<std::string> names;
  /// failed: the text of the exception.
  std::string failure;
  runtime::mono_time time{};  ///< When it stopped.

  [[nodiscard]] bool done() const noexcept { return end == run_end::done; }
};
/// One line for people: "stuck at 12.5s: gateway: accept loop; agent-1: stream".
[[nodiscard]] std::string print_outcome(const run_outcome&);

}  // namespace kitfox::sim
