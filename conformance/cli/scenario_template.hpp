#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// The areas that a scenario may be in, as the schema lists them.
[[nodiscard]] std::vector<std::string> scenario_areas();

/// A commented scenario that is valid as it stands, to be edited. It uses no fixture, so that it is valid
/// in an empty corpus too.
[[nodiscard]] std::string print_scenario_template(std::string_view name, std::string_view area);

}  // namespace kitfox::conformance
