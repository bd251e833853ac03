#pragma once
#include <string_view>

namespace kitfox::conformance {

/// The text of conformance/spec/requirements.json, as built into the program.
[[nodiscard]] std::string_view embedded_requirements() noexcept;

}  // namespace kitfox::conformance
