#include "gateway/session_fsm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitfox::gateway {
namespace {

using namespace std::chrono_literals;
using runtime::mono_time;
using testing::ElementsAre;
using testing::HasSubstr;

class SessionFsm : public testing::Test {
 protected:
  session_fsm make(std::optional<duration> age = std::nullopt) {
    return session_fsm{limits_, policy_, {mono_time{}, 15s, age, 3s}};
  }
  static session_action next(session_fsm& one, duration at) { return one.next(mono_time{at}, {}); }
  /// Writes all there is and returns it.
  static std::string flush(session_fsm& one, duration at) {
    std::string all;
    for (session_action action = next(one, at); action.step == session_step::write; action = next(one, at)) {
      all += action.bytes;
      one.on_written(mono_time{at});
    }
    return all;
  }
  gateway_limits limits_;
  gateway_policy policy_;
};

TEST_F(SessionFsm, IsRoutableOnlyAfterItsFirstWrite) {
  session_fsm one = make();
  EXPECT_EQ(one.push_event("hello"), outbox_answer::taken);
  EXPECT_EQ(one.health({}), route_health::opening);
  EXPECT_EQ(next(one, 0s).bytes, "hello");
  EXPECT_EQ(one.health({}), route_health::opening);
  one.on_written({});
  EXPECT_EQ(one.health({}), route_health::healthy);
}

TEST_F(SessionFsm, BeatsWithinTheIntervalAlsoWhileCommandsFlow) {
  session_fsm one = make();
  flush(one, 0s);
  duration last_beat = 0s;
  int beats = 0;
  for (duration at = 0s; at < 10min; at += 1s) {
    EXPECT_EQ(one.push_command("r", "event: command\n\n"), outbox_answer::taken);
    const session_action action = next(one, at);
    ASSERT_EQ(action.step, session_step::write);
    one.on_written(mono_time{at});
    one.on_command_ended("r");
    if (!action.heartbeat) continue;
    EXPECT_THAT(action.bytes, HasSubstr("event: heartbeat"));
    EXPECT_LE(at - last_beat, 15s);
    last_beat = at;
    ++beats;
  }
  EXPECT_GE(beats, 40);
}

TEST_F(SessionFsm, WaitsUntilTheNextHeartbeat) {
  session_fsm one = make();
  const session_action action = next(one, 0s);
  EXPECT_EQ(action.step, session_step::wait);
  EXPECT_EQ(action.until, mono_time{13500ms});
}

TEST_F(SessionFsm, NeverBeatsIfThePolicySaysSo) {
  policy_.next_heartbeat = [](const stream_times&) { return std::optional<mono_time>{}; };
  session_fsm one = make();
  EXPECT_EQ(next(one, 1h).step, session_step::wait);
}

TEST_F(SessionFsm, JoinsWhatWaitsIntoOneWriteAndNamesItsCommands) {
  session_fsm one = make();
  static_cast<void>(one.push_event("a"));
  static_cast<void>(one.push_command("r1", "b"));
  static_cast<void>(one.push_command("r2", "c"));
  const session_action action = next(one, 0s);
  EXPECT_EQ(action.bytes, "abc");
  EXPECT_THAT(action.sent, ElementsAre("r1", "r2"));
  EXPECT_EQ(one.outbox_bytes(), 0u);
}

TEST_F(SessionFsm, AnUnsentCommandIsTakenBackWithoutATrace) {
  session_fsm one = make();
  static_cast<void>(one.push_command("r1", "secret plan"));
  one.withdraw("r1");
  EXPECT_EQ(flush(one, 0s), "");
}

TEST_F(SessionFsm, ASentCommandIsCancelled) {
  session_fsm one = make();
  static_cast<void>(one.push_command("r1", "plan"));
  flush(one, 0s);
  one.withdraw("r1");
  EXPECT_THAT(flush(one, 0s), testing::AllOf(HasSubstr("event: cancel"), HasSubstr("r1")));
}

TEST_F(SessionFsm, TheOutboxIsBoundedInBytesAndCommands) {
  limits_.outbox_bytes_max = 10;
  limits_.outbox_commands_max = 2;
  session_fsm one = make();
  EXPECT_EQ(one.push_command("r1", "12345678901"), outbox_answer::full);
  EXPECT_EQ(one.push_command("r1", "123"), outbox_answer::taken);
  EXPECT_EQ(one.push_command("r2", "123"), outbox_answer::taken);
  EXPECT_EQ(one.push_command("r3", "1"), outbox_answer::full);
  EXPECT_EQ(one.push_event("12345"), outbox_answer::full);
  flush(one, 0s);
  EXPECT_EQ(one.push_command("r3", "1"), outbox_answer::taken);
}

TEST_F(SessionFsm, AStreamWithoutRoomForAHeartbeatIsCut) {
  limits_.outbox_bytes_max = 10;
  session_fsm one = make();
  static_cast<void>(one.push_event("1234567890"));
  const session_action action = next(one, 14s);
  EXPECT_EQ(action.step, session_step::cut);
  EXPECT_EQ(action.why, stream_end::outbox_overflow);
}

TEST_F(SessionFsm, AWriteThatTakesLongMakesTheRouteStalled) {
  session_fsm one = make();
  static_cast<void>(one.push_event("a"));
  flush(one, 0s);
  static_cast<void>(one.push_event("b"));
  static_cast<void>(next(one, 1s));
  EXPECT_EQ(one.next_deadline(mono_time{1s}), mono_time{3s});
  EXPECT_EQ(one.health(mono_time{3s}), route_health::stalled);
  EXPECT_EQ(one.next_deadline(mono_time{3s}), std::nullopt);
  one.on_written(mono_time{4s});
  EXPECT_EQ(one.health(mono_time{4s}), route_health::healthy);
}

TEST_F(SessionFsm, RetiresAtItsAgeWithAHintAndEndsInOrder) {
  session_fsm one = make(1h);
  flush(one, 59min);
  const std::string farewell = flush(one, 1h);
  EXPECT_THAT(farewell, HasSubstr("event: drain"));
  EXPECT_THAT(farewell, HasSubstr("\"reconnect_after_seconds\":3"));
  EXPECT_THAT(farewell, HasSubstr("retry: 3000"));
  const session_action action = next(one, 1h);
  EXPECT_EQ(action.step, session_step::end);
  EXPECT_EQ(action.why, stream_end::max_age);
}

TEST_F(SessionFsm, ARetiringStreamWaitsForItsCommandsUpToTheGrace) {
  session_fsm one = make();
  static_cast<void>(one.push_command("r1", "x"));
  static_cast<void>(one.push_command("r2", "y"));
  flush(one, 0s);
  one.retire(mono_time{1s}, stream_end::drained);
  EXPECT_THAT(flush(one, 1s), HasSubstr("event: drain"));
  EXPECT_EQ(one.health(mono_time{1s}), route_health::retiring);
  EXPECT_EQ(next(one, 2s).until, mono_time{6s});
  one.on_command_ended("r1");
  EXPECT_EQ(next(one, 2s).step, session_step::wait);
  EXPECT_EQ(next(one, 6s).step, session_step::end);
}

TEST_F(SessionFsm, ARetiringStreamEndsWithItsLastCommand) {
  session_fsm one = make();
  static_cast<void>(one.push_command("r1", "x"));
  flush(one, 0s);
  one.retire(mono_time{1s}, stream_end::drained);
  flush(one, 1s);
  one.on_command_ended("r1");
  EXPECT_EQ(next(one, 1s).step, session_step::end);
}

TEST_F(SessionFsm, TheFirstReasonToCloseCounts) {
  session_fsm one = make();
  one.on_cut(stream_end::revoked);
  one.on_client_gone();
  one.on_cut(stream_end::replaced);
  const session_action action = next(one, 0s);
  EXPECT_EQ(action.step, session_step::cut);
  EXPECT_EQ(action.why, stream_end::revoked);
  EXPECT_EQ(one.push_event("x"), outbox_answer::closed);
  EXPECT_EQ(one.push_command("r", "x"), outbox_answer::closed);
}

TEST_F(SessionFsm, AgesVaryByTheJitter) {
  EXPECT_EQ(reference::stream_age(1h, 0.1, 0.0), duration{54min});
  EXPECT_EQ(reference::stream_age(1h, 0.1, 0.5), duration{1h});
  EXPECT_LT(*reference::stream_age(1h, 0.1, 0.999), duration{66min});
}

TEST(Drain, ClosesAreSpreadEvenly) {
  const auto times = reference::spread_drain(100, 30s);
  ASSERT_EQ(times.size(), 100u);
  std::vector<int> per_second(30);
  for (const duration at : times) ++per_second.at(static_cast<std::size_t>(at / 1s));
  for (const int count : per_second) EXPECT_LE(count, 2 * 100 / 30);
  EXPECT_TRUE(reference::spread_drain(0, 30s).empty());
}

}  // namespace
}  // namespace kitfox::gateway
