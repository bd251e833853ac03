#include "agent/gateway_clock.hpp"

#include <gtest/gtest.h>

namespace kitfox::agent {
namespace {

using runtime::mono_time;
using runtime::wall_time;
using namespace std::chrono_literals;

constexpr mono_time begin{1'000s};
constexpr wall_time true_time{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr wall_time own_wrong = true_time + 1h;

TEST(GatewayClock, KnowsOnlyItsOwnClockAtFirst) {
  const gateway_clock clock;
  EXPECT_EQ(clock.at(begin, own_wrong), own_wrong);
}

TEST(GatewayClock, FollowsTheDateHeaderUntilAHeartbeatComes) {
  gateway_clock clock;
  clock.on_stream_started(true_time, begin);
  EXPECT_EQ(clock.at(begin + 10s, own_wrong), true_time + 10s);
  clock.on_heartbeat(true_time + 20s + 300ms, begin + 20s);
  EXPECT_EQ(clock.at(begin + 20s, own_wrong), true_time + 20s + 300ms);
}

TEST(GatewayClock, BelievesTheLeastDelayedOfTheRecentHeartbeats) {
  gateway_clock clock;
  clock.on_heartbeat(true_time, begin + 50ms);
  clock.on_heartbeat(true_time + 15s, begin + 15s + 4s);
  EXPECT_EQ(clock.at(begin + 19s, own_wrong), true_time + 19s - 50ms);
}

TEST(GatewayClock, ForgetsOldHeartbeatsSoThatDriftDoesNotAddUp) {
  gateway_clock clock;
  // This host's clock runs fast: each beat comes 10 ms later by it.
  for (int beat = 0; beat < 1'000; ++beat) clock.on_heartbeat(true_time + beat * 15s, begin + beat * 15010ms);
  const auto error = true_time + 999 * 15s - clock.at(begin + 999 * 15010ms, own_wrong);
  EXPECT_LE(-error, 80ms);
  EXPECT_GE(-error, 0ms);
}

TEST(GatewayClock, FollowsAClockThatWasSetBack) {
  gateway_clock clock;
  clock.on_heartbeat(true_time + 1h, begin);
  clock.on_heartbeat(true_time, begin + 1s);
  EXPECT_EQ(clock.at(begin + 1s, own_wrong), true_time);
}

TEST(GatewayClock, ForgetsTheOtherReplicasClock) {
  gateway_clock clock;
  clock.on_heartbeat(true_time + 1h, begin);
  clock.on_stream_started(std::nullopt, begin + 1s);
  EXPECT_EQ(clock.at(begin + 1s, own_wrong), own_wrong);
}

TEST(GatewayClock, IgnoresImpossibleStamps) {
  gateway_clock clock;
  clock.on_stream_started(wall_time::max(), begin);
  clock.on_heartbeat(wall_time::max(), begin);
  clock.on_heartbeat(wall_time::min(), begin);
  EXPECT_EQ(clock.at(begin, own_wrong), own_wrong);
}

protocol::command_event command(std::chrono::milliseconds timeout, std::optional<wall_time> deadline) {
  protocol::command_event event{"r1", "list_pods"};
  event.timeout = timeout;
  event.deadline = deadline;
  return event;
}

TEST(CommandDeadline, IsTheEarlierOfTimeoutAndDeadline) {
  EXPECT_EQ(command_deadline(command(30s, std::nullopt), begin, true_time), begin + 30s);
  EXPECT_EQ(command_deadline(command(30s, true_time + 10s), begin, true_time), begin + 10s);
  EXPECT_EQ(command_deadline(command(30s, true_time + 40s), begin, true_time), begin + 30s);
  EXPECT_EQ(command_deadline(command(30s, true_time + 30s), begin, true_time), begin + 30s);
}

TEST(CommandDeadline, HasPassedOnceTheGatewaysClockReachedIt) {
  EXPECT_EQ(command_deadline(command(30s, true_time), begin, true_time), begin);
  EXPECT_EQ(command_deadline(command(30s, true_time - 1ns), begin, true_time), begin);
}

TEST(CommandDeadline, SurvivesTheEndsOfTime) {
  EXPECT_EQ(command_deadline(command(30s, wall_time::max()), begin, true_time), begin + 30s);
  EXPECT_EQ(command_deadline(command(30s, wall_time::min()), begin, true_time), begin);
}

}  // namespace
}  // namespace kitfox::agent
