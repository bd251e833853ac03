#pragma once
#include <string>

#include "conformance/bench/bench_report.hpp"
#include "conformance/bench/gateway_load.hpp"

namespace kitfox::conformance {

/// What `kitfox bench gateway` measures, and where.
struct gateway_bench_options {
  std::string gateway_command;  ///< Split at blanks; empty: kitfox-gateway beside this program.
  std::string directory;  ///< For databases and certificates; empty: a temporary one, removed afterwards.
  bool measures_idle = true, measures_execute = true, measures_churn = true;
  idle_load idle;
  churn_load churn;
  execute_load execute;
  runtime::duration start_timeout = std::chrono::seconds{20};  ///< Until the gateway says that it listens.
  runtime::duration limit = std::chrono::minutes{5};           ///< Of each part; over it the run fails.
};

/// Bounds of the numbers above; the program refuses more.
inline constexpr std::size_t bench_agents_max = 50'000, bench_callers_max = 1'000,
                             bench_connects_max = 1'000'000;

/// Runs the gateway as a child process, once for each part, and loads it over loopback, in the calling
/// thread. False, and `failure` says why, when there are no numbers.
[[nodiscard]] bool run_gateway_bench(const gateway_bench_options& options, bench_report& out,
                                     std::string& failure);

}  // namespace kitfox::conformance
