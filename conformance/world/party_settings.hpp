#pragma once
#include <nlohmann/json_fwd.hpp>

#include "agent/agent_policy.hpp"
#include "conformance/scenario/setting_value.hpp"
#include "conformance/world/subject_program.hpp"
#include "gateway/options.hpp"

namespace kitfox::conformance {

/// Puts a scenario's `settings:` into the reference's options. Every name of the schema is known here; a test
/// compares.
void apply_settings(const setting_list& settings, agent::agent_policy& to);
void apply_settings(const setting_list& settings, gateway::gateway_options& to);

/// The names of all settings of one party.
[[nodiscard]] std::vector<std::string> setting_names(party of);

/// The agent's own backoff, as a subject declares it to the judge: {initial, factor, cap, session_spread,
/// healthy_after}.
[[nodiscard]] nlohmann::json declared_backoff(const agent::agent_policy& of);

}  // namespace kitfox::conformance
