#include "conformance/judge/answer_owed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string owed_id = "r-1234567890123456789012";

/// An agent that was sent a command of 5 s at second 5.
tape asked() {
  tape out = connected_tape();
  return out.command(5, 1, owed_id, "list_pods", 5);
}

opinion of_all_answered(const transcript& on) { return opinion_of("all-answered", "RSP-8", on); }

TEST(AllAnswered, WhoeverSaysNothingBreaksIt) {
  EXPECT_EQ(of_all_answered(asked().until(13)), opinion::broken);
  EXPECT_EQ(of_all_answered(asked().until(11)), opinion::nothing_to_see) << "it may still answer";
  for (const bool ok : {true, false})
    EXPECT_EQ(of_all_answered(asked().responds(6, 7, "prod/0", "k", owed_id, {{"ok", ok}}).until(13)),
              opinion::fine);
}

TEST(AllAnswered, NothingIsOwedByWhoCouldNotAnswer) {
  EXPECT_EQ(of_all_answered(asked().ends_by(7, 1, wire_end::server).until(13)), opinion::nothing_to_see);
  EXPECT_EQ(of_all_answered(asked().signals(7, "prod/0", "stop").until(13)), opinion::nothing_to_see);
  EXPECT_EQ(of_all_answered(asked().signals(7, "prod/0", "kill").exits(7, "prod/0", 137).until(13)),
            opinion::nothing_to_see);
  EXPECT_EQ(of_all_answered(asked().signals(6, "prod/0", "pause").until(13)), opinion::nothing_to_see);
  EXPECT_EQ(of_all_answered(asked().dials(7, 9, "prod/0->gateway", "refuse").until(13)),
            opinion::nothing_to_see)
      << "it tried";
}

TEST(AllAnswered, WhatWasWithdrawnIsNotOwed) {
  const auto withdrawn = [](double t) { return asked().event(t, 1, "cancel", {{"request_id", owed_id}}); };
  EXPECT_EQ(of_all_answered(withdrawn(7).until(13)), opinion::nothing_to_see);
  EXPECT_EQ(of_all_answered(withdrawn(10).until(13)), opinion::broken) << "its time was over";
  EXPECT_EQ(of_all_answered(withdrawn(10).reads(5, 12, 20, "prod/0", "/api/v1/pods").until(13)),
            opinion::nothing_to_see)
      << "its API server kept it waiting";
}

struct asked_for {
  transcript run;
  evidence about{run};
  [[nodiscard]] std::string fault(requirement_role side) const {
    return fault_of_the_other(about, about.calls.front(), side);
  }
};

tape called(tape run, double ended, int status, nlohmann::json answer) {
  return run.calls(5, ended, "1", {{"as", "acme/payments"}, {"cluster", "prod"}, {"step", 1}}, "list_pods",
                   status, std::move(answer));
}

TEST(FaultOfTheOther, ASilentAgentIsNoFaultOfItsGateway) {
  const nlohmann::json timed_out{{"request_id", owed_id}, {"ok", false}, {"error_code", "timeout"}};
  const asked_for run{called(asked(), 10, 200, timed_out).until(13)};
  EXPECT_THAT(run.fault(requirement_role::gateway), HasSubstr("prod/0 was sent the command"));
  EXPECT_THAT(run.fault(requirement_role::agent), IsEmpty());

  const asked_for hasty{called(asked(), 7, 200, timed_out).until(13)};
  EXPECT_THAT(hasty.fault(requirement_role::gateway), IsEmpty()) << "the gateway did not wait";
  const asked_for answered{
      called(asked().responds(6, 7, "prod/0", "k", owed_id, {{"ok", true}}), 10, 200, timed_out).until(13)};
  EXPECT_THAT(answered.fault(requirement_role::gateway), IsEmpty());
}

TEST(FaultOfTheOther, AGatewayThatSendsNothingIsNoFaultOfItsAgent) {
  const nlohmann::json refused{{"error_code", "busy"}};
  const asked_for run{called(connected_tape(), 5.1, 429, refused).until(13)};
  EXPECT_THAT(run.fault(requirement_role::agent), HasSubstr("sent it no command"));
  EXPECT_THAT(run.fault(requirement_role::gateway), IsEmpty());

  const asked_for away{called(connected_tape().ends_by(4, 1, wire_end::client), 5.1, 200, refused).until(13)};
  EXPECT_THAT(away.fault(requirement_role::agent), IsEmpty()) << "it had left";
}

}  // namespace
}  // namespace kitfox::conformance
