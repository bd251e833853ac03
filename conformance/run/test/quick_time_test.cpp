#include "conformance/run/quick_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;

std::string reason(const std::string& verifies, const std::string& steps, const std::string& checks = "") {
  const std::string text =
      "kitfox: scenario/v1\ntitle: t\narea: connect\nverifies: [" + verifies +
      "]\ntopology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}\n"
      "steps:\n  - await: {agent: \"*\", state: connected, within: 5s}\n" +
      steps + (checks.empty() ? "" : "expect:\n" + checks);
  const loaded all = load_scenario_text(text, "x.yaml", {});
  EXPECT_TRUE(all.errors.empty()) << to_string(all.errors.front());
  return all.errors.empty() ? reason_for_own_pace(all.cases.front().what) : "";
}

constexpr const char* a_while = "  - wait: 20s\n";

TEST(OwnPace, WhatOnlyWaitsIsPlayedInQuickTime) {
  EXPECT_EQ(reason("LIV-2", a_while), "");
  EXPECT_EQ(reason("LIV-2", a_while, "  - reconnects: {agent: \"*\", exactly: 0}\n"), "");
}

TEST(OwnPace, WhatHasNothingToWaitForIsNot) {
  EXPECT_THAT(reason("LIV-2", ""), HasSubstr("hardly anything"));
}

TEST(OwnPace, ARequirementThatSetsAFloorIsNeverJudgedInQuickTime) {
  for (const floor_requirement& one : floor_requirements()) {
    ASSERT_NE(find_requirement(one.id), nullptr) << one.id;
    EXPECT_THAT(reason(std::string{one.id}, a_while), HasSubstr(std::string{one.why}));
  }
}

TEST(OwnPace, NeitherIsACheckThatSetsOne) {
  for (const char* check :
       {"  - backoff: {agent: \"*\", each_at_least: 2s}\n", "  - dials: {agent: \"*\", at_most: 3}\n",
        "  - requests: {agent: \"*\", path: /agent/connect, at_most: 3}\n",
        "  - closed: {agent: \"*\", by: agent, after: start, not_before: 2s, within: 9s}\n"})
    EXPECT_THAT(reason("LIV-2", a_while, check), HasSubstr("sets a floor")) << check;
}

TEST(ForgetFloors, LeavesNoObservationOfThem) {
  judgement of;
  of.requirements = {{"LIV-2", verdict::pass, 1, true}, {"REC-2", verdict::pass, 7, false}};
  forget_floors(of);
  ASSERT_EQ(of.requirements.size(), 1U);
  EXPECT_EQ(of.requirements.front().id, "LIV-2");
}

}  // namespace
}  // namespace kitfox::conformance
