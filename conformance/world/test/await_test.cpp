// For how long a step waits for a state that agents are to come to.
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/scenario/scenario.hpp"
#include "conformance/world/run_sim.hpp"

namespace kitfox::conformance {
namespace {

const std::string head = R"(kitfox: scenario/v1
title: A title
area: connect
verifies: [REC-5]
worlds: [sim]
because: a test of virtual time
topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}
steps:
  - await: {agent: "*", state: connected, within: 10s}
)";

/// What became of the awaits of a run, and how long it took.
struct awaited {
  std::string why;  ///< Of the first that came to nothing.
  runtime::duration took{};
};

awaited play(const std::string& steps) {
  const std::string text = head + steps;
  const loaded file = load_scenario_text(text, "x.yaml", {});
  EXPECT_TRUE(file.errors.empty()) << to_string(file.errors.front());
  const sim_run ran = run_in_sim(file.cases.front(), {"x.yaml", text}, {});
  awaited out{{}, ran.world_time};
  for (const record& one : ran.tape.records())
    if (one.kind == record_kind::step_ended && one.name == "await" && out.why.empty())
      out.why = one.more.value("why", "");
  return out;
}

TEST(Await, OfAProcessThatHasEndedIsOverWithIt) {
  const awaited ended =
      play("  - kill: {node: prod/0}\n  - await: {agent: \"*\", state: connected, within: 1h}\n");
  EXPECT_EQ(ended.why, "the process of prod/0 has ended, and nothing starts it again");
  EXPECT_LT(ended.took, std::chrono::minutes{1});
}

TEST(Await, OfOneThatAStepBesideStartsAgainIsNot) {
  const awaited started = play(
      "  - {at: 5m, start: {node: prod/0}, beside: true}\n"
      "  - kill: {node: prod/0}\n"
      "  - await: {agent: \"*\", state: connected, within: 1h}\n");
  EXPECT_EQ(started.why, "");
  EXPECT_GE(started.took, std::chrono::minutes{5});
}

TEST(Await, OfTheEndOfAProcessLooksAtNothingElse) {
  const awaited ended =
      play("  - kill: {node: prod/0}\n  - await: {agent: \"*\", state: exited, within: 1h}\n");
  EXPECT_EQ(ended.why, "");
}

}  // namespace
}  // namespace kitfox::conformance
