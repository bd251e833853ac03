#pragma once
#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/step.hpp"

namespace kitfox::conformance {

/// Reports faults that the registry would not plan from their parameters.
void check_fault(const step& one, const std::string& path, problem_list& problems);

}  // namespace kitfox::conformance
