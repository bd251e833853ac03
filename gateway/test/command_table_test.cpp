#include "gateway/command_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitfox::gateway {
namespace {

using namespace std::chrono_literals;
using runtime::mono_time;

class CommandTable : public testing::Test {
 protected:
  void admit(std::string id, duration timeout = 30s, duration wait = 0s) {
    EXPECT_EQ(table_.admit({std::move(id), team_, "c1", now_ + timeout, now_ + wait}, now_).verdict,
              admission::admitted);
  }
  /// Admitted, durable, in the outbox of `stream_`.
  void queue(const std::string& id, duration timeout = 30s) {
    admit(id, timeout);
    EXPECT_EQ(table_.on_audit_durable(id).action.then, command_follow_up::route);
    table_.on_queued(id, stream_);
  }
  void send(const std::string& id, duration timeout = 30s) {
    queue(id, timeout);
    table_.on_sent(id);
  }
  response_effect respond(const std::string& id, std::string_view cluster = "c1") {
    return table_.on_response(id, {cluster, "k1"}, now_);
  }
  std::vector<command_effect> wait_until(mono_time when) {
    now_ = when;
    return table_.on_time(now_);
  }

  gateway_limits limits_;
  gateway_policy policy_;
  tenant team_{"acme", "pay"};
  route stream_{7, "c1", "agent-1", "k1", team_, route_health::healthy};
  command_table table_{limits_, policy_};
  mono_time now_{};
};

TEST_F(CommandTable, AnAnswerEndsTheCommandOnce) {
  send("r1");
  const response_effect first = respond("r1");
  EXPECT_EQ(first.verdict, response_verdict::accepted);
  EXPECT_EQ(first.effect->action.tell, command_end::answered);
  const response_effect again = respond("r1");
  EXPECT_EQ(again.verdict, response_verdict::duplicate);
  EXPECT_FALSE(again.effect);
  EXPECT_EQ(table_.unfinished(), 0u);
}

TEST_F(CommandTable, UnknownForeignAndUnsentIdsAreNotFound) {
  EXPECT_EQ(respond("nobody").verdict, response_verdict::unknown);
  send("r1");
  EXPECT_EQ(respond("r1", "c2").verdict, response_verdict::foreign);
  queue("r2");
  EXPECT_EQ(respond("r2").verdict, response_verdict::unknown);
  EXPECT_EQ(respond("r1").verdict, response_verdict::accepted);
}

TEST_F(CommandTable, AnswerAtTheDeadlineIsTooLate) {
  send("r1", 5s);
  now_ = mono_time{5s};
  EXPECT_EQ(respond("r1").verdict, response_verdict::expired);
  const auto effects = table_.on_time(now_);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.tell, command_end::timeout);
  EXPECT_EQ(effects[0].action.then, command_follow_up::withdraw);
  EXPECT_EQ(effects[0].on, 7u);
  EXPECT_EQ(respond("r1").verdict, response_verdict::expired);
}

TEST_F(CommandTable, AnUnsentCommandExpiresAndIsTakenBack) {
  queue("r1", 5s);
  EXPECT_EQ(table_.next_deadline(), mono_time{5s});
  const auto effects = wait_until(mono_time{5s});
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.tell, command_end::expired);
  EXPECT_EQ(effects[0].action.then, command_follow_up::withdraw);
  EXPECT_EQ(table_.next_deadline(), std::nullopt);
}

TEST_F(CommandTable, ACallerThatLeavesWithdrawsItsCommand) {
  queue("r1");
  send("r2");
  for (const char* id : {"r1", "r2"}) {
    const command_effect effect = table_.on_caller_left(id);
    EXPECT_EQ(effect.action.tell, command_end::cancelled);
    EXPECT_EQ(effect.action.then, command_follow_up::withdraw);
    EXPECT_FALSE(table_.on_caller_left(id).action.tell);
  }
  EXPECT_EQ(respond("r2").verdict, response_verdict::late);
}

TEST_F(CommandTable, ARefusedAuditEndsTheCommandUnsent) {
  admit("r1");
  EXPECT_EQ(table_.on_audit_failed("r1").action.tell, command_end::refused);
  EXPECT_EQ(table_.on_audit_durable("r1").action.then, command_follow_up::none);
}

TEST_F(CommandTable, ACommandWaitsForAStreamThatOpensAndIsRoutedThenOrToldInTime) {
  admit("r1");
  static_cast<void>(table_.on_audit_durable("r1"));
  EXPECT_FALSE(table_.on_stream_opening("r1", mono_time{1s}, now_).action.tell);
  const auto routed = table_.on_stream_opened(stream_);
  ASSERT_EQ(routed.size(), 1u);
  EXPECT_EQ(routed.front().action.then, command_follow_up::route);

  admit("r2");
  static_cast<void>(table_.on_audit_durable("r2"));
  EXPECT_FALSE(table_.on_stream_opening("r2", mono_time{1s}, now_).action.tell);
  const auto told = wait_until(mono_time{1s});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().action.tell, command_end::unavailable);
}

TEST_F(CommandTable, WithoutAStreamTheCallerHearsAtOnceOrWaitsAsLongAsItWants) {
  admit("r1");
  EXPECT_EQ(table_.on_no_route("r1", now_).action.tell, command_end::unavailable);
  admit("r2", 30s, 2s);
  EXPECT_FALSE(table_.on_no_route("r2", now_).action.tell);
  EXPECT_EQ(table_.next_deadline(), mono_time{2s});
  const auto effects = wait_until(mono_time{2s});
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.tell, command_end::unavailable);
}

TEST_F(CommandTable, AStreamThatOpensTakesWhatWaitedForItsCluster) {
  admit("r1", 30s, 5s);
  static_cast<void>(table_.on_no_route("r1", now_));
  route other = stream_;
  other.cluster_id = "c2";
  EXPECT_TRUE(table_.on_stream_opened(other).empty());
  const auto effects = table_.on_stream_opened(stream_);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.then, command_follow_up::route);
  table_.on_queued("r1", stream_);
  EXPECT_EQ(table_.next_deadline(), mono_time{30s});
}

TEST_F(CommandTable, ALostStreamFailsWhatWasSentAfterTheGrace) {
  send("r1");
  EXPECT_TRUE(table_.on_stream_ended(stream_, stream_departure::lost, now_).empty());
  EXPECT_EQ(table_.next_deadline(), now_ + limits_.loss_grace);
  const auto effects = wait_until(now_ + limits_.loss_grace);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.tell, command_end::unavailable);
  EXPECT_EQ(respond("r1").verdict, response_verdict::late);
}

TEST_F(CommandTable, AnAnswerWithinTheGraceStillCounts) {
  send("r1");
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::lost, now_));
  now_ += 500ms;
  EXPECT_EQ(respond("r1").verdict, response_verdict::accepted);
  EXPECT_EQ(table_.next_deadline(), std::nullopt);
}

TEST_F(CommandTable, TheSameInstanceTakesItsCommandsAlong) {
  send("r1");
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::lost, now_));
  route newer = stream_;
  newer.id = 8;
  EXPECT_TRUE(table_.on_stream_opened(newer).empty());
  EXPECT_TRUE(wait_until(mono_time{10s}).empty());
  EXPECT_EQ(table_.on_caller_left("r1").on, 8u);
}

TEST_F(CommandTable, AnotherInstanceDoesNotInheritWhatWasSent) {
  send("r1");
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::lost, now_));
  route other = stream_;
  other.id = 8;
  other.instance_id = "agent-2";
  EXPECT_TRUE(table_.on_stream_opened(other).empty());
  EXPECT_EQ(wait_until(mono_time{1s}).size(), 1u);
}

TEST_F(CommandTable, AfterAnOrderlyEndCommandsKeepTheirDeadline) {
  send("r1", 20s);
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::in_order, now_));
  EXPECT_TRUE(wait_until(mono_time{19s}).empty());
  EXPECT_EQ(respond("r1").verdict, response_verdict::accepted);
}

TEST_F(CommandTable, UnsentCommandsOfALostStreamGoToAnother) {
  queue("r1");
  const auto effects = table_.on_stream_ended(stream_, stream_departure::lost, now_);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.then, command_follow_up::route);
  // Without another stream they wait as long as a sent one waits for its answer.
  EXPECT_FALSE(table_.on_no_route("r1", now_).action.tell);
  EXPECT_EQ(wait_until(now_ + limits_.loss_grace)[0].action.tell, command_end::unavailable);
}

TEST_F(CommandTable, RevocationFailsWhatWasSentAndRefusesItsAnswer) {
  send("r1");
  queue("r2");
  const auto effects = table_.on_key_revoked(stream_);
  ASSERT_EQ(effects.size(), 2u);
  EXPECT_EQ(effects[0].action.tell, command_end::unavailable);
  EXPECT_EQ(effects[1].action.then, command_follow_up::route);
  EXPECT_EQ(respond("r1").verdict, response_verdict::expired);
}

TEST_F(CommandTable, RevocationAlsoFailsOrphans) {
  send("r1");
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::in_order, now_));
  ASSERT_EQ(table_.on_key_revoked(stream_).size(), 1u);
  EXPECT_EQ(table_.unfinished(), 0u);
}

TEST_F(CommandTable, StoppingEndsEverythingExplicitly) {
  admit("r1");
  queue("r2");
  send("r3");
  send("r4");
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::in_order, now_));
  const auto effects = table_.on_stop();
  EXPECT_EQ(effects.size(), 4u);
  for (const command_effect& effect : effects) EXPECT_EQ(effect.action.tell, command_end::unavailable);
  EXPECT_EQ(table_.unfinished(), 0u);
  EXPECT_EQ(table_.queued(), 0u);
}

TEST_F(CommandTable, LimitsPerClusterTeamAndGateway) {
  limits_.commands_per_cluster_max = 1;
  limits_.commands_per_team_max = 2;
  limits_.commands_max = 3;
  const auto try_one = [&](std::string id, tenant owner, std::string cluster) {
    return table_.admit({std::move(id), std::move(owner), std::move(cluster), now_ + 30s, now_}, now_)
        .verdict;
  };
  EXPECT_EQ(try_one("r1", team_, "c1"), admission::admitted);
  EXPECT_EQ(try_one("r2", team_, "c1"), admission::cluster_full);
  EXPECT_EQ(try_one("r2", team_, "c2"), admission::admitted);
  EXPECT_EQ(try_one("r3", team_, "c3"), admission::team_full);
  EXPECT_EQ(try_one("r3", {"b", "b"}, "c3"), admission::admitted);
  EXPECT_EQ(try_one("r4", {"c", "c"}, "c4"), admission::gateway_full);
  static_cast<void>(table_.on_caller_left("r1"));
  EXPECT_EQ(try_one("r4", team_, "c1"), admission::admitted);
}

TEST_F(CommandTable, TheRateOfATeamIsLimited) {
  limits_.command_rate_per_team = 2;
  command_table table{limits_, policy_};
  const auto try_one = [&](std::string id, tenant owner) {
    return table.admit({std::move(id), std::move(owner), "c1", now_ + 30s, now_}, now_);
  };
  EXPECT_EQ(try_one("r1", team_).verdict, admission::admitted);
  EXPECT_EQ(try_one("r2", team_).verdict, admission::admitted);
  const admission_decision refused = try_one("r3", team_);
  EXPECT_EQ(refused.verdict, admission::rate_exceeded);
  EXPECT_EQ(refused.retry_after, 500ms);
  EXPECT_EQ(try_one("r3", {"b", "b"}).verdict, admission::admitted);
}

TEST_F(CommandTable, FinishedCommandsAreForgottenByNumberAndByTime) {
  limits_.finished_commands_max = 2;
  for (const char* id : {"r1", "r2", "r3"}) {
    send(id, 10s);
    static_cast<void>(respond(id));
  }
  EXPECT_EQ(respond("r1").verdict, response_verdict::unknown);
  EXPECT_EQ(respond("r3").verdict, response_verdict::duplicate);
  now_ += 10s + limits_.finished_kept;
  EXPECT_EQ(respond("r3").verdict, response_verdict::unknown);
  EXPECT_EQ(table_.remembered(), 0u);
}

TEST_F(CommandTable, ObeysAPolicyThatSendsAgain) {
  policy_.may_send_again = [](command_state) { return true; };
  send("r1");
  const auto effects = table_.on_stream_ended(stream_, stream_departure::lost, now_);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].action.then, command_follow_up::route);
}

TEST_F(CommandTable, ObeysAPolicyThatNeverReportsALoss) {
  policy_.report_loss_after = [](duration) { return std::optional<duration>{}; };
  send("r1", 20s);
  static_cast<void>(table_.on_stream_ended(stream_, stream_departure::lost, now_));
  EXPECT_TRUE(wait_until(mono_time{19s}).empty());
}

/// Every state meets every event: nothing crashes, nobody is told twice, and a finished command stays so.
TEST(CommandFsm, TellsTheCallerOnceWhateverHappens) {
  using event = command_action (*)(command_fsm&);
  const event events[] = {
      [](command_fsm& one) { return one.on_audit_durable(); },
      [](command_fsm& one) { return one.on_audit_failed(); },
      [](command_fsm& one) { return one.on_queued(), command_action{}; },
      [](command_fsm& one) { return one.on_outbox_full(); },
      [](command_fsm& one) { return one.on_no_route(); },
      [](command_fsm& one) { return one.on_sent(), command_action{}; },
      [](command_fsm& one) { return one.on_answer(); },
      [](command_fsm& one) { return one.on_deadline(); },
      [](command_fsm& one) { return one.on_caller_left(); },
      [](command_fsm& one) { return one.on_stream_ended(resend_permission::refused); },
      [](command_fsm& one) { return one.on_stream_ended(resend_permission::granted); },
      [](command_fsm& one) { return one.on_stream_resumed(), command_action{}; },
      [](command_fsm& one) { return one.on_loss_confirmed(); },
      [](command_fsm& one) { return one.on_key_revoked(); },
  };
  constexpr std::size_t count = std::size(events);
  std::size_t told_sequences = 0;
  for (std::size_t code = 0; code < count * count * count * count; ++code) {
    command_fsm one;
    int told = 0;
    std::size_t rest = code;
    for (int step = 0; step < 4; ++step, rest /= count) {
      const bool was_finished = one.finished();
      const command_action action = events[rest % count](one);
      if (action.tell) ++told;
      ASSERT_EQ(action.tell.has_value(), !was_finished && one.finished());
      if (was_finished) {
        ASSERT_EQ(action.then, command_follow_up::none);
      }
    }
    ASSERT_LE(told, 1);
    told_sequences += static_cast<std::size_t>(told);
  }
  EXPECT_GT(told_sequences, 0u);
}

}  // namespace
}  // namespace kitfox::gateway
