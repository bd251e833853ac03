#pragma once
#include <string>
#include <utility>
#include <vector>

#include "conformance/scenario/setting_value.hpp"
#include "conformance/world/subject_program.hpp"

namespace kitfox::conformance {

/// Appends a scenario's settings as the flags of kitfox-agent or kitfox-gateway, which have one for each
/// setting of the schema: `--backoff-cap-seconds 2`. Spans are in seconds, sizes in bytes.
void add_flags(const setting_list& settings, party of, std::vector<std::string>& command);

/// The same as `settings:` of a subject file has them: "{heartbeat_interval: 1s, workers: 4}".
[[nodiscard]] std::string print_settings(const setting_list& settings);

/// The same as environment variables for other programs: KITFOX_AGENT_BACKOFF_CAP_SECONDS=2.
void add_variables(const setting_list& settings, party of,
                   std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace kitfox::conformance
