#include "gateway/options_check.hpp"

#include <array>
#include <string_view>

#include "gateway/credentials.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::gateway {

using runtime::error_code;

namespace {
struct named_count {
  std::string_view name;
  std::size_t value;
};
struct named_span {
  std::string_view name;
  duration value;
};

error_code check_counts(const gateway_limits& of, std::string& reason) {
  const std::array counts{named_count{"connections_max", of.connections_max},
                          named_count{"connections_per_peer_max", of.connections_per_peer_max},
                          named_count{"header_bytes_max", of.header_bytes_max},
                          named_count{"body_bytes_max", of.body_bytes_max},
                          named_count{"json_depth_max", of.json_depth_max},
                          named_count{"sessions_max", of.sessions_max},
                          named_count{"sessions_per_key_max", of.sessions_per_key_max},
                          named_count{"sessions_per_team_max", of.sessions_per_team_max},
                          named_count{"connects_per_key_max", of.connects_per_key_max},
                          named_count{"replacements_max", of.replacements_max},
                          named_count{"connect_keys_max", of.connect_keys_max},
                          named_count{"outbox_bytes_max", of.outbox_bytes_max},
                          named_count{"outbox_commands_max", of.outbox_commands_max},
                          named_count{"commands_max", of.commands_max},
                          named_count{"commands_per_team_max", of.commands_per_team_max},
                          named_count{"commands_per_cluster_max", of.commands_per_cluster_max},
                          named_count{"command_rate_per_team", of.command_rate_per_team},
                          named_count{"teams_counted_max", of.teams_counted_max},
                          named_count{"idempotency_entries_max", of.idempotency_entries_max},
                          named_count{"clusters_remembered_max", of.clusters_remembered_max},
                          named_count{"clusters_per_team_max", of.clusters_per_team_max},
                          named_count{"keys_per_cluster_max", of.keys_per_cluster_max},
                          named_count{"audit_field_bytes_max", of.audit_field_bytes_max},
                          named_count{"audit_pending_max", of.audit_pending_max}};
  for (const named_count& one : counts) {
    if (one.value > 0) continue;
    reason = std::string{one.name} + " must be positive";
    return gateway_errc::option_invalid;
  }
  return {};
}

error_code check_spans(const gateway_options& of, std::string& reason) {
  const std::array spans{named_span{"heartbeat_interval", of.heartbeat_interval},
                         named_span{"max_stream_age", of.max_stream_age},
                         named_span{"reconnect_hint_min", of.reconnect_hint_min},
                         named_span{"header_timeout", of.limits.header_timeout},
                         named_span{"body_timeout", of.limits.body_timeout},
                         named_span{"idle_timeout", of.limits.idle_timeout},
                         named_span{"handshake_timeout", of.limits.handshake_timeout},
                         named_span{"write_timeout", of.limits.write_timeout},
                         named_span{"connect_window", of.limits.connect_window},
                         named_span{"stall_suspected", of.limits.stall_suspected}};
  for (const named_span& one : spans) {
    if (one.value > duration::zero()) continue;
    reason = std::string{one.name} + " must be positive";
    return gateway_errc::option_invalid;
  }
  const std::array spans_or_zero{named_span{"drain_window", of.drain_window},
                                 named_span{"loss_grace", of.limits.loss_grace},
                                 named_span{"retire_grace", of.limits.retire_grace},
                                 named_span{"finished_kept", of.limits.finished_kept},
                                 named_span{"idempotency_kept", of.limits.idempotency_kept}};
  for (const named_span& one : spans_or_zero) {
    if (one.value >= duration::zero()) continue;
    reason = std::string{one.name} + " must not be negative";
    return gateway_errc::option_invalid;
  }
  return {};
}
}  // namespace

error_code check_options(const gateway_options& options, std::string& reason) {
  if (options.pepper.empty()) {
    reason = "a pepper is required";
    return gateway_errc::pepper_missing;
  }
  const auto book = credential_book::make(options.callers);
  if (book.has_error()) {
    reason = book.error().message();
    return book.error();
  }
  if (const error_code failure = check_counts(options.limits, reason)) return failure;
  if (const error_code failure = check_spans(options, reason)) return failure;
  if (!(options.stream_age_jitter >= 0.0 && options.stream_age_jitter < 1.0)) {
    reason = "stream_age_jitter must be at least 0 and less than 1";
    return gateway_errc::option_invalid;
  }
  if (options.reconnect_hint_max < options.reconnect_hint_min ||
      options.reconnect_hint_max > std::chrono::seconds{300}) {
    reason = "reconnect_hint_max must lie between reconnect_hint_min and 300 s";
    return gateway_errc::option_invalid;
  }
  if (runtime::http::parse_url(options.public_url).has_error()) {
    reason = "public_url must be an absolute http(s) URL";
    return gateway_errc::option_invalid;
  }
  return {};
}

}  // namespace kitfox::gateway
