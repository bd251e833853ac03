#include "conformance/bench/gateway_bench.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using namespace std::chrono_literals;

gateway_bench_options small_load() {
  gateway_bench_options options;
  options.gateway_command = KITFOX_GATEWAY;
  options.idle.agents = 60;
  options.idle.settle = 0s;
  options.execute.callers = 3;
  options.execute.warm_up = 0s;
  options.execute.span = 300ms;
  options.churn.connects = 100;
  options.churn.warm_up = 100;
  options.churn.settle = 500ms;
  options.limit = 60s;
  return options;
}

TEST(GatewayBench, ConnectsEveryAgentAndGetsEveryAnswer) {
  bench_report report;
  std::string failure;
  ASSERT_TRUE(run_gateway_bench(small_load(), report, failure)) << failure;
  const auto& values = report.values;
  EXPECT_EQ(values["connect"]["connected"], 60);
  EXPECT_EQ(values["connect"]["failed"], 0);
  EXPECT_EQ(values["idle"]["ended_early"], 0);
  EXPECT_GT(values["idle"]["resident_bytes_after"].get<std::uint64_t>(), 0U);
  EXPECT_GT(values["execute"]["done"].get<std::size_t>(), 0U);
  EXPECT_EQ(values["execute"]["failed"], 0);
  EXPECT_EQ(values["execute"]["latency"]["count"], values["execute"]["done"]);
  EXPECT_EQ(values["churn"]["connected"], 100);
  EXPECT_LE(values["churn"]["after"]["descriptors"], values["churn"]["before"]["descriptors"]);
  EXPECT_EQ(values["churn"]["after"]["metric_series"], values["churn"]["before"]["metric_series"]);
  EXPECT_GT(values["churn"]["after"]["metric_series"], 0);
  EXPECT_EQ(report.targets.size(), 9U);
}

TEST(GatewayBench, MeasuresOnlyThePartThatIsAskedFor) {
  gateway_bench_options options = small_load();
  options.measures_idle = options.measures_churn = false;
  bench_report report;
  std::string failure;
  ASSERT_TRUE(run_gateway_bench(options, report, failure)) << failure;
  EXPECT_FALSE(report.values.contains("idle"));
  EXPECT_TRUE(report.values.contains("execute"));
}

TEST(GatewayBench, HasNoNumbersOfAProgramThatIsNoGateway) {
  gateway_bench_options options = small_load();
  bench_report report;
  std::string failure;
  options.gateway_command = "/bin/echo hello";
  options.start_timeout = 300ms;
  EXPECT_FALSE(run_gateway_bench(options, report, failure));
  EXPECT_NE(failure.find("its last line: hello"), std::string::npos) << failure;
  options.gateway_command = "/nonexistent/gateway";
  EXPECT_FALSE(run_gateway_bench(options, report, failure));
  EXPECT_NE(failure.find("/nonexistent/gateway cannot be started"), std::string::npos) << failure;
}

TEST(GatewayBench, EndsAtItsLimit) {
  gateway_bench_options options = small_load();
  options.measures_idle = options.measures_churn = false;
  options.execute.span = 10min;
  options.limit = 1s;
  bench_report report;
  std::string failure;
  EXPECT_FALSE(run_gateway_bench(options, report, failure));
  EXPECT_NE(failure.find("limit"), std::string::npos) << failure;
}

}  // namespace
}  // namespace kitfox::conformance
