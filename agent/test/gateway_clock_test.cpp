#include "agent/gateway_clock.hpp"

#include <gtest/gtest.h>

namespace kitfox::agent {
namespace {

using runtime::mono_time;
using runtime::wall_time;
using namespace std::chrono_literals;

constexpr mono_time start_of_clock{1'000s};
constexpr wall_time true_time{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr wall_time own_wrong = true_time + 1h;

TEST(GatewayClock, KnowsOnlyItsOwnClockAtFirst) {
  const gateway_clock clock;
  EXPECT_EQ(clock.at(start_of_clock, own_wrong), own_wrong);
}

TEST(GatewayClock, FollowsTheDateHeaderUntilAHeartbeatComes) {
  gateway_clock clock;
  clock.on_stream_started(true_time, start_of_clock);
  EXPECT_EQ(clock.at(start_of_clock + 10s, own_wrong), true_time + 10s);
  clock.on_heartbeat(true_time + 20s + 300ms, start_of_clock + 20s);
  EXPECT_EQ(clock.at(start_of_clock + 20s, own_wrong), true_time + 20s + 300ms);
}

TEST(GatewayClock, BelievesTheLeastDelayedOfTheRecentHeartbeats) {
  gateway_clock clock;
  clock.on_heartbeat(true_time, start_of_clock + 50ms);
  clock.on_heartbeat(true_time + 15s, start_of_clock + 15s + 4s);
  EXPECT_EQ(clock.at(start_of_clock + 19s, own_wrong), true_time + 19s - 50ms);
}

TEST(GatewayClock, ForgetsOldHeartbeatsSoThatDriftDoesNotAddUp) {
  gateway_clock clock;
  // This host's clock runs fast: each beat comes 10 ms later by it.
  for (int beat = 0; beat < 1'000; ++beat)
    clock.on_heartbeat(true_time + beat * 15s, start_of_clock + beat * 15010ms);
  const auto error = true_time + 999 * 15s - clock.at(start_of_clock + 999 * 15010ms, own_wrong);
  EXPECT_LE(-error, 80ms);
  EXPECT_GE(-error, 0ms);
}

TEST(GatewayClock, FollowsAClockThatWasSetBack) {
  gateway_clock clock;
  clock.on_heartbeat(true_time + 1h, start_of_clock);
  clock.on_heartbeat(true_time, start_of_clock + 1s);
  EXPECT_EQ(clock.at(start_of_clock + 1s, own_wrong), true_time);
}

TEST(GatewayClock, ForgetsTheOtherReplicasClock) {
  gateway_clock clock;
  clock.on_heartbeat(true_time + 1h, start_of_clock);
  clock.on_stream_started(std::nullopt, start_of_clock + 1s);
  EXPECT_EQ(clock.at(start_of_clock + 1s, own_wrong), own_wrong);
}

TEST(GatewayClock, IgnoresImpossibleStamps) {
  gateway_clock clock;
  clock.on_stream_started(wall_time::max(), start_of_clock);
  clock.on_heartbeat(wall_time::max(), start_of_clock);
  clock.on_heartbeat(wall_time::min(), start_of_clock);
  EXPECT_EQ(clock.at(start_of_clock, own_wrong), own_wrong);
}

protocol::command_event command(std::chrono::milliseconds timeout, std::optional<wall_time> deadline) {
  protocol::command_event event{"r1", "list_pods"};
  event.timeout = timeout;
  event.deadline = deadline;
  return event;
}

TEST(CommandDeadline, IsTheEarlierOfTimeoutAndDeadline) {
  EXPECT_EQ(command_deadline(command(30s, std::nullopt), start_of_clock, true_time), start_of_clock + 30s);
  EXPECT_EQ(command_deadline(command(30s, true_time + 10s), start_of_clock, true_time), start_of_clock + 10s);
  EXPECT_EQ(command_deadline(command(30s, true_time + 40s), start_of_clock, true_time), start_of_clock + 30s);
  EXPECT_EQ(command_deadline(command(30s, true_time + 30s), start_of_clock, true_time), start_of_clock + 30s);
}

TEST(CommandDeadline, HasPassedOnceTheGatewaysClockReachedIt) {
  EXPECT_EQ(command_deadline(command(30s, true_time), start_of_clock, true_time), start_of_clock);
  EXPECT_EQ(command_deadline(command(30s, true_time - 1ns), start_of_clock, true_time), start_of_clock);
}

TEST(CommandDeadline, SurvivesTheEndsOfTime) {
  EXPECT_EQ(command_deadline(command(30s, wall_time::max()), start_of_clock, true_time),
            start_of_clock + 30s);
  EXPECT_EQ(command_deadline(command(30s, wall_time::min()), start_of_clock, true_time), start_of_clock);
}

}  // namespace
}  // namespace kitfox::agent
