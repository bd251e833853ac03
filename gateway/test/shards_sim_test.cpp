#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

/// A gateway whose streams are spread over three hosts, with queues between them.
class Shards : public testing::Test {
 protected:
  Shards() { rig_.add_shards(2); }
  gateway_rig rig_;
};

constexpr const char* shard_hosts[] = {"gateway", "gateway-1", "gateway-2"};

task<void> round_trips(gateway_rig& rig) {
  for (const char* host : shard_hosts) {
    const issued_cluster prod = co_await rig.create_cluster(std::string{"on-"} + host);
    test_agent agent{rig, prod.key, "one", host};
    EXPECT_EQ(co_await agent.connect(), 200);
    running_call call;
    rig.beside(execute_into(rig, prod.id, "", call));
    const auto command = co_await agent.next("command");
    EXPECT_TRUE(command.has_value());
    EXPECT_EQ(co_await agent.respond(command->id), 200);
    co_await rig.join();
    EXPECT_EQ(member(call.answer.body, "ok"), "true");
    EXPECT_EQ(co_await agent.post("/agent/heartbeat", ""), 200);
    EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "1");
    co_await agent.leave();
    co_await rig.sleep(1s);
    EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
    EXPECT_EQ(member((co_await rig.execute(prod.id)).body, "error_code"), "unavailable");
    test_agent stranger{rig, "nonsense", "one", host};
    EXPECT_EQ(co_await stranger.connect(), 401);
  }
}
TEST_F(Shards, EveryShardServesAgentsAsOneGateway) { rig_.run(round_trips); }

task<void> moves(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent old{rig, prod.key, "one", "gateway-1"}, newer{rig, prod.key, "one", "gateway-2"};
  EXPECT_EQ(co_await old.connect(), 200);
  running_call call;
  rig.beside(execute_into(rig, prod.id, "", call));
  const auto command = co_await old.next("command");
  EXPECT_TRUE(command.has_value());
  const runtime::mono_time began = rig.now();
  EXPECT_EQ(co_await newer.connect(), 200);
  co_await old.wait_for_end();
  EXPECT_FALSE(old.open());
  EXPECT_LE(old.ended_at - began, 1s);
  co_await rig.sleep(10s);
  EXPECT_EQ(co_await newer.respond(command->id), 200);
  co_await rig.join();
  EXPECT_EQ(member(call.answer.body, "ok"), "true");
  EXPECT_EQ(newer.count("command"), 0u);
  co_await newer.leave();
}
TEST_F(Shards, AnInstanceThatComesBackOnAnotherShardKeepsItsCommandAndLosesItsOldStream) { rig_.run(moves); }

task<void> revoked(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one", "gateway-2"};
  EXPECT_EQ(co_await agent.connect(), 200);
  running_call call;
  rig.beside(execute_into(rig, prod.id, "", call));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  EXPECT_EQ((co_await rig.call("DELETE", "/api/v1/team/k8s-clusters/" + prod.id)).status, 204);
  const runtime::mono_time returned = rig.now();
  co_await agent.wait_for_end();
  EXPECT_FALSE(agent.open());
  EXPECT_LE(agent.ended_at - returned, 1s);
  co_await rig.join();
  EXPECT_EQ(member(call.answer.body, "error_code"), "unavailable");
  EXPECT_LE(call.ended - returned, 1s);
  EXPECT_EQ(co_await agent.respond(command->id), 401);
}
TEST_F(Shards, ARevocationReachesEveryShard) { rig_.run(revoked); }

task<void> drained(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  std::vector<std::unique_ptr<test_agent>> agents;
  for (int index = 0; index < 9; ++index) {
    agents.push_back(
        std::make_unique<test_agent>(rig, prod.key, "i" + std::to_string(index), shard_hosts[index % 3]));
    EXPECT_EQ(co_await agents.back()->connect(), 200);
  }
  rig.stop->request();
  co_await rig.sleep(100ms);
  for (const char* host : shard_hosts) {
    test_agent late{rig, prod.key, "late", host};
    EXPECT_EQ(co_await late.connect(), 503);
  }
  for (const auto& agent : agents) {
    co_await agent->wait_for_end(31s);
    EXPECT_FALSE(agent->open());
    EXPECT_EQ(agent->count("drain"), 1u);
  }
}
TEST_F(Shards, ADrainClosesTheStreamsOfEveryShard) { rig_.run(drained); }

/// Agents of one cluster come and go on all shards, answer what they get, and keys are revoked under them.
struct storm {
  std::map<std::string, int> deliveries;  ///< By request id.
  std::size_t answered = 0, failed = 0;
};

task<void> churn(gateway_rig& rig, std::string key, std::string instance, int rounds, storm& seen) {
  for (int round = 0; round < rounds; ++round) {
    test_agent agent{rig, key, instance, shard_hosts[round % 3]};
    static_cast<void>(co_await agent.connect());
    for (int count = 0; count < 3 && agent.open(); ++count) {
      const auto command = co_await agent.next("command", 7ms);
      if (!command) continue;
      ++seen.deliveries[command->id];
      static_cast<void>(co_await agent.respond(command->id));
    }
    co_await agent.leave();
  }
}

task<void> ask(gateway_rig& rig, std::string cluster, int rounds, storm& seen) {
  for (int round = 0; round < rounds; ++round) {
    const auto answer = co_await rig.execute(cluster, ",\"timeout\":2,\"wait_ms\":50");
    EXPECT_EQ(answer.status, 200);
    ++(member(answer.body, "ok") == "true" ? seen.answered : seen.failed);
  }
}

task<void> storms(gateway_rig& rig, storm& seen) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string keys = "/api/v1/team/k8s-clusters/" + prod.id + "/keys";
  const auto extra = co_await rig.call("POST", keys, "{}");
  const std::string other = member(extra.body, "token");
  for (const std::string instance : {"a", "b", "c"}) {
    rig.beside(churn(rig, prod.key, instance, 12, seen));
    rig.beside(churn(rig, other, instance, 12, seen));  // fights for the instance
  }
  for (int caller = 0; caller < 6; ++caller) rig.beside(ask(rig, prod.id, 15, seen));
  co_await rig.sleep(120ms);
  EXPECT_EQ((co_await rig.call("DELETE", keys + "/" + member(extra.body, "key_id"))).status, 204);
  co_await rig.join();
  co_await rig.sleep(3s);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_commands_in_flight"), "0");
}

class ShardStorm : public testing::TestWithParam<std::uint64_t> {};
TEST_P(ShardStorm, DeliversNothingTwiceAndLosesNoCall) {
  sim::simulation_options options;
  options.seed = GetParam();
  options.order = sim::schedule::seeded;
  gateway_rig rig{options};
  rig.add_shards(2);
  rig.options.limits.connects_per_key_max = rig.options.limits.replacements_max = 100'000;
  storm seen;
  rig.run([&seen](gateway_rig& in) { return storms(in, seen); });
  EXPECT_EQ(seen.answered + seen.failed, 90u);
  EXPECT_GT(seen.answered, 0u);
  for (const auto& [id, count] : seen.deliveries) EXPECT_EQ(count, 1) << id;
}
INSTANTIATE_TEST_SUITE_P(Seeds, ShardStorm, testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace kitfox::gateway::test
