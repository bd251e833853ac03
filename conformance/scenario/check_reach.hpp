#pragma once
#include <cstddef>
#include <set>

#include "conformance/scenario/run_times.hpp"

namespace kitfox::conformance {

/// Reports checks that nothing in the run can decide: what must happen within a time that the run does not
/// last for, and windows that hold no moment of it, however its steps turn out.
/// `unsound`: checks that are left out. Where steps are unsound as well (`steps_are_whole` is false), how
/// long they take is not known, and what follows from their order alone is reported.
void check_reach(const scenario& one, const run_times& times, const std::set<std::size_t>& unsound,
                 bool steps_are_whole, problem_list& problems);

}  // namespace kitfox::conformance
