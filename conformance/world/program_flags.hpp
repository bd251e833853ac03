#pragma once
#include <string>
#include <vector>

#include "conformance/scenario/setting_value.hpp"

namespace kitfox::conformance {

/// Appends a scenario's settings as the flags of kitfox-agent or kitfox-gateway. Returns the name of the
/// first setting that the program has no flag for; empty when all could be given.
[[nodiscard]] std::string add_agent_flags(const setting_list& settings, std::vector<std::string>& command);
[[nodiscard]] std::string add_gateway_flags(const setting_list& settings, std::vector<std::string>& command);

}  // namespace kitfox::conformance
