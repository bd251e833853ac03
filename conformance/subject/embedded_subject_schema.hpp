#pragma once
#include <string_view>

namespace kitfox::conformance {

/// The text of scenarios/schema/subject-v1.json, as built into the program.
[[nodiscard]] std::string_view embedded_subject_schema() noexcept;

}  // namespace kitfox::conformance
