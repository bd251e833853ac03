// Limits of which the effect shows at once: one row each, with the limit at its smallest and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/command_table.hpp"
#include "gateway/connect_limiter.hpp"
#include "gateway/session_fsm.hpp"
#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

struct tight_limit {
  const char* name;
  void (*set)(gateway_limits&);
  task<void> (*script)(gateway_rig&);
  std::size_t more_listeners = 0;
};
void PrintTo(const tight_limit& one, std::ostream* out) { *out << one.name; }

const std::string clusters_path = "/api/v1/team/k8s-clusters";

task<void> one_cluster_per_team(gateway_rig& rig) {
  const issued_cluster first = co_await rig.create_cluster("first");
  const auto refused = co_await rig.call("POST", clusters_path, "{\"cluster_name\":\"second\"}");
  EXPECT_EQ(refused.status, 409);
  static_cast<void>(co_await rig.create_cluster("of-others", umbrella_secret));
  EXPECT_EQ((co_await rig.call("DELETE", clusters_path + "/" + first.id)).status, 204);
  static_cast<void>(co_await rig.create_cluster("second"));
}

task<void> one_key_per_cluster(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string keys = clusters_path + "/" + prod.id + "/keys";
  EXPECT_EQ((co_await rig.call("POST", keys, "{}")).status, 409);
  const std::string first = prod.key.substr(0, prod.key.find('.'));
  EXPECT_EQ((co_await rig.call("DELETE", keys + "/" + first)).status, 204);
  EXPECT_EQ((co_await rig.call("POST", keys, "{}")).status, 201);
}

task<void> one_cluster_remembered(gateway_rig& rig) {
  const issued_cluster first = co_await rig.create_cluster("first");
  const issued_cluster second = co_await rig.create_cluster("second");
  for (const issued_cluster* one : {&first, &second}) {
    test_agent agent{rig, one->key, "one"};
    EXPECT_EQ(co_await agent.connect(), 200);
    co_await agent.leave();
    co_await rig.sleep(1s);
  }
  const auto forgotten = co_await rig.call("GET", clusters_path + "/" + first.id);
  EXPECT_EQ(member(forgotten.body, "last_heartbeat_at"), "null");
  const auto known = co_await rig.call("GET", clusters_path + "/" + second.id);
  EXPECT_THAT(member(known.body, "last_heartbeat_at"), testing::StartsWith("2026-"));
}

task<void> one_connection_per_peer(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"}, second{rig, prod.key, "two"};
  EXPECT_EQ(co_await agent.connect(), 200);
  EXPECT_EQ(co_await second.connect(), 503);
  co_await second.leave();
  co_await agent.leave();
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await second.connect(), 200);
  co_await second.leave();
}

task<void> nesting_of_three(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string execute = "{\"cluster_id\":\"" + prod.id + "\",\"command\":\"list_pods\",\"params\":";
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", execute + "{\"a\":[1]}}")).status, 200);
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", execute + "{\"a\":[[1]]}}")).status, 400);
}

task<void> bodies_of_a_hundred_bytes(gateway_rig& rig) {
  const std::string fits = R"({"cluster_name":"a"})";
  EXPECT_EQ((co_await rig.call("POST", clusters_path, fits + std::string(100 - fits.size(), ' '))).status,
            201);
  const std::string other = R"({"cluster_name":"b"})";
  EXPECT_EQ((co_await rig.call("POST", clusters_path, other + std::string(101 - other.size(), ' '))).status,
            413);
}

/// A bound of the protocol, not of this gateway: it has no option.
task<void> command_names_of_128(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (const auto& [size, status] : {std::pair{128, 200}, std::pair{129, 400}}) {
    std::string body = "{\"cluster_id\":\"" + prod.id + "\",\"command\":\"" + std::string(size, 'c') + "\"}";
    const auto answer = co_await rig.call("POST", "/internal/execute", std::move(body));
    EXPECT_EQ(answer.status, status) << size;
  }
}

task<void> fields_of_eight(gateway_rig& rig) {
  EXPECT_EQ((co_await rig.call("GET", clusters_path, {}, trusted_secret)).status, 403);
  co_await rig.sleep(10ms);
  EXPECT_TRUE(rig.audit->contains(R"("actor":"orchestr...","outcome":"tenant_n...")"));
}

/// Six connections of a gateway with three listeners are two of each.
task<void> six_connections_of_three(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (const char* listener : {"gateway", "gateway-1", "gateway-2"}) {
    test_agent first{rig, prod.key, "one", listener}, second{rig, prod.key, "two", listener};
    test_agent third{rig, prod.key, "three", listener};
    EXPECT_EQ(co_await first.connect(), 200) << listener;
    EXPECT_EQ(co_await second.connect(), 200) << listener;
    EXPECT_EQ(co_await third.connect(), 0) << listener;
    co_await first.leave();
    co_await second.leave();
    co_await rig.sleep(1s);
    EXPECT_EQ(co_await third.connect(), 200) << listener;
    co_await third.leave();
    co_await rig.sleep(1s);
  }
}

class TightLimits : public testing::TestWithParam<tight_limit> {};
TEST_P(TightLimits, RefuseWhatGoesBeyond) {
  gateway_rig rig;
  GetParam().set(rig.options.limits);
  if (GetParam().more_listeners != 0) rig.add_shards(GetParam().more_listeners);
  rig.run(GetParam().script);
  rig.program.reset();
}
INSTANTIATE_TEST_SUITE_P(
    Each, TightLimits,
    testing::Values(
        tight_limit{"ClustersPerTeam", [](auto& of) { of.clusters_per_team_max = 1; }, one_cluster_per_team},
        tight_limit{"KeysPerCluster", [](auto& of) { of.keys_per_cluster_max = 1; }, one_key_per_cluster},
        tight_limit{"ClustersRemembered", [](auto& of) { of.clusters_remembered_max = 1; },
                    one_cluster_remembered},
        tight_limit{"ConnectionsPerPeer", [](auto& of) { of.connections_per_peer_max = 1; },
                    one_connection_per_peer},
        tight_limit{"JsonDepth", [](auto& of) { of.json_depth_max = 3; }, nesting_of_three},
        tight_limit{"BodyBytes", [](auto& of) { of.body_bytes_max = 100; }, bodies_of_a_hundred_bytes},
        tight_limit{"CommandNames", [](auto&) {}, command_names_of_128},
        tight_limit{"AuditFieldBytes", [](auto& of) { of.audit_field_bytes_max = 8; }, fields_of_eight},
        tight_limit{"ConnectionsOfAllListeners", [](auto& of) { of.connections_max = 6; },
                    six_connections_of_three, 2}),
    [](const auto& one) { return std::string{one.param.name}; });

TEST(CountedNames, OfKeysAndAddressesAreForgottenBeyondTheirNumber) {
  gateway_limits limits;
  limits.connect_keys_max = 1;
  limits.connects_per_key_max = limits.wrong_keys_per_peer_max = 1;
  connect_limiter limiter{limits};
  const runtime::mono_time now{1s};
  EXPECT_FALSE(limiter.on_attempt("k1", now));
  EXPECT_TRUE(limiter.on_attempt("k1", now));
  EXPECT_FALSE(limiter.on_attempt("k2", now));
  EXPECT_FALSE(limiter.on_attempt("k1", now)) << "k1 was forgotten for k2";
  EXPECT_FALSE(limiter.on_wrong_key("a", now));
  EXPECT_FALSE(limiter.on_wrong_key("b", now));
  EXPECT_FALSE(limiter.on_wrong_key("a", now));
}

TEST(CountedNames, OfTeamsAreForgottenBeyondTheirNumber) {
  gateway_limits limits;
  limits.teams_counted_max = limits.command_rate_per_team = 1;
  const gateway_policy policy;
  command_table table{limits, policy};
  const runtime::mono_time now{1s};
  const auto admit = [&](std::string id, std::string team) {
    return table.admit({std::move(id), {"acme", std::move(team)}, "c1", now + 30s, now}, now).verdict;
  };
  EXPECT_EQ(admit("r1", "a"), admission::admitted);
  EXPECT_EQ(admit("r2", "a"), admission::rate_exceeded);
  EXPECT_EQ(admit("r3", "b"), admission::admitted);
  EXPECT_EQ(admit("r4", "a"), admission::admitted) << "a was forgotten for b";
}

class StreamSpans : public testing::Test {
 protected:
  StreamSpans() {
    limits_.stall_suspected = 4s;
    limits_.retire_grace = 7s;
  }
  session_action next(duration at) { return one_.next(runtime::mono_time{at}, {}); }
  gateway_limits limits_;
  gateway_policy policy_;
  session_fsm one_{limits_, policy_, {runtime::mono_time{}, 15s, std::nullopt, 3s}};
};

TEST_F(StreamSpans, AWriteIsAStallOnceItHasTakenStallSuspected) {
  EXPECT_EQ(one_.push_event("hello"), outbox_answer::taken);
  EXPECT_EQ(next(0s).step, session_step::write);
  one_.on_written({});
  EXPECT_EQ(one_.push_event("more"), outbox_answer::taken);
  EXPECT_EQ(next(1s).step, session_step::write);
  EXPECT_EQ(one_.health(runtime::mono_time{5s - 1ns}), route_health::healthy);
  EXPECT_EQ(one_.health(runtime::mono_time{5s}), route_health::stalled);
  one_.on_written(runtime::mono_time{6s});
  EXPECT_EQ(one_.health(runtime::mono_time{6s}), route_health::healthy);
}

TEST_F(StreamSpans, ARetiringStreamWaitsForItsCommandsNoLongerThanRetireGrace) {
  EXPECT_EQ(one_.push_command("r1", "command"), outbox_answer::taken);
  EXPECT_EQ(next(0s).step, session_step::write);
  one_.on_written({});
  one_.retire(runtime::mono_time{1s}, stream_end::drained);
  session_action action = next(1s);
  while (action.step == session_step::write) {
    one_.on_written(runtime::mono_time{1s});
    action = next(1s);
  }
  EXPECT_EQ(action.step, session_step::wait);
  EXPECT_EQ(next(8s - 1ns).step, session_step::wait);
  action = next(8s);
  EXPECT_EQ(action.step, session_step::end);
  EXPECT_EQ(action.why, stream_end::drained);
}

/// Of one restart: what callers were told, and how often.
struct told {
  std::size_t ok = 0, failed = 0, silent = 0;
};

task<void> one_restart(gateway_rig& rig, issued_cluster& cluster, told& all) {
  if (cluster.id.empty()) cluster = co_await rig.create_cluster("prod");
  test_agent agent{rig, cluster.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  running_call calls[4];
  std::vector<std::string> ids;
  for (running_call& call : calls) {
    rig.beside(execute_into(rig, cluster.id, ",\"timeout\":20", call));
    const auto command = co_await agent.next("command");
    EXPECT_TRUE(command.has_value());
    ids.push_back(command ? command->id : "");
  }
  EXPECT_EQ(co_await agent.respond(ids[0]), 200);
  rig.stop->request();
  EXPECT_EQ(co_await agent.respond(ids[1]), 200) << "what is in flight may finish";
  co_await agent.wait_for_end(60s);
  EXPECT_EQ(co_await agent.respond(ids[2]), 200) << "also once its stream has ended";
  co_await rig.join();  // the last one is never answered
  for (const running_call& call : calls) {
    const std::string ok = member(call.answer.body, "ok");
    if (ok == "true")
      ++all.ok;
    else if (ok == "false" && !member(call.answer.body, "error_code").empty())
      ++all.failed;
    else
      ++all.silent;
  }
  co_await agent.leave();
}

TEST(Restarts, AHundredLoseNoCommandInSilence) {
  gateway_rig rig;
  rig.options.limits.connects_per_key_max = 1000;
  rig.options.drain_window = 10s;
  issued_cluster cluster;
  told all;
  for (int round = 0; round < 100; ++round) {
    rig.run([&](gateway_rig& in) { return one_restart(in, cluster, all); });
    rig.prepare_again();
  }
  EXPECT_EQ(all.silent, 0u);
  EXPECT_EQ(all.ok, 300u);
  EXPECT_EQ(all.failed, 100u);
}

}  // namespace
}  // namespace kitfox::gateway::test
