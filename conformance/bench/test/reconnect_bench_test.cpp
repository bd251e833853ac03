#include "conformance/bench/reconnect_bench.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using namespace std::chrono_literals;

reconnect_bench_options few_agents() {
  reconnect_bench_options options;
  options.gateway_command = KITFOX_GATEWAY;
  const std::string agent =
      std::string{KITFOX_AGENT} + " --backoff-initial-seconds 0.1 --backoff-cap-seconds 0.5";
  options.agent_commands = {agent, agent + " --workers 2"};
  options.count = 3;
  options.outage = 5ms;
  return options;
}

TEST(ReconnectBench, MeasuresEveryAgentAndTheFloorInEachRound) {
  bench_report report;
  std::string failure;
  const reconnect_bench_options options = few_agents();
  ASSERT_TRUE(run_reconnect_bench(options, report, failure)) << failure;
  const auto& values = report.values;
  ASSERT_EQ(values["agents"].size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(values["agents"][i]["command"], options.agent_commands[i]);
    EXPECT_EQ(values["agents"][i]["after_scheduled_delay"]["count"], 3);
    EXPECT_EQ(values["agents"][i]["without_announced_delay"], 0);
  }
  EXPECT_EQ(values["bare_full"]["count"], 6);
  EXPECT_EQ(values["bare_resumed"]["count"], 5);
  EXPECT_TRUE(report.met());
}

TEST(ReconnectBench, SaysWhatAProgramThatIsNoAgentSaidLast) {
  reconnect_bench_options options = few_agents();
  options.agent_commands = {"/bin/echo goodbye"};
  bench_report report;
  std::string failure;
  EXPECT_FALSE(run_reconnect_bench(options, report, failure));
  EXPECT_NE(failure.find("its last line: goodbye"), std::string::npos) << failure;
}

}  // namespace
}  // namespace kitfox::conformance
