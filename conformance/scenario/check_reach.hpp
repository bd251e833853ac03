#pragma once
#include "conformance/scenario/run_times.hpp"

namespace kitfox::conformance {

/// Reports checks that nothing in the run can decide: what must happen within a time that the run does not
/// last for, and windows that hold no moment of it, however its steps turn out.
void check_reach(const scenario& one, const run_times& times, problem_list& problems);

}  // namespace kitfox::conformance
