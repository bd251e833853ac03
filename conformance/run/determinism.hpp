#pragma once
#include <string>

#include "conformance/world/run_sim.hpp"

namespace kitfox::conformance {

/// Trace records kept of a run that is to be compared with another: 40 bytes each.
inline constexpr std::size_t compared_records_max = 1'000'000;

/// Empty when two runs of one case with one seed are the same to the last trace record; else where they part:
/// the first differing record of each. Where that lies beyond what was kept of the traces, the first
/// differing record of the transcripts.
[[nodiscard]] std::string describe_nondeterminism(const sim_run& first, const sim_run& second);

}  // namespace kitfox::conformance
