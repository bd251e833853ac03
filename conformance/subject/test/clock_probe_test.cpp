#include "conformance/subject/clock_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;

constexpr const char* probed_agent = "check/0";
constexpr const char* probed_key = "k1";
constexpr const char* probed_cluster = "acme/payments/check";

/// Refused at 5 s with a pause of 30 s, back after `pause`, silent from then on, and left after `silence`.
std::string told_of_agent(double pause, double silence) {
  tape out{"sockets"};
  out.issues_key(0, probed_key, probed_cluster, "acme/payments")
      .starts(0.1, probed_agent, "agent", probed_cluster);
  out.connects(1, 1, probed_agent, probed_key).cut(4, 1, "fin");
  out.refused(5, 2, probed_agent, probed_key, 503, {{"retry-after", "30"}});
  const double back = 5.1 + pause;
  out.connects(back, 3, probed_agent, probed_key)
      .heartbeats(back + 15, back + 30, 3, 15)
      .ends_by(back + 30 + silence, 3, wire_end::client);
  return judge_clock(out.until(back + 40 + silence), party::agent).why;
}

TEST(ClockProbe, AnAgentThatWaitsByTheWorldsClockPasses) {
  EXPECT_EQ(told_of_agent(31, 45.2), "");
  EXPECT_EQ(told_of_agent(55, 48), "");
}

TEST(ClockProbe, AnAgentThatWaitsByAnotherClockDoesNot) {
  EXPECT_THAT(told_of_agent(30 * acceleration_min, 45),
              HasSubstr("asked to wait for 30 s it came back after 2.002 min"));
  EXPECT_THAT(told_of_agent(8, 45), HasSubstr("it came back after 8"));
  EXPECT_THAT(told_of_agent(31, 45 * acceleration_min), HasSubstr("it left a silent stream after"));
  EXPECT_THAT(told_of_agent(31, 15 * acceleration_min), HasSubstr("it left a silent stream after"));
}

std::string told_of_gateway(double gap, double took) {
  tape out{"sockets"};
  out.issues_key(0, probed_key, probed_cluster, "acme/payments")
      .starts(0, "gateway", "gateway")
      .starts(0.1, probed_agent, "agent", probed_cluster);
  const double begun = 2;
  out.connects(1, 1, probed_agent, probed_key).heartbeats(1 + gap, 1 + 2 * gap, 1, gap);
  out.calls(begun, begun + took, "c1", {{"cluster", probed_cluster}, {"tenant", "acme/payments"}},
            "list_namespaces", 200, {{"ok", false}});
  return judge_clock(out.until(std::max(begun + took, 1 + 2 * gap)), party::gateway).why;
}

TEST(ClockProbe, AGatewayIsKnownByItsHeartbeatsAndItsTimeLimits) {
  EXPECT_EQ(told_of_gateway(15, 25.1), "");
  EXPECT_THAT(told_of_gateway(15, 25 * acceleration_min), HasSubstr("ended after 100"));
  EXPECT_THAT(told_of_gateway(15 * acceleration_min, 25), HasSubstr("its heartbeats came 60"));
}

TEST(ClockProbe, WithoutTheLibraryNothingIsPlayed) {
  subject whose;
  whose.program.command = {"/bin/true"};
  EXPECT_THAT(play_clock_probe(whose, {10, ""}).why, HasSubstr("libfaketime is not installed"));
  whose.program.attached.emplace();
  EXPECT_THAT(play_clock_probe(whose, {10, "/lib/x.so"}).why, HasSubstr("started by hand"));
}

}  // namespace
}  // namespace kitfox::conformance
