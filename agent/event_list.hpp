#pragma once
#include <array>
#include <string_view>

namespace kitfox::agent {

/// Every event that a kitfox-agent may log, as --help lists them and README.md explains them. The last two
/// come from the runtime below it.
inline constexpr std::array<std::string_view, 26> event_list{"agent_started",
                                                             "connecting",
                                                             "connected_to_gateway",
                                                             "readiness",
                                                             "disconnected",
                                                             "connect_failed",
                                                             "key_rejected",
                                                             "event_skipped",
                                                             "command_received",
                                                             "command_repeated",
                                                             "command_finished",
                                                             "denied",
                                                             "response_retried",
                                                             "answer_undelivered",
                                                             "metadata_incomplete",
                                                             "metadata_late",
                                                             "heartbeat_unanswered",
                                                             "metrics_listening",
                                                             "metrics_unavailable",
                                                             "probe_file_failed",
                                                             "draining",
                                                             "drain_incomplete",
                                                             "configuration_invalid",
                                                             "stopped",
                                                             "tls_handshake_failed",
                                                             "system_failure"};

}  // namespace kitfox::agent
