#include "conformance/world/facts.hpp"

#include "agent/agent_policy.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/party_settings.hpp"

namespace kitfox::conformance {

record make_header(const scenario_case& one, const scenario_source& source, std::uint64_t seed) {
  agent::agent_policy policy;
  apply_settings(one.what.agent_settings, policy);
  gateway::gateway_options options;
  apply_settings(one.what.gateway_settings, options);
  const auto in_seconds = [](runtime::duration d) { return std::chrono::duration<double>(d).count(); };

  nlohmann::json facts{{"format", "kitfox transcript/v1"},
                       {"case", one.id},
                       {"world", to_string(one.world)},
                       {"seed", seed},
                       {"file", source.file},
                       {"scenario", source.text},
                       {"backoff", declared_backoff(policy)},
                       {"workers", policy.commands.workers},
                       {"drain_timeout", in_seconds(policy.commands.drain_timeout)},
                       {"body_bytes_max", policy.responses.body_bytes_max},
                       {"max_stream_age", in_seconds(options.max_stream_age)},
                       {"stream_age_jitter", options.stream_age_jitter},
                       {"drain_window", in_seconds(options.drain_window)}};
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
