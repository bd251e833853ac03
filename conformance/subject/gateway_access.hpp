#pragma once
#include "conformance/subject/subject_text.hpp"
#include "conformance/world/subject_program.hpp"

namespace kitfox::conformance {

/// Reads `reach` of a subject file that passed the schema.
[[nodiscard]] reached_gateway read_reach(const yaml_node& from, subject_text& text);
/// Reads `keys`. Commands may name the variables of a gateway that kitfox starts.
enum class gateway_start { by_kitfox, by_somebody_else };
[[nodiscard]] key_recipe read_keys(const yaml_node& from, gateway_start started, subject_text& text);

}  // namespace kitfox::conformance
