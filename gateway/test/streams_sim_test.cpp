#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;
using testing::HasSubstr;

class Streams : public testing::Test {
 protected:
  gateway_rig rig_;
};

task<void> connects_and_beats(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const auto hello = co_await agent.next("connected");
  EXPECT_TRUE(hello.has_value());
  EXPECT_EQ(member(hello->data, "cluster_id"), prod.id);
  EXPECT_EQ(member(hello->data, "cluster_name"), "prod");
  EXPECT_EQ(member(hello->data, "heartbeat_interval_seconds"), "15.0");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "1");
  co_await rig.sleep(10min);
  runtime::mono_time last = hello->at;
  for (const received_event& event : agent.all()) {
    EXPECT_LE(event.at - last, 15s);
    last = event.at;
  }
  EXPECT_GE(agent.count("heartbeat"), 40u);
  co_await agent.leave();
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_disconnects_total{reason=\"client_gone\"}"), "1");
}
TEST_F(Streams, AnAgentConnectsAndHearsSomethingWithinEveryInterval) { rig_.run(connects_and_beats); }

task<void> refuses_keys(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string id = prod.key.substr(0, prod.key.find('.'));
  const std::string hash = rig.clusters->find_key(id).value()->secret_hash;
  const std::string wrong_secrets[] = {id + "." + std::string(43, 'A'),
                                       id + "." + hash,
                                       hash,
                                       "ixfx_k8s_unknown." + std::string(43, 'A'),
                                       "",
                                       id,
                                       prod.key + "x"};
  for (const std::string& wrong : wrong_secrets) {
    test_agent agent{rig, wrong, "one"};
    EXPECT_EQ(co_await agent.connect(), 401) << wrong;
  }
  EXPECT_EQ(rig.audit->contains("\"event\":\"connect\""), false);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connects_total{result=\"key_invalid\"}"), "7");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  co_await agent.leave();
}
TEST_F(Streams, OnlyTheWholeKeyOpensAStream) { rig_.run(refuses_keys); }

task<void> key_store_outage(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  rig.keys->down = true;
  test_agent other{rig, prod.key, "two"};
  EXPECT_EQ(co_await other.connect(), 503);
  EXPECT_TRUE(other.retry_after.has_value());
  EXPECT_EQ(co_await other.post("/agent/heartbeat", ""), 200);  // any agent of a key that has a stream
  EXPECT_EQ(co_await agent.post("/agent/heartbeat", ""), 200);
  EXPECT_EQ(co_await agent.respond("abc"), 404);
  co_await rig.sleep(1min);
  EXPECT_TRUE(agent.open());
  rig.keys->down = false;
  EXPECT_EQ(co_await other.connect(), 200);
  co_await agent.leave();
  co_await other.leave();
}
TEST_F(Streams, AKeyStoreOutageIs503AndLeavesStreamsAlone) { rig_.run(key_store_outage); }

task<void> key_store_outage_without_stream(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  test_agent thief{rig, prod.key + "x", "two"};
  EXPECT_EQ(co_await agent.connect(), 200);
  rig.keys->down = true;
  EXPECT_EQ(co_await thief.post("/agent/heartbeat", ""), 401);
  co_await agent.leave();
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await agent.post("/agent/heartbeat", ""), 503);
}
TEST_F(Streams, AKeyStoreOutageIs503ToPostsOfWhoHasNoStream) { rig_.run(key_store_outage_without_stream); }

task<void> many_keys_one_after_the_other(gateway_rig& rig) {
  std::vector<issued_cluster> clusters;
  for (int i = 0; i < 5; ++i) clusters.push_back(co_await rig.create_cluster("c" + std::to_string(i)));
  test_agent stays{rig, clusters[0].key, "one"};
  EXPECT_EQ(co_await stays.connect(), 200);
  for (std::size_t i = 1; i < clusters.size(); ++i) {
    test_agent passes{rig, clusters[i].key, "one"};
    EXPECT_EQ(co_await passes.connect(), 200);
    co_await passes.leave();
    co_await rig.sleep(1s);
  }
  rig.keys->down = true;
  EXPECT_EQ(co_await stays.post("/agent/heartbeat", ""), 200);
  co_await stays.leave();
}
TEST_F(Streams, KeysOfStreamsThatEndedMakeRoomForOthers) {
  rig_.options.limits.sessions_max = 2;
  rig_.run(many_keys_one_after_the_other);
}

task<void> same_instance_reconnects(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent old{rig, prod.key, "one"};
  test_agent other{rig, prod.key, "two"};
  test_agent newer{rig, prod.key, "one"};
  EXPECT_EQ(co_await old.connect(), 200);
  EXPECT_EQ(co_await other.connect(), 200);
  const runtime::mono_time began = rig.now();
  EXPECT_EQ(co_await newer.connect(), 200);
  co_await old.wait_for_end();
  EXPECT_FALSE(old.open());
  EXPECT_LE(old.ended_at - began, 1s);
  co_await rig.sleep(10min);
  EXPECT_TRUE(other.open());
  EXPECT_TRUE(newer.open());
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "2");
  co_await other.leave();
  co_await newer.leave();
}
TEST_F(Streams, AnInstanceReplacesItsOwnStreamAndNobodyElses) { rig_.run(same_instance_reconnects); }

task<void> flaps(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (int round = 0; round < 1000; ++round) {
    test_agent old{rig, prod.key, "one"};
    test_agent newer{rig, prod.key, "one"};
    EXPECT_EQ(co_await old.connect(), 200);
    EXPECT_EQ(co_await newer.connect(), 200);
    co_await old.leave();
    const auto listed = co_await rig.call("GET", "/internal/clusters/" + prod.id);
    EXPECT_EQ(listed.status, 200) << "round " << round;
    co_await newer.leave();
    co_await rig.sleep(10ms);
  }
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
}
TEST_F(Streams, FlapsNeverLeaveALiveStreamUnroutable) {
  rig_.options.limits.connects_per_key_max = 100'000;
  rig_.options.limits.replacements_max = 100'000;
  rig_.run(flaps);
}

task<void> connect_rate(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (int attempt = 0; attempt < 3; ++attempt) {
    test_agent agent{rig, prod.key, "one"};
    EXPECT_EQ(co_await agent.connect(), 200);
    co_await agent.leave();
  }
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 429);
  EXPECT_EQ(agent.retry_after, "20");
  co_await rig.sleep(20s);
  EXPECT_EQ(co_await agent.connect(), 200);
  test_agent second{rig, (co_await rig.create_cluster("other")).key, "x"};
  EXPECT_EQ(co_await second.connect(), 200);
  co_await agent.leave();
  co_await second.leave();
}
TEST_F(Streams, ConnectsOfOneKeyAreLimited) {
  rig_.options.limits.connects_per_key_max = 3;
  rig_.run(connect_rate);
}

task<void> key_quota(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent a{rig, prod.key, "a"}, b{rig, prod.key, "b"}, c{rig, prod.key, "c"};
  EXPECT_EQ(co_await a.connect(), 200);
  EXPECT_EQ(co_await b.connect(), 200);
  EXPECT_EQ(co_await c.connect(), 429);
  EXPECT_TRUE(c.retry_after.has_value());
  co_await a.leave();
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await c.connect(), 200);
  co_await b.leave();
  co_await c.leave();
}
TEST_F(Streams, StreamsOfOneKeyAreLimited) {
  rig_.options.limits.sessions_per_key_max = 2;
  rig_.run(key_quota);
}

task<void> bad_queries(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key};
  static constexpr const char* list_1[] = {"&instance_id=a%20b", "&instance_id=x%0d%0ay",
                                           "&cluster_name=%zz"};
  for (const std::string bad : list_1) EXPECT_EQ(co_await agent.connect(bad), 400) << bad;
  EXPECT_EQ(co_await agent.connect("&kubernetes_version=" + std::string(257, 'v')), 400);
  EXPECT_EQ(co_await agent.connect("&unknown=1&node_count=None&namespace_count=-1"), 200);
  co_await agent.leave();
}
TEST_F(Streams, MalformedQueryFieldsAreRefusedButForCounts) { rig_.run(bad_queries); }

task<void> max_age(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const runtime::mono_time began = rig.now();
  co_await agent.wait_for_end(2h);
  EXPECT_FALSE(agent.open());
  EXPECT_GE(agent.ended_at - began, 54min);
  EXPECT_LE(agent.ended_at - began, 66min);
  EXPECT_EQ(agent.count("drain"), 1u);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_disconnects_total{reason=\"max_age\"}"), "1");
}
TEST_F(Streams, AStreamEndsAtItsAgeWithAHint) { rig_.run(max_age); }

task<void> heartbeat_posts(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.post("/agent/heartbeat", ""), 404);
  EXPECT_EQ(co_await agent.connect(), 200);
  const auto first = co_await rig.call("GET", "/internal/clusters/" + prod.id);
  co_await rig.sleep(60s);
  const auto later = co_await rig.call("GET", "/internal/clusters/" + prod.id);
  EXPECT_EQ(member(first.body, "last_heartbeat"), member(later.body, "last_heartbeat"));
  EXPECT_EQ(co_await agent.post("/gateway/agent/heartbeat", ""), 200);
  const auto after = co_await rig.call("GET", "/internal/clusters/" + prod.id);
  EXPECT_NE(member(after.body, "last_heartbeat"), member(later.body, "last_heartbeat"));
  co_await agent.leave();
}
TEST_F(Streams, LastSeenMovesWithTheAgentAlone) { rig_.run(heartbeat_posts); }

task<void> connect_and_reset(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (int round = 0; round < 200; ++round) {
    const runtime::endpoint to{"gateway", rig.program->agent_port()};
    auto dialled = co_await rig.script_host->network().dial(to, nullptr);
    EXPECT_TRUE(dialled.has_value());
    const std::string bytes =
        "GET /agent/connect HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + prod.key + "\r\n\r\n";
    EXPECT_FALSE(co_await dialled.value()->write(bytes));
    dialled.value()->reset();
  }
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
  const auto listed = co_await rig.call("GET", "/internal/clusters");
  EXPECT_EQ(member(listed.body, "total"), "0");
}
TEST_F(Streams, AClientThatLeavesAtOnceIsNotRegistered) {
  rig_.options.limits.connects_per_key_max = 1000;
  rig_.run(connect_and_reset);
}

task<void> stalled_reader(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const runtime::endpoint to{"gateway", rig.program->agent_port()};
  auto dialled = co_await rig.script_host->network().dial(to, nullptr);
  EXPECT_TRUE(dialled.has_value());
  const std::string bytes =
      "GET /agent/connect HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + prod.key + "\r\n\r\n";
  EXPECT_FALSE(co_await dialled.value()->write(bytes));
  co_await rig.sleep(1s);
  // Nobody reads: the path and the windows fill up, then a write stands still.
  const std::string padding(60'000, 'x');
  for (int filler = 0; filler < 8; ++filler) {
    const std::string more = ",\"timeout\":1,\"params\":{\"p\":\"" + padding + "\"}";
    std::string body = "{\"cluster_id\":\"" + prod.id + "\",\"command\":\"list_pods\"" + more + "}";
    static_cast<void>(co_await rig.call("POST", "/internal/execute", std::move(body)));
  }
  co_await rig.sleep(11s);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_disconnects_total{reason=\"write_stalled\"}"), "1");
  const auto answer = co_await rig.execute(prod.id);
  EXPECT_EQ(member(answer.body, "error_code"), "unavailable");
}
TEST_F(Streams, AStreamThatNobodyReadsIsClosedAndUnroutable) { rig_.run(stalled_reader); }

task<void> drains(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  std::vector<std::unique_ptr<test_agent>> agents;
  for (int index = 0; index < 20; ++index) {
    agents.push_back(std::make_unique<test_agent>(rig, prod.key, "i" + std::to_string(index)));
    EXPECT_EQ(co_await agents.back()->connect(), 200);
  }
  const runtime::mono_time began = rig.now();
  rig.stop->request();
  co_await rig.sleep(900ms);
  EXPECT_EQ((co_await rig.call("GET", "/ready", {}, {})).status, 503);
  EXPECT_EQ((co_await rig.call("GET", "/health", {}, {})).status, 200);
  test_agent late{rig, prod.key, "late"};
  EXPECT_EQ(co_await late.connect(), 503);
  EXPECT_TRUE(late.retry_after.has_value());
  std::vector<int> per_second(31);
  for (const auto& agent : agents) {
    co_await agent->wait_for_end(31s);
    EXPECT_FALSE(agent->open());
    EXPECT_EQ(agent->count("drain"), 1u);
    ++per_second.at(static_cast<std::size_t>((agent->ended_at - began) / 1s));
  }
  for (const int count : per_second) EXPECT_LE(count, 2);
  EXPECT_LE(rig.now() - began, 30s);
}
TEST_F(Streams, ADrainSpreadsTheClosesAndRefusesNewcomers) { rig_.run(drains); }

task<void> drain_with_command(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  runtime::http::response quick, lost;
  const auto run = [](gateway_rig& in, std::string id, runtime::http::response& out) -> task<void> {
    out = co_await in.execute(std::move(id), ",\"timeout\":120");
  };
  rig.beside(run(rig, prod.id, quick));
  rig.beside(run(rig, prod.id, lost));
  const auto first = co_await agent.next("command");
  const auto second = co_await agent.next("command");
  EXPECT_TRUE(first && second);
  rig.stop->request();
  co_await rig.sleep(2s);
  EXPECT_TRUE(agent.open());
  EXPECT_EQ(co_await agent.respond(first->id), 200);
  co_await rig.sleep(40s);
  const bool first_was_quick = member(quick.body, "ok") == "true";
  const runtime::http::response& answered = first_was_quick ? quick : lost;
  const runtime::http::response& failed = first_was_quick ? lost : quick;
  EXPECT_EQ(member(answered.body, "ok"), "true");
  EXPECT_EQ(member(failed.body, "error_code"), "unavailable");
  EXPECT_FALSE(agent.open());
}
TEST_F(Streams, ADrainFinishesOrFailsEveryCommand) { rig_.run(drain_with_command); }

}  // namespace
}  // namespace kitfox::gateway::test
