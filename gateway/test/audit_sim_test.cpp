#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/audit_record.hpp"
#include "gateway/refusal_ledger.hpp"
#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

class Flood : public testing::Test {
 protected:
  gateway_rig rig_;
};

/// Anybody's requests, as fast as they are answered.
task<void> knock(gateway_rig& rig, std::string method, std::string target, int count) {
  for (int round = 0; round < count; ++round) {
    runtime::http::request message;
    message.method = method;
    message.target = target;
    const auto answer = co_await rig.send(std::move(message), rig.program->agent_port());
    EXPECT_TRUE(answer.status == 401 || answer.status == 429) << answer.status;
  }
}

/// Strangers knock on every door while one team works.
task<void> flood(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  rig.audit->delay = 50ms;
  for (int stranger = 0; stranger < 8; ++stranger) {
    rig.beside(knock(rig, "POST", "/agent/response/none", 400));
    rig.beside(knock(rig, "GET", "/agent/connect", 100));
  }
  for (int round = 0; round < 10; ++round) {
    test_agent agent{rig, prod.key, "one"};
    EXPECT_EQ(co_await agent.connect(), 200);
    running_call call;
    rig.beside(execute_into(rig, prod.id, ",\"timeout\":5", call));
    const auto command = co_await agent.next("command");
    EXPECT_TRUE(command.has_value()) << round;
    if (command) {
      EXPECT_EQ(co_await agent.respond(command->id), 200);
    }
    co_await rig.sleep(200ms);
    EXPECT_EQ(call.answer.status, 200) << round;
    co_await agent.leave();
  }
  co_await rig.join();
  co_await rig.sleep(61s);
}

std::size_t count_of(const breakable_audit& audit, std::string_view text) {
  std::size_t count = 0;
  for (const std::string& line : audit.lines) count += line.find(text) == std::string::npos ? 0U : 1U;
  return count;
}
std::uint64_t sum_of_counts(const breakable_audit& audit) {
  std::uint64_t sum = 0;
  for (const std::string& line : audit.lines) {
    const std::string count = member(line, "count");
    if (!count.empty()) sum += std::stoull(count);
  }
  return sum;
}

TEST_F(Flood, OfAnonymousRequestsLeavesCommandsAnsweredAndTheAuditShort) {
  rig_.options.limits.audit_pending_max = 20;
  rig_.options.limits.audit_refusals_pending_max = 10;
  rig_.options.limits.refusals_audited_per_peer_max = 30;
  rig_.run(flood);
  const breakable_audit& audit = *rig_.audit;
  EXPECT_EQ(count_of(audit, "\"event\":\"connect\""), 10u);
  EXPECT_EQ(count_of(audit, "\"event\":\"disconnect\""), 10u);
  EXPECT_EQ(count_of(audit, "\"event\":\"command\""), 10u);
  EXPECT_EQ(count_of(audit, "\"event\":\"command_outcome\",\"actor\":\"acme\""), 10u);
  EXPECT_EQ(count_of(audit, "records_lost"), 0u);
  const std::size_t singles = count_of(audit, "\"event\":\"refusal\"");
  EXPECT_GE(singles, 1u);
  EXPECT_LE(singles, 60u);
  EXPECT_LE(count_of(audit, "\"event\":\"refusals\""), 4u);
  EXPECT_EQ(singles + sum_of_counts(audit), 8u * 500u) << "every refusal is told, one by one or in a count";
  EXPECT_THAT(audit.lines,
              testing::Contains(testing::ContainsRegex(R"("peer":"[^"]+","count":[0-9]+,"first":)")));
}

task<void> short_flood(gateway_rig& rig) {
  co_await knock(rig, "POST", "/agent/heartbeat", 5);
  EXPECT_FALSE(rig.audit->contains("\"count\""));
}
TEST_F(Flood, ThatIsStillCountedWhenTheGatewayEndsIsWrittenThen) {
  rig_.options.limits.refusals_audited_max = 2;
  rig_.run(short_flood);
  EXPECT_EQ(count_of(*rig_.audit, "\"event\":\"refusal\""), 2u);
  EXPECT_EQ(sum_of_counts(*rig_.audit), 3u);
}

task<void> knock_as_caller(gateway_rig& rig) {
  for (int round = 0; round < 7; ++round) {
    EXPECT_EQ((co_await rig.call("GET", "/stats", {}, "not a secret of anybody")).status, 401);
    EXPECT_EQ((co_await rig.call("GET", "/stats", {}, trusted_secret)).status, 403);
  }
}
TEST_F(Flood, OfRefusedCallersIsSummarisedByAddressAndByCredential) {
  rig_.options.limits.refusals_audited_per_peer_max = 2;
  rig_.run(knock_as_caller);
  EXPECT_EQ(count_of(*rig_.audit, "\"event\":\"refusal\""), 4u);
  EXPECT_THAT(rig_.audit->lines,
              testing::Contains(testing::ContainsRegex(
                  R"("event":"refusals","outcome":"caller_unknown","peer":"[^"]+","count":5)")));
  EXPECT_TRUE(rig_.audit->contains(
      R"("event":"refusals","actor":"orchestrator","outcome":"tenant_not_named","count":5)"));
}

task<void> full_backlog(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  rig.audit->delay = 2s;
  for (int round = 0; round < 5; ++round) {
    test_agent agent{rig, prod.key, "one"};
    EXPECT_EQ(co_await agent.connect(), 200);
    co_await agent.leave();
    co_await rig.sleep(10ms);
  }
  rig.audit->delay = 0s;
  co_await rig.sleep(5s);
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  co_await agent.leave();
}
TEST_F(Flood, RecordsThatFoundTheBacklogFullAreCountedInTheAuditItself) {
  rig_.options.limits.audit_pending_max = 3;
  rig_.run(full_backlog);
  const breakable_audit& audit = *rig_.audit;
  EXPECT_EQ(count_of(audit, "records_lost"), 1u);
  const std::size_t streams =
      count_of(audit, "\"event\":\"connect\"") + count_of(audit, "\"event\":\"disconnect\"");
  EXPECT_EQ(streams + sum_of_counts(audit), 12u);
}

audit_record refused(std::string_view peer, std::string_view outcome, std::string_view key_id) {
  audit_record record;
  record.peer = peer;
  record.outcome = outcome;
  record.key_id = key_id;
  return record;
}

TEST(RefusalLedger, SummarisesByPeerAndReasonAndTheRestInOne) {
  gateway_limits limits;
  limits.refusal_summaries_max = 2;
  refusal_ledger ledger{limits};
  const auto count = [&](std::string_view peer, std::string_view outcome, std::string_view key_id,
                         int second) {
    ledger.count(refused(peer, outcome, key_id), runtime::mono_time{std::chrono::seconds{second}},
                 runtime::wall_time{std::chrono::seconds{second}});
  };
  count("a", "key_invalid", "k1", 1);
  count("a", "key_invalid", "k2", 2);
  count("b", "rate_limited", "k3", 3);
  count("c", "key_invalid", "k4", 4);
  count("d", "rate_limited", "k4", 5);
  EXPECT_EQ(ledger.summaries(), 3u);
  EXPECT_EQ(ledger.due(), runtime::mono_time{61s});
  const auto all = ledger.take_all();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].outcome, "various");
  EXPECT_EQ(all[0].peer, "");
  EXPECT_EQ(all[0].count, 2u);
  EXPECT_EQ(all[0].last, runtime::wall_time{5s});
  EXPECT_EQ(all[1].peer, "a");
  EXPECT_EQ(all[1].key_id, "") << "the keys differed";
  EXPECT_EQ(all[1].first, runtime::wall_time{1s});
  EXPECT_EQ(all[2].key_id, "k3");
  EXPECT_FALSE(ledger.due());
}

TEST(RefusalLedger, WritesSoManyOfOnePeerAndSoManyOfAll) {
  gateway_limits limits;
  limits.refusals_audited_per_peer_max = 2;
  limits.refusals_audited_max = 3;
  refusal_ledger ledger{limits};
  const runtime::mono_time now{1s};
  EXPECT_TRUE(ledger.may_write(refused("a", "key_invalid", {}), now));
  EXPECT_TRUE(ledger.may_write(refused("a", "key_invalid", {}), now));
  EXPECT_FALSE(ledger.may_write(refused("a", "rate_limited", {}), now));
  EXPECT_TRUE(ledger.may_write(refused("b", "key_invalid", {}), now));
  EXPECT_FALSE(ledger.may_write(refused("c", "key_invalid", {}), now));
  EXPECT_TRUE(ledger.may_write(refused("c", "key_invalid", {}), now + limits.connect_window));
}

task<void> append_groups(audit_store& to, std::size_t groups, std::size_t size, audit_head& head) {
  for (std::size_t group = 0; group < groups; ++group) {
    std::vector<audit_line> lines;
    for (std::size_t index = 0; index < size; ++index) lines.push_back(print_audit_line({}, {}, 256, head));
    EXPECT_FALSE(co_await to.append(lines));
  }
}

TEST(AuditRetention, KeepsTheNewestRecordsAsAChainThatStillHolds) {
  sim::simulation world;
  sim::sim_host& host = world.start_host("gateway");
  auto opened = audit_store::open(":memory:", {25});
  ASSERT_TRUE(opened.has_value());
  audit_head head = empty_audit();
  ASSERT_TRUE(
      world.run(host, "append", append_groups(*opened.value(), 10, 7, head), runtime::mono_time{1h}).done());
  const auto kept = opened.value()->read(0, 1000);
  ASSERT_TRUE(kept.has_value());
  ASSERT_EQ(kept.value().size(), 25u);
  EXPECT_EQ(kept.value().front().sequence, 46u);
  EXPECT_EQ(opened.value()->head().value().sequence, 70u);
  audit_head at = head_before(kept.value().front()).value();
  for (const audit_line& line : kept.value()) EXPECT_FALSE(verify_audit_line(line, at)) << line.sequence;
  EXPECT_EQ(at.hash, head.hash);
  EXPECT_EQ(head_before({1, "{}"}).error(), gateway_errc::audit_chain_broken);
  EXPECT_TRUE(world.shut_down().empty());
}

}  // namespace
}  // namespace kitfox::gateway::test
