#include "conformance/run/lanes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A plan of one scenario a text of steps, each in both worlds: sim before sockets.
run_plan plan_of(const std::vector<std::string>& steps) {
  run_plan out;
  for (const std::string& one : steps) {
    const std::string text =
        "kitfox: scenario/v1\ntitle: t\narea: connect\nverifies: [CON-1]\n"
        "topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}\n"
        "steps:\n  - await: {agent: \"*\", state: connected, within: 60s}\n" +
        one;
    out.files.push_back(load_scenario_text(text, "x.yaml", {}));
    EXPECT_TRUE(out.files.back().errors.empty()) << to_string(out.files.back().errors.front());
  }
  for (const loaded& file : out.files)
    for (const scenario_case& one : file.cases)
      if (one.world != world_kind::live) out.cases.push_back({&one});
  return out;
}

const std::string long_wait = "  - wait: 20s\n", short_wait = "  - wait: 2s\n";
const std::string longest_wait = "  - {cut_established: {link: \"*->gateway\", how: rst}, for: 30s}\n";

TEST(Lanes, WhatWaitsForSecondsOverSocketsRunsBesideTheOthersLongestFirst) {
  const run_plan plan = plan_of({short_wait, long_wait, longest_wait});
  ASSERT_EQ(plan.cases.size(), 6U);
  const lanes out = divide(plan, lending::waits);
  EXPECT_THAT(out.working, ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(out.waiting, ElementsAre(5, 3));
}

TEST(Lanes, NothingRunsBesideAnythingWhereThatIsNotWanted) {
  const lanes out = divide(plan_of({long_wait, short_wait}), lending::none);
  EXPECT_THAT(out.working, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(out.waiting, IsEmpty());
}

TEST(Lanes, WhatIsSkippedWaitsForNothing) {
  run_plan plan = plan_of({long_wait});
  plan.cases[1].skip_because = "not asked for";
  EXPECT_THAT(divide(plan, lending::waits).working, ElementsAre(0, 1));
}

TEST(StatedWaits, AreThoseOfAllStepsButTheFirst) {
  const auto waits = [](const std::string& steps) {
    return stated_waits(plan_of({steps}).cases[0].what->what);
  };
  const duration settle = waits("");
  EXPECT_EQ(waits(long_wait) - settle, std::chrono::seconds{20});
  EXPECT_EQ(waits(longest_wait) - settle, std::chrono::seconds{30});
  EXPECT_EQ(waits("  - restart: {node: prod/*, down: 7s}\n") - settle, std::chrono::seconds{7});
  EXPECT_EQ(waits("  - await: {agent: \"*\", state: waiting, within: 10s}\n") - settle,
            std::chrono::seconds{5});
  EXPECT_EQ(waits("  - await: {agent: \"*\", state: exited, within: 10s}\n") - settle, duration{0});
}

}  // namespace
}  // namespace kitfox::conformance
