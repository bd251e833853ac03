#include "fakes/sim/run_outcome.hpp"

#include <fmt/format.h>

namespace kitfox::sim {

std::string_view to_string(run_end end) noexcept {
  switch (end) {
    case run_end::done:
      return "done";
    case run_end::time_limit:
      return "time limit reached";
    case run_end::stuck:
      return "stuck";
    case run_end::livelock:
      return "livelock";
    case run_end::failed:
      return "failed";
  }
  return "unknown";
}

std::string print_outcome(const run_outcome& outcome) {
  const std::chrono::duration<double> at = outcome.time.time_since_epoch();
  std::string line = fmt::format("{} at {}s", to_string(outcome.end), at.count());
  if (!outcome.failure.empty()) line += ": " + outcome.failure;
  for (std::size_t i = 0; i < outcome.names.size(); ++i) {
    line += i == 0 ? ": " : "; ";
    line += outcome.names[i];
  }
  return line;
}

}  // namespace kitfox::sim
