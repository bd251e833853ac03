#pragma once
#include <string>
#include <vector>

#include "conformance/bench/bench_report.hpp"
#include "runtime/clock.hpp"

namespace kitfox::conformance {

/// What `kitfox bench reconnect` measures, and how often.
struct reconnect_bench_options {
  static constexpr std::size_t agents_max = 4, count_max = 100'000;
  /// Builds to compare, each split at blanks; none: kitfox-agent beside this program, with short backoff.
  std::vector<std::string> agent_commands;
  std::string gateway_command;  ///< Split at blanks; empty: kitfox-gateway beside this program.
  std::size_t count = 100;      ///< Reconnects of each agent.
  runtime::duration outage = std::chrono::milliseconds{20};  ///< How long nothing gets through each time.
  runtime::duration start_timeout = std::chrono::seconds{20};
  runtime::duration reconnect_timeout = std::chrono::seconds{90};  ///< Over it the run fails.
  runtime::duration limit = std::chrono::minutes{10};  ///< No round begins after it; what there is counts.
};

/// Cuts the agents' connections, one agent after the other in every round, and measures from the moment when
/// the path is healthy and the agent's own announced delay has passed until its log says that it is connected
/// again; and in the same rounds a bare TLS handshake with a GET over the same path, full and resumed. Real
/// processes, TLS, a relay; loopback only. Blocks. False, and `failure` says why, when there are no numbers.
[[nodiscard]] bool run_reconnect_bench(const reconnect_bench_options& options, bench_report& out,
                                       std::string& failure);

/// The schema of its JSON.
inline constexpr const char* reconnect_schema = "kitfox/bench-reconnect/1";

}  // namespace kitfox::conformance
