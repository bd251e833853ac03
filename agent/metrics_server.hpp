#pragma once
#include <cstdint>

#include "agent/agent_metrics.hpp"
#include "runtime/host.hpp"

namespace kitfox::agent {

/// Connections to the metrics at a time; one more is closed at once.
inline constexpr std::size_t metrics_connections_max = 16;

/// Serves GET /metrics (and /healthz, which does not depend on the gateway) on 127.0.0.1 until cancelled.
/// Emits `metrics_listening {port}`, or `metrics_unavailable {error}` and ends if the port cannot be had.
/// `metrics` must outlive it.
[[nodiscard]] runtime::task<void> serve_metrics(runtime::host& on, std::uint16_t port,
                                                const agent_metrics& metrics);

}  // namespace kitfox::agent
