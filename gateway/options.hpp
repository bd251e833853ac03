#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/tenancy.hpp"
#include "runtime/clock.hpp"
#include "runtime/network.hpp"

namespace kitfox::gateway {

using runtime::duration;

/// Bounds of a gateway. What goes over one is refused with the status in its comment, never buffered or
/// dropped in silence.
struct gateway_limits {
  // Connections, both listeners.
  std::size_t connections_max = 20'000;                ///< Of one listener; further ones are closed at once.
  std::size_t connections_per_peer_max = 20'000;       ///< Of one address and listener; likewise.
  std::size_t header_bytes_max = 16 * 1024;            ///< 431.
  std::size_t body_bytes_max = 1024 * 1024;            ///< 413.
  std::size_t json_depth_max = 32;                     ///< 400.
  duration header_timeout = std::chrono::seconds{10};  ///< 408, and the connection is closed.
  duration body_timeout = std::chrono::seconds{30};    ///< 408, and the connection is closed.
  duration idle_timeout = std::chrono::seconds{75};    ///< Between requests; closed.
  duration handshake_timeout = std::chrono::seconds{10};
  duration write_timeout = std::chrono::seconds{10};        ///< A stalled stream or answer is reset.
  duration last_answers_timeout = std::chrono::seconds{2};  ///< Of a gateway that stops; then closed.

  // Agents.
  std::size_t sessions_max = 16'000;            ///< Streams of the gateway; 429.
  std::size_t sessions_per_key_max = 64;        ///< 429.
  std::size_t sessions_per_team_max = 10'000;   ///< 429.
  std::size_t connects_per_key_max = 100;       ///< Attempts per connect_window; 429.
  std::size_t wrong_keys_per_peer_max = 1'000;  ///< Of one address per connect_window; 429 instead of 401.
  duration connect_window = std::chrono::minutes{1};
  std::size_t replacements_max = 20;                     ///< Of one instance per connect_window; 429.
  std::size_t connect_keys_max = 50'000;                 ///< Keys, addresses and instances counted at a time.
  std::size_t outbox_bytes_max = 256 * 1024;             ///< Not yet written to one stream; `busy`.
  std::size_t outbox_commands_max = 128;                 ///< Likewise; `busy`.
  duration stall_suspected = std::chrono::seconds{2};    ///< A write this old makes a route `stalled`.
  duration loss_grace = std::chrono::milliseconds{700};  ///< Wait for an answer after the stream has ended.
  duration retire_grace = std::chrono::seconds{5};  ///< Most that a retiring stream waits for its commands.

  // Commands.
  std::size_t commands_max = 20'000;                     ///< Unfinished, of the gateway; 429, `busy`.
  std::size_t commands_per_team_max = 2'000;             ///< Likewise, of one team.
  std::size_t commands_per_cluster_max = 512;            ///< Likewise, of one cluster.
  std::size_t command_rate_per_team = 20'000;            ///< A second, with a burst of the same; 429, `busy`.
  std::size_t teams_counted_max = 50'000;                ///< Teams whose rate is counted at a time.
  std::size_t finished_commands_max = 100'000;           ///< Remembered to tell duplicate from unknown.
  duration finished_kept = std::chrono::minutes{10};     ///< Likewise, after the deadline.
  std::size_t idempotency_entries_max = 10'000;          ///< 429, `busy`, when all of them are in flight.
  std::size_t idempotency_bytes_max = 64 * 1024 * 1024;  ///< Of kept answers; the oldest goes first.
  duration idempotency_kept = std::chrono::minutes{10};

  std::size_t clusters_remembered_max = 50'000;  ///< Whose last evidence is kept; the quietest is forgotten.
  // Tenancy and audit.
  std::size_t clusters_per_team_max = 1'000;  ///< Not revoked; 409.
  std::size_t keys_per_cluster_max = 10;      ///< Not revoked; 409.
  std::size_t audit_field_bytes_max = 256;
  std::size_t audit_pending_max = 50'000;  ///< Records not yet durable; further commands are refused, 503.
  std::size_t audit_refusals_pending_max = 10'000;  ///< Of them, of refused agents and callers; then counted.
  std::size_t refusals_audited_per_peer_max = 60;   ///< One by one, per connect_window; then summarised.
  std::size_t refusals_audited_max = 1'000;         ///< Likewise, of all peers together.
  std::size_t refusal_summaries_max = 1'000;        ///< Per connect_window; what goes beyond shares one more.
  std::size_t audit_records_max = 10'000'000;       ///< Kept in the audit's file; the oldest are deleted.
};

/// What a gateway is told at its start. The program fills it from flags and environment; see `--help`.
struct gateway_options {
  runtime::endpoint agent_listen{"0.0.0.0", 8443};
  runtime::endpoint caller_listen{"127.0.0.1", 8444};
  /// None means no TLS: for simulation only; the program does not start without.
  std::optional<runtime::tls_server_options> agent_tls{};
  std::optional<runtime::tls_server_options> caller_tls{};
  /// Where they come from, for whoever has to correct them.
  std::string agent_tls_source = "TLS of the agents' listener";
  std::string caller_tls_source = "TLS of the callers' listener";
  /// Mixed into every stored hash; must not be empty and is kept outside of the database.
  std::string pepper;
  std::vector<caller_credential> callers;  ///< At least one.
  /// Base URL that agents are told to dial, in helm_install_command.
  std::string public_url = "https://orchestrator.incidentfox.ai/gateway";
  duration heartbeat_interval =
      std::chrono::seconds{15};  ///< H; bytes flow at least this often; at most 300 s.
  duration max_stream_age = std::chrono::hours{1};
  double stream_age_jitter = 0.1;  ///< Share of max_stream_age, in [0, 1).
  duration drain_window = std::chrono::seconds{30};
  /// How often the keys of open streams are checked for changes that others made to the database (REV-4).
  duration key_check_interval = std::chrono::seconds{5};
  /// Agents are told to come back after a time drawn from [min, max].
  duration reconnect_hint_min = std::chrono::seconds{1};
  duration reconnect_hint_max = std::chrono::seconds{5};
  gateway_limits limits{};
};

}  // namespace kitfox::gateway
