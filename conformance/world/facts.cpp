#include "conformance/world/facts.hpp"

#include "agent/agent_policy.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/party_settings.hpp"

namespace kitfox::conformance {
namespace {

/// A fact that is one option, and the setting by which it is given.
struct fact {
  std::string setting;
  nlohmann::json value;
};

using runtime::in_seconds;

/// What the program goes by: the scenario's settings, as far as it takes them, before its own.
setting_list settings_in_force(const setting_list& given, const subject_program& program) {
  setting_list out;
  for (const named_setting& one : given)
    if (program.does_take(one.name)) out.push_back(one);
  for (const named_setting& one : program.own_settings)
    if (find_setting(out, one.name) == nullptr) out.push_back(one);
  return out;
}

bool is_known(const std::string& setting, const setting_list& in_force, const subject_program& program) {
  return program.is_reference() || find_setting(in_force, setting) != nullptr;
}

void add_agent_facts(const scenario& what, const subject_program& program, nlohmann::json& facts) {
  agent::agent_policy policy;
  const setting_list in_force = settings_in_force(what.agent_settings, program);
  apply_settings(in_force, policy);
  for (const auto& [setting, value] : {fact{"workers", policy.commands.workers},
                                       fact{"drain_timeout", in_seconds(policy.commands.drain_timeout)},
                                       fact{"body_bytes_max", policy.responses.body_bytes_max}}) {
    if (is_known(setting, in_force, program)) facts[setting] = value;
  }
  facts["backoff"] = nlohmann::json::object();
  const nlohmann::json backoff = declared_backoff(policy);
  for (const auto& [name, value] : backoff.items()) {
    const bool prefixed = name == "initial" || name == "factor" || name == "cap";
    if (is_known(prefixed ? "backoff_" + name : name, in_force, program)) facts["backoff"][name] = value;
  }
  facts["readiness"] = program.does_take(std::string{probe_file_name}) ? "seen" : "unseen";
}

void add_gateway_facts(const scenario& what, const subject_program& program, nlohmann::json& facts) {
  gateway::gateway_options options;
  const setting_list in_force = settings_in_force(what.gateway_settings, program);
  apply_settings(in_force, options);
  for (const auto& [setting, value] : {fact{"max_stream_age", in_seconds(options.max_stream_age)},
                                       fact{"stream_age_jitter", options.stream_age_jitter},
                                       fact{"drain_window", in_seconds(options.drain_window)}}) {
    if (is_known(setting, in_force, program)) facts[setting] = value;
  }
}

}  // namespace

record make_header(const scenario_case& one, const scenario_source& source, std::uint64_t seed,
                   const subject_programs& programs) {
  nlohmann::json facts{{"format", "kitfox transcript/v1"},
                       {"case", one.id},
                       {"world", to_string(one.world)},
                       {"seed", seed},
                       {"file", source.file},
                       {"scenario", source.text}};
  if (programs.faster.is_any()) facts["accelerated"] = programs.faster.times;
  add_agent_facts(one.what, programs.agent, facts);
  add_gateway_facts(one.what, programs.gateway, facts);
  facts["clusters"] = nlohmann::json::object();
  for (std::size_t i = 0; i < one.what.topology.clusters.size(); ++i) {
    const cluster_spec& spec = one.what.topology.clusters[i];
    facts["clusters"][cluster_label(one.what.topology, i)] = {{"team", spec.team_path()},
                                                              {"canary", spec.canary}};
  }
  record header;
  header.kind = record_kind::header;
  header.more = std::move(facts);
  return header;
}

}  // namespace kitfox::conformance
