#include "gateway/connect_limiter.hpp"

namespace kitfox::gateway {

connect_limiter::connect_limiter(const gateway_limits& limits)
    : limits_{limits},
      attempts_{{limits.connects_per_key_max, limits.connect_window, limits.connect_keys_max}},
      wrong_keys_{{limits.wrong_keys_per_peer_max, limits.connect_window, limits.connect_keys_max}},
      replacements_{{limits.replacements_max, limits.connect_window, limits.connect_keys_max}} {}

std::optional<connect_refusal> connect_limiter::on_attempt(std::string_view key_id, runtime::mono_time now) {
  if (const auto retry_after = attempts_.acquire(key_id, now))
    return connect_refusal{agent_refusal::rate_limited, *retry_after};
  return std::nullopt;
}

std::optional<connect_refusal> connect_limiter::on_wrong_key(std::string_view peer, runtime::mono_time now) {
  if (const auto retry_after = wrong_keys_.acquire(peer, now))
    return connect_refusal{agent_refusal::rate_limited, *retry_after};
  return std::nullopt;
}

std::optional<connect_refusal> connect_limiter::on_stream(const route& newcomer, const route_table& open,
                                                          runtime::mono_time now) {
  if (open.find_instance(newcomer.cluster_id, newcomer.instance_id) != nullptr) {
    const std::string name = newcomer.cluster_id + ' ' + newcomer.instance_id;
    if (const auto retry_after = replacements_.acquire(name, now))
      return connect_refusal{agent_refusal::rate_limited, *retry_after};
    return std::nullopt;  // one goes, one comes
  }
  constexpr duration pause = std::chrono::seconds{30};
  if (open.size() >= limits_.sessions_max ||
      open.count_of_key(newcomer.key_id) >= limits_.sessions_per_key_max ||
      open.count_of_team(newcomer.owner) >= limits_.sessions_per_team_max)
    return connect_refusal{agent_refusal::quota_exceeded, pause};
  return std::nullopt;
}

}  // namespace kitfox::gateway
