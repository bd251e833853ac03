#pragma once
#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/step.hpp"

namespace kitfox::conformance {

/// Reports commands and parameters that no agent takes, unless the step expects them to be refused.
void check_command(const step& one, const std::string& path, problem_list& problems);

}  // namespace kitfox::conformance
