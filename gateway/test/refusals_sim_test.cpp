#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

class Refusals : public testing::Test {
 protected:
  gateway_rig rig_;
};

std::string id_of(const issued_cluster& cluster) { return cluster.key.substr(0, cluster.key.find('.')); }
std::string with_wrong_secret(const std::string& id) { return id + "." + std::string(43, 'A'); }

task<int> connect_with(gateway_rig& rig, std::string key) {
  test_agent agent{rig, std::move(key), "guess"};
  const int status = co_await agent.connect();
  co_await agent.leave();
  co_return status;
}

task<void> guessing(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (int round = 0; round < 50; ++round)
    EXPECT_EQ(co_await connect_with(rig, with_wrong_secret(id_of(prod))), 401) << round;
  const auto seen = co_await rig.call("GET", "/api/v1/team/k8s-clusters/" + prod.id);
  EXPECT_EQ(member(seen.body, "status"), "disconnected");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  co_await agent.leave();
}
TEST_F(Refusals, WhoKnowsAnIdAloneCannotUseUpItsAttemptsOrShowOnTheDashboard) {
  rig_.options.limits.connects_per_key_max = 1;
  rig_.run(guessing);
}

task<void> too_many_guesses(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  for (int round = 0; round < 4; ++round)
    EXPECT_EQ(co_await connect_with(rig, with_wrong_secret(id_of(prod))), 401) << round;
  const std::string guesses[] = {with_wrong_secret(id_of(prod)), with_wrong_secret("ixfx_k8s_unknown"), ""};
  for (const std::string& guess : guesses) {
    test_agent agent{rig, guess, "guess"};
    EXPECT_EQ(co_await agent.connect(), 429) << guess;
    EXPECT_EQ(agent.retry_after, "15") << guess;
  }
  EXPECT_EQ(co_await connect_with(rig, prod.key), 200);
  co_await rig.sleep(15s);
  EXPECT_EQ(co_await connect_with(rig, "nonsense"), 401);
}
TEST_F(Refusals, GuessesFromOneAddressAreLimitedAndRightKeysFromThereAreNot) {
  rig_.options.limits.wrong_keys_per_peer_max = 4;
  rig_.run(too_many_guesses);
}

task<void> revoked_key_in_use(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string keys = "/api/v1/team/k8s-clusters/" + prod.id + "/keys";
  EXPECT_EQ((co_await rig.call("POST", keys, "{}")).status, 201);
  EXPECT_EQ((co_await rig.call("DELETE", keys + "/" + id_of(prod))).status, 204);
  EXPECT_EQ(co_await connect_with(rig, prod.key), 401);
  const auto seen = co_await rig.call("GET", "/api/v1/team/k8s-clusters/" + prod.id);
  EXPECT_EQ(member(seen.body, "status"), "error");
}
TEST_F(Refusals, AnAgentWithARevokedKeyShowsOnTheDashboard) { rig_.run(revoked_key_in_use); }

task<void> execute_and_forget(gateway_rig& rig, std::string cluster) {
  static_cast<void>(co_await rig.execute(std::move(cluster), ",\"timeout\":1"));
}

task<void> audited(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string clusters = "/api/v1/team/k8s-clusters";
  EXPECT_EQ((co_await rig.call("POST", clusters, "{\"cluster_name\":\"x\"}", caller_only_secret)).status,
            403);
  EXPECT_EQ((co_await rig.call("GET", clusters, {}, trusted_secret)).status, 403);
  EXPECT_EQ(
      (co_await rig.execute(prod.id, ",\"org_id\":\"acme\",\"team_node_id\":\"payments\"", umbrella_secret))
          .status,
      403);
  EXPECT_EQ((co_await rig.execute(prod.id, "", umbrella_secret)).status, 200);
  EXPECT_EQ((co_await rig.execute("cl_nobody", "")).status, 200);
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  rig.beside(execute_and_forget(rig, prod.id));
  EXPECT_TRUE((co_await agent.next("command")).has_value());
  EXPECT_EQ((co_await rig.execute(prod.id, ",\"timeout\":1")).status, 429);
  rig.stop->request();
  co_await rig.sleep(10ms);
  test_agent late{rig, prod.key, "late"};
  EXPECT_EQ(co_await late.connect(), 503);
  co_await rig.sleep(100ms);
  const std::string expected[] = {
      R"("outcome":"role_too_low")",
      R"("outcome":"tenant_not_named")",
      R"("outcome":"tenant_not_yours")",
      R"("actor":"umbrella","org_id":"umbrella","team_node_id":"lab","cluster_id":")" + prod.id + "\"",
      R"("cluster_id":"cl_nobody")",
      R"("outcome":"unavailable")",
      R"("outcome":"busy")",
      R"("outcome":"draining")"};
  for (const std::string& text : expected) EXPECT_TRUE(rig.audit->contains(text)) << text;
  co_await agent.leave();
}
TEST_F(Refusals, EveryRefusalAndUnsentCommandIsAudited) {
  rig_.options.limits.command_rate_per_team = 1;
  rig_.run(audited);
}

task<void> unrecorded(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string clusters = "/api/v1/team/k8s-clusters";
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  rig.audit->down = true;
  EXPECT_EQ((co_await rig.call("POST", clusters, "{\"cluster_name\":\"x\"}")).status, 503);
  EXPECT_EQ((co_await rig.call("POST", clusters + "/" + prod.id + "/keys", "{}")).status, 503);
  EXPECT_EQ((co_await rig.call("DELETE", clusters + "/" + prod.id + "/keys/" + id_of(prod))).status, 503);
  co_await agent.wait_for_end();
  EXPECT_FALSE(agent.open());
  EXPECT_EQ(co_await agent.connect(), 401);
  rig.audit->down = false;
  co_await rig.sleep(2s);
  EXPECT_EQ(member((co_await rig.call("GET", clusters)).body, "total"), "1");
  EXPECT_EQ((co_await rig.call("DELETE", clusters + "/" + prod.id + "/keys/" + id_of(prod))).status, 204);
}
TEST_F(Refusals, WithoutAnAuditNothingIsCreatedAndARevocationHoldsButIsNotConfirmed) { rig_.run(unrecorded); }

task<void> slow_audit(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  rig.audit->delay = 300ms;
  const runtime::mono_time began = rig.now();
  const std::string path = "/api/v1/team/k8s-clusters/" + prod.id;
  EXPECT_EQ((co_await rig.call("POST", path + "/keys", "{}")).status, 201);
  EXPECT_TRUE(rig.audit->contains("\"event\":\"key_created\""));
  EXPECT_EQ((co_await rig.call("DELETE", path)).status, 204);
  EXPECT_TRUE(rig.audit->contains("\"event\":\"revoke\""));
  EXPECT_GE(rig.now() - began, 600ms);
}
TEST_F(Refusals, AdministrationIsAnsweredOnceItsRecordIsDurable) { rig_.run(slow_audit); }

task<void> audit_backlog(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  co_await rig.sleep(1s);
  rig.audit->delay = 2s;  // the first group is on its way, and two more records wait
  running_call calls[3];
  for (running_call& call : calls) {
    rig.beside(execute_into(rig, prod.id, "", call));
    co_await rig.sleep(10ms);
  }
  const response refused = co_await rig.execute(prod.id);
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.get("Retry-After").has_value());
  EXPECT_EQ(agent.count("command"), 0u) << "nothing is sent before its record is durable";
  rig.audit->delay = 0s;
  for (std::size_t index = 0; index < std::size(calls); ++index) {
    const auto command = co_await agent.next("command");
    EXPECT_TRUE(command.has_value());
    EXPECT_EQ(co_await agent.respond(command->id), 200);
  }
  co_await rig.sleep(1s);
  for (const running_call& call : calls) EXPECT_EQ(call.answer.status, 200);
  co_await agent.leave();
}
TEST_F(Refusals, CommandsBeyondTheAuditsBacklogAreRefusedAndThoseWithinItAreNot) {
  rig_.options.limits.audit_pending_max = 2;
  rig_.run(audit_backlog);
}

/// A call whose body arrives once the gateway has begun to stop.
task<void> late_body(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const runtime::endpoint to{"gateway", rig.program->caller_port()};
  auto dialled = co_await rig.script_host->network().dial(to, nullptr);
  const std::string body = "{\"cluster_id\":\"" + prod.id + "\",\"command\":\"list_pods\",\"wait_ms\":20000}";
  const std::string head =
      "POST /internal/execute HTTP/1.1\r\nHost: g\r\nX-Internal-Service: " + std::string{acme_secret} +
      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  EXPECT_FALSE(co_await dialled.value()->write(head));
  co_await rig.sleep(10ms);
  rig.stop->request();
  co_await rig.sleep(300ms);
  EXPECT_FALSE(co_await dialled.value()->write(body));
  std::string answer(4096, ' ');
  const auto count = co_await dialled.value()->read_some(answer);
  EXPECT_TRUE(count.has_value());
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, testing::HasSubstr("Retry-After: "));
  dialled.value()->close();
}
TEST_F(Refusals, ACommandThatComesTooLateForAGatewayThatStopsIsToldSo) { rig_.run(late_body); }

}  // namespace
}  // namespace kitfox::gateway::test
