// What one case comes to: whose part of a promise of both it is about, and what a missing situation makes of
// it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

/// A step 0 that ends as told, in a scenario that verifies this, with this written below the step.
judgement judged(const std::string& verifies, const std::string& below_step, bool came_to_pass,
                 int agent_exit = 0) {
  const std::string text =
      "kitfox: scenario/v1\ntitle: t\narea: bad-input\nverifies: " + verifies +
      "\ntopology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}\n"
      "steps:\n  - await: {agent: \"*\", state: connected, within: 5s}\n" +
      below_step;
  tape run = connected_tape();
  run.facts() = {{"scenario", text}, {"file", "x.yaml"}, {"case", "bad-input/x"}, {"world", "sim"}};
  run.step(0, 1, "0", "await", {{"ok", came_to_pass}, {"why", "nobody came"}});
  if (agent_exit != 0) run.exits(4, "prod/0", agent_exit);
  return judge(run.until(9));
}

const requirement_verdict& of(const judgement& all, const std::string& id) {
  const auto found = std::ranges::find(all.requirements, id, &requirement_verdict::id);
  EXPECT_NE(found, all.requirements.end()) << id << all.harness_failure;
  return *found;
}

constexpr const char* precondition = "    proves: nothing\nexpect: [{exits: {node: \"*\", exactly: 0}}]\n";

TEST(Judgement, OfACaseWithoutItsSituationIsUnclearForAllThatItIsAbout) {
  const judgement held = judged("[REC-5]", precondition, true),
                  missed = judged("[REC-5]", precondition, false);
  EXPECT_EQ(of(held, "REC-5").outcome, verdict::pass);
  EXPECT_EQ(of(missed, "REC-5").outcome, verdict::inconclusive);
  EXPECT_EQ(of(judged("[REC-5]", "", false), "REC-5").outcome, verdict::fail)
      << "this step is what it is about";
}

TEST(Judgement, CreditsAndChargesTheSideThatAScenarioNamesAlone) {
  for (const bool kept : {true, false}) {
    const judgement all = judged("[BAD-1/gateway]", "", kept);
    const requirement_verdict& both = of(all, "BAD-1");
    ASSERT_TRUE(both.of_agent && both.of_gateway);
    EXPECT_EQ(both.of_gateway->outcome, kept ? verdict::pass : verdict::fail);
    EXPECT_TRUE(both.of_gateway->named);
    EXPECT_GT(both.of_gateway->observations, 0U);
    EXPECT_EQ(both.of_agent->outcome, verdict::pass);
    EXPECT_FALSE(both.of_agent->named);
    EXPECT_EQ(both.of_agent->observations, 0U) << "an agent is not credited by what its gateway answered";
  }
}

TEST(Judgement, ChargesTheSideThatAFindingIsAbout) {
  const requirement_verdict both = of(judged("[BAD-1/gateway]", "", true, 139), "BAD-1");
  EXPECT_EQ(both.of_agent->outcome, verdict::fail);
  EXPECT_EQ(both.of_gateway->outcome, verdict::pass);
}

TEST(Judgement, SaysWhichCheckFoundWhat) {
  const judgement all = judged("[BAD-1/gateway]", "", false, 139);
  std::set<std::string> by;
  for (const finding& one : all.findings) by.insert(one.requirement + " " + one.check);
  EXPECT_TRUE(by.contains("BAD-1 expectation")) << "the step that came to nothing";
  EXPECT_TRUE(by.contains("BAD-1 no-server-error")) << "the agent that crashed";
}

TEST(Judgement, HasNoSidesWhereOneSidePromises) {
  EXPECT_FALSE(of(judged("[REC-5]", precondition, true), "REC-5").of_agent);
}

}  // namespace
}  // namespace kitfox::conformance
