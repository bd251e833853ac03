#pragma once
#include <cstdint>
#include <optional>

#include "conformance/transcript/transcript.hpp"
#include "conformance/world/facts.hpp"
#include "conformance/world/sim_world.hpp"

namespace kitfox::conformance {

struct sim_run_options {
  std::uint64_t seed = 1;
  sim::schedule order = sim::schedule::fifo;
  std::size_t trace_records_max = 0;  ///< Kept, to print the first differing one.
  sim_subjects subjects;
};

/// What one simulated run left behind.
struct sim_run {
  transcript tape;
  std::uint64_t trace_hash = 0;
  runtime::duration world_time{};
  std::uint64_t steps = 0;
  std::vector<sim::trace_record> trace;  ///< As many as asked for.
  std::vector<std::string> host_labels;
};

/// Plays one case in virtual time, in the calling thread. Whatever goes wrong ends in the transcript's
/// footer.
[[nodiscard]] sim_run run_in_sim(const scenario_case& one, const scenario_source& source,
                                 const sim_run_options& options);

}  // namespace kitfox::conformance
