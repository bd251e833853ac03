#pragma once
#include <string>

#include "conformance/scenario/map_reader.hpp"

namespace kitfox::conformance {

/// Reports what match_json() could make nothing of in a pattern: matchers that it does not know, or whose
/// argument is of another kind.
void check_pattern(const yaml_node& node, const std::string& path, problem_list& problems);
/// Reports a text that is no regular expression.
void check_expression(const yaml_node& node, const std::string& path, problem_list& problems);

}  // namespace kitfox::conformance
