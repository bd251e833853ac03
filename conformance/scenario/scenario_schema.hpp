#pragma once
#include <string_view>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/json_schema.hpp"

namespace kitfox::conformance {

/// The text of scenarios/schema/scenario-v1.json, as built into the program.
[[nodiscard]] std::string_view scenario_schema_text() noexcept;
/// The same, ready for use.
[[nodiscard]] const json_schema& scenario_schema();
/// Its verbs.
[[nodiscard]] const verb_table& scenario_verbs();

}  // namespace kitfox::conformance
