#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/audit_record.hpp"
#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;
using runtime::http::response;
using testing::HasSubstr;
using testing::Not;

class Commands : public testing::Test {
 protected:
  gateway_rig rig_;
};

task<void> round_trip(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  running_call call;
  rig.beside(execute_into(rig, prod.id, ",\"timeout\":7", call));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  EXPECT_EQ(member(command->data, "request_id"), command->id);
  EXPECT_EQ(member(command->data, "command"), "list_pods");
  EXPECT_EQ(member(command->data, "timeout"), "7.0");
  EXPECT_FALSE(member(command->data, "deadline").empty());
  EXPECT_TRUE(rig.audit->contains(command->id));  // durable before it was sent
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await rig.sleep(100ms);
  EXPECT_EQ(call.answer.status, 200);
  EXPECT_EQ(member(call.answer.body, "ok"), "true");
  EXPECT_EQ(member(call.answer.body, "result"), "{\"n\":1}");
  EXPECT_EQ(member(call.answer.body, "error"), "null");
  EXPECT_EQ(member(call.answer.body, "request_id"), command->id);
  EXPECT_EQ(co_await agent.respond(command->id), 200);  // a duplicate is ignored
  EXPECT_EQ(co_await agent.respond("unknown"), 404);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_commands_total{code=\"ok\"}"), "1");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_responses_total{verdict=\"duplicate\"}"), "1");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_commands_in_flight"), "0");
  co_await agent.leave();
}
TEST_F(Commands, ACommandGoesToTheAgentAndItsAnswerComesBack) { rig_.run(round_trip); }

task<void> failures(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  running_call denied, base;
  rig.beside(execute_into(rig, prod.id, "", denied));
  const auto first = co_await agent.next("command");
  EXPECT_EQ(
      co_await agent.respond(
          first->id,
          "{\"request_id\":\"" + first->id +
              R"(","ok":false,"error":"no","error_code":"denied","error_detail":{"code":403,"verb":"list"}})"),
      200);
  rig.beside(execute_into(rig, prod.id, "", base));
  const auto second = co_await agent.next("command");
  EXPECT_EQ(co_await agent.respond(second->id,
                                   "{\"request_id\":\"" + second->id + R"(","ok":false,"error":"boom"})"),
            200);
  co_await rig.sleep(100ms);
  EXPECT_EQ(member(denied.answer.body, "error_code"), "denied");
  EXPECT_THAT(denied.answer.body, HasSubstr("\"verb\":\"list\""));
  EXPECT_EQ(member(denied.answer.body, "ok"), "false");
  EXPECT_EQ(member(base.answer.body, "error_code"), "internal");
  EXPECT_EQ(member(base.answer.body, "error"), "boom");
  EXPECT_TRUE(rig.audit->contains("\"outcome\":\"denied\""));
  co_await agent.leave();
}
TEST_F(Commands, AFailureKeepsItsCodeAndDetail) { rig_.run(failures); }

task<void> bad_responses(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const issued_cluster other = co_await rig.create_cluster("other", umbrella_secret);
  test_agent agent{rig, prod.key, "one"}, foreign{rig, other.key, "two"};
  EXPECT_EQ(co_await agent.connect(), 200);
  running_call call;
  rig.beside(execute_into(rig, prod.id, ",\"timeout\":5", call));
  const auto command = co_await agent.next("command");
  const std::string body = "{\"request_id\":\"" + command->id + "\",\"ok\":true,\"result\":{}}";
  EXPECT_EQ(co_await foreign.respond(command->id), 404);
  EXPECT_EQ(co_await agent.post("/agent/response/other", body), 400);
  static constexpr const char* list_1[] = {"a%2fb", "a/b", "a%0d%0ab", "a%00", "%", ""};
  for (const std::string bad : list_1)
    EXPECT_EQ(co_await agent.post("/agent/response/" + bad, body), 400) << bad;
  static constexpr const char* list_2[] = {" ", "[]", "{", "{\"request_id\":1,\"ok\":true}", "nonsense"};
  for (const std::string bad : list_2) EXPECT_EQ(co_await agent.respond(command->id, bad), 400) << bad;
  std::string deep = "{\"request_id\":\"" + command->id + "\",\"ok\":true,\"result\":{\"a\":";
  for (int depth = 0; depth < 40; ++depth) deep += "[";
  for (int depth = 0; depth < 40; ++depth) deep += "]";
  EXPECT_EQ(co_await agent.respond(command->id, deep + "}}"), 400);
  EXPECT_EQ(co_await agent.respond(command->id, std::string(1024 * 1024 + 1, 'x')), 413);
  test_agent stranger{rig, "nonsense"};
  EXPECT_EQ(co_await stranger.respond(command->id), 401);
  co_await rig.sleep(6s);
  EXPECT_EQ(member(call.answer.body, "error_code"), "timeout");
  EXPECT_EQ(co_await agent.respond(command->id), 410);
  EXPECT_EQ((co_await agent.next("cancel"))->data, "{\"request_id\":\"" + command->id + "\"}");
  co_await agent.leave();
}
TEST_F(Commands, NobodyElseAndNothingMalformedAnswers) { rig_.run(bad_responses); }

task<void> bad_calls(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  static constexpr const char* list_3[] = {",\"timeout\":-1",    ",\"timeout\":0",
                                           ",\"timeout\":301",   ",\"timeout\":1e400",
                                           ",\"timeout\":\"5\"", ",\"cluster_name\":\"prod\"",
                                           ",\"wait_ms\":-1",    ",\"idempotency_key\":\"\""};
  for (const std::string bad : list_3) EXPECT_EQ((co_await rig.execute(prod.id, bad)).status, 400) << bad;
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", "nonsense")).status, 400);
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", "{}")).status, 400);
  EXPECT_EQ((co_await rig.call("GET", "/internal/execute")).status, 405);
  EXPECT_EQ((co_await rig.call("GET", "/nowhere")).status, 404);
  EXPECT_EQ((co_await rig.call("GET", "/internal/clusters/a%2fb")).status, 400);
  EXPECT_EQ((co_await rig.call("GET", "/internal/clusters", {}, "wrong secret of whoever")).status, 401);
  EXPECT_EQ((co_await rig.call("GET", "/internal/clusters", {}, {})).status, 401);
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", "{}", {})).status, 401);
  EXPECT_EQ((co_await rig.call("GET", "/stats", {}, {})).status, 401);
  EXPECT_EQ(
      (co_await rig.call("POST", "/api/v1/team/k8s-clusters", "{\"cluster_name\":\"x\"}", caller_only_secret))
          .status,
      403);
  EXPECT_EQ((co_await rig.call("GET", "/internal/clusters", {}, caller_only_secret)).status, 200);
}
TEST_F(Commands, MalformedAndUnauthorisedCallsAreRefused) { rig_.run(bad_calls); }

task<void> isolation(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const response theirs = co_await rig.execute(prod.id, "", umbrella_secret);
  const response nobodys = co_await rig.execute("cl_0000000000000000000000", "", umbrella_secret);
  EXPECT_EQ(theirs.status, nobodys.status);
  EXPECT_EQ(theirs.body, nobodys.body);
  EXPECT_EQ(member(theirs.body, "error_code"), "unavailable");
  static constexpr const char* list_4[] = {"/internal/clusters/", "/api/v1/team/k8s-clusters/"};
  for (const std::string path : list_4) {
    const response one = co_await rig.call("GET", path + prod.id, {}, umbrella_secret);
    const response none = co_await rig.call("GET", path + "cl_0000000000000000000000", {}, umbrella_secret);
    EXPECT_EQ(one.status, 404);
    EXPECT_EQ(one.body, none.body);
  }
  EXPECT_EQ((co_await rig.call("DELETE", "/api/v1/team/k8s-clusters/" + prod.id, {}, umbrella_secret)).status,
            404);
  EXPECT_EQ(member((co_await rig.call("GET", "/internal/clusters", {}, umbrella_secret)).body, "total"), "0");
  EXPECT_EQ(member((co_await rig.call("GET", "/internal/clusters")).body, "total"), "1");
  EXPECT_EQ(member((co_await rig.call("GET", "/stats", {}, umbrella_secret)).body, "connected_agents"), "0");
  EXPECT_EQ(
      (co_await rig.execute(prod.id, ",\"org_id\":\"acme\",\"team_node_id\":\"payments\"", umbrella_secret))
          .status,
      403);
  // A trusted service names the tenant in every call.
  EXPECT_EQ((co_await rig.execute(prod.id, "", trusted_secret)).status, 403);
  EXPECT_EQ((co_await rig.execute(prod.id, ",\"org_id\":\"acme\"", trusted_secret)).status, 403);
  EXPECT_EQ((co_await rig.call("GET", "/internal/clusters", {}, trusted_secret)).status, 403);
  EXPECT_EQ(member((co_await rig.call("GET", "/internal/clusters?org_id=acme&team_node_id=payments", {},
                                      trusted_secret))
                       .body,
                   "total"),
            "1");
  EXPECT_TRUE(agent.open());
  EXPECT_EQ(agent.count("command"), 0u);
  co_await agent.leave();
}
TEST_F(Commands, AnotherTenantsClusterIsLikeNone) { rig_.run(isolation); }

task<void> offline(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const runtime::mono_time began = rig.now();
  const response answer = co_await rig.execute(prod.id);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(member(answer.body, "error_code"), "unavailable");
  EXPECT_LE(rig.now() - began, 100ms);
  EXPECT_EQ(member((co_await rig.execute(prod.id, ",\"wait_ms\":2000")).body, "error_code"), "unavailable");
  EXPECT_GE(rig.now() - began, 2s);
  running_call waiting;
  rig.beside(execute_into(rig, prod.id, ",\"wait_ms\":60000,\"timeout\":90", waiting));
  co_await rig.sleep(30s);
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  EXPECT_LE(std::stod(member(command->data, "timeout")), 60.0);
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await rig.sleep(100ms);
  EXPECT_EQ(member(waiting.answer.body, "ok"), "true");
  co_await agent.leave();
}
TEST_F(Commands, AnOfflineClusterIsUnavailableAtOnceOrAfterTheWait) { rig_.run(offline); }

task<void> newest_healthy(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent a{rig, prod.key, "a"}, b{rig, prod.key, "b"};
  EXPECT_EQ(co_await a.connect(), 200);
  EXPECT_EQ(co_await b.connect(), 200);
  running_call first, second;
  rig.beside(execute_into(rig, prod.id, "", first));
  EXPECT_TRUE((co_await b.next("command")).has_value());
  const runtime::mono_time lost = rig.now();
  co_await b.leave();
  rig.beside(execute_into(rig, prod.id, "", second));
  const auto moved = co_await a.next("command");
  EXPECT_TRUE(moved.has_value());
  EXPECT_LE(moved->at - lost, 1s);
  EXPECT_EQ(co_await a.respond(moved->id), 200);
  co_await rig.sleep(2s);
  EXPECT_EQ(member(first.answer.body, "error_code"), "unavailable");
  EXPECT_LE(first.ended - lost, 1s);
  EXPECT_EQ(member(second.answer.body, "ok"), "true");
  EXPECT_EQ(a.count("command"), 1u);
  co_await a.leave();
}
TEST_F(Commands, TheNewestAgentServesAndTheNextTakesOver) { rig_.run(newest_healthy); }

task<void> answer_after_reconnect(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent old{rig, prod.key, "one"}, newer{rig, prod.key, "one"};
  EXPECT_EQ(co_await old.connect(), 200);
  running_call call;
  rig.beside(execute_into(rig, prod.id, "", call));
  const auto command = co_await old.next("command");
  EXPECT_EQ(co_await newer.connect(), 200);
  co_await rig.sleep(10s);
  EXPECT_FALSE(call.done);
  EXPECT_EQ(co_await newer.respond(command->id), 200);
  co_await rig.sleep(100ms);
  EXPECT_EQ(member(call.answer.body, "ok"), "true");
  EXPECT_EQ(newer.count("command"), 0u);
  co_await old.leave();
  co_await newer.leave();
}
TEST_F(Commands, AnInstanceThatReconnectsStillAnswersAndGetsNothingTwice) {
  rig_.run(answer_after_reconnect);
}

task<void> caller_leaves(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const runtime::endpoint to{"gateway", rig.program->caller_port()};
  auto dialled = co_await rig.script_host->network().dial(to, nullptr);
  const std::string body = "{\"cluster_id\":\"" + prod.id + "\",\"command\":\"list_pods\"}";
  const std::string bytes =
      "POST /internal/execute HTTP/1.1\r\nHost: g\r\nX-Internal-Service: " + std::string{acme_secret} +
      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  EXPECT_FALSE(co_await dialled.value()->write(bytes));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  dialled.value()->close();
  EXPECT_TRUE((co_await agent.next("cancel")).has_value());
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_commands_in_flight"), "0");
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_commands_total{code=\"cancelled\"}"), "1");
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await agent.leave();
}
TEST_F(Commands, ACallerThatLeavesCancelsItsCommand) { rig_.run(caller_leaves); }

task<void> idempotency(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  const std::string key = ",\"idempotency_key\":\"k1\"";
  // Never sent: the same key may try again.
  EXPECT_EQ(member((co_await rig.execute(prod.id, key)).body, "error_code"), "unavailable");
  EXPECT_EQ(co_await agent.connect(), 200);
  running_call first, joined;
  rig.beside(execute_into(rig, prod.id, key, first));
  const auto command = co_await agent.next("command");
  rig.beside(execute_into(rig, prod.id, key, joined));
  co_await rig.sleep(100ms);
  EXPECT_EQ((co_await rig.execute(prod.id, key + ",\"timeout\":9")).status, 409);
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await rig.sleep(100ms);
  EXPECT_EQ(member(first.answer.body, "ok"), "true");
  EXPECT_EQ(joined.answer.body, first.answer.body);
  EXPECT_EQ((co_await rig.execute(prod.id, key)).body, first.answer.body);
  EXPECT_EQ(agent.count("command"), 1u);
  co_await agent.leave();
}
TEST_F(Commands, TheSameIdempotencyKeyGivesTheSameResultOnce) { rig_.run(idempotency); }

task<void> audit_down(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  co_await rig.sleep(1s);
  rig.audit->down = true;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const response refused = co_await rig.execute(prod.id);
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.headers.get("Retry-After").has_value());
  }
  EXPECT_EQ(agent.count("command"), 0u);
  rig.audit->down = false;
  co_await rig.sleep(2s);
  running_call call;
  rig.beside(execute_into(rig, prod.id, "", call));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await rig.sleep(1s);
  audit_head head = empty_audit();
  for (std::size_t index = 0; index < rig.audit->lines.size(); ++index)
    EXPECT_FALSE(verify_audit_line({index + 1, rig.audit->lines[index]}, head));
  co_await agent.leave();
}
TEST_F(Commands, WithoutAnAuditNothingIsSentAndTheChainHasNoGap) { rig_.run(audit_down); }

task<void> group_commit(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  rig.audit->delay = 50ms;
  const std::size_t before = rig.audit->groups;
  std::vector<running_call> calls(60);
  const runtime::mono_time began = rig.now();
  for (running_call& call : calls) rig.beside(execute_into(rig, prod.id, "", call));
  for (std::size_t index = 0; index < calls.size(); ++index) {
    const auto command = co_await agent.next("command");
    EXPECT_TRUE(command.has_value());
    EXPECT_TRUE(rig.audit->contains(command->id));
  }
  EXPECT_LE(rig.now() - began, 200ms);
  EXPECT_LE(rig.audit->groups - before, 4u);
  co_await rig.join();
  co_await agent.leave();
}
TEST_F(Commands, ManyCommandsShareOneDurableWrite) { rig_.run(group_commit); }

task<void> hostile_fields(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const std::string opening = "{\"cluster_id\":\"" + prod.id;
  const std::string breaking = opening + R"(","command":"x\r\n{\"seq\":99}"})";
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", breaking)).status, 400);
  const std::string forging =
      opening + R"(","command":"x\",\"outcome\":\"ok","params":{"password":"hunter2-canary"},"timeout":1})";
  EXPECT_EQ((co_await rig.call("POST", "/internal/execute", forging)).status, 200);
  co_await rig.sleep(1s);
  EXPECT_TRUE(rig.audit->contains("x\\u0022,\\u0022outcome"));
  EXPECT_FALSE(rig.audit->contains("hunter2"));
  EXPECT_FALSE(rig.audit->contains(prod.key.substr(prod.key.find('.') + 1)));
  for (const std::string& line : rig.audit->lines) EXPECT_EQ(line.find('\n'), std::string::npos);
  co_await agent.leave();
}
TEST_F(Commands, NothingACallerSendsForgesOrLeaksIntoTheAudit) { rig_.run(hostile_fields); }

task<void> team_quota(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const issued_cluster theirs = co_await rig.create_cluster("lab", umbrella_secret);
  test_agent agent{rig, prod.key, "one"}, other{rig, theirs.key, "two"};
  EXPECT_EQ(co_await agent.connect(), 200);
  EXPECT_EQ(co_await other.connect(), 200);
  std::vector<running_call> calls(2);
  for (running_call& call : calls) rig.beside(execute_into(rig, prod.id, ",\"timeout\":20", call));
  EXPECT_TRUE((co_await agent.next("command")).has_value());
  EXPECT_TRUE((co_await agent.next("command")).has_value());
  const response refused = co_await rig.execute(prod.id);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(member(refused.body, "error_code"), "busy");
  EXPECT_TRUE(refused.headers.get("Retry-After").has_value());
  EXPECT_EQ(member((co_await rig.execute(theirs.id, ",\"timeout\":1", umbrella_secret)).body, "error_code"),
            "timeout");
  co_await rig.join();
  co_await agent.leave();
  co_await other.leave();
}
TEST_F(Commands, ATeamAtItsLimitIsBusyAndOthersAreNot) {
  rig_.options.limits.commands_per_team_max = 2;
  rig_.run(team_quota);
}

task<void> revoke_in_flight(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const response extra = co_await rig.call("POST", "/api/v1/team/k8s-clusters/" + prod.id + "/keys", "{}");
  EXPECT_EQ(extra.status, 201);
  test_agent revoked{rig, prod.key, "a"}, rotated{rig, member(extra.body, "token"), "b"};
  EXPECT_EQ(co_await rotated.connect(), 200);
  EXPECT_EQ(co_await revoked.connect(), 200);
  running_call call;
  rig.beside(execute_into(rig, prod.id, "", call));
  const auto command = co_await revoked.next("command");
  EXPECT_TRUE(command.has_value());
  const std::string key_id = prod.key.substr(0, prod.key.find('.'));
  const std::string keys = "/api/v1/team/k8s-clusters/" + prod.id + "/keys";
  EXPECT_EQ((co_await rig.call("DELETE", keys + "/" + key_id)).status, 204);
  const runtime::mono_time returned = rig.now();
  co_await revoked.wait_for_end();
  EXPECT_FALSE(revoked.open());
  EXPECT_LE(revoked.ended_at - returned, 1s);
  co_await rig.sleep(1s);
  EXPECT_EQ(member(call.answer.body, "error_code"), "unavailable");
  EXPECT_LE(call.ended - returned, 1s);
  EXPECT_EQ(co_await revoked.respond(command->id), 401);
  EXPECT_EQ(co_await revoked.connect(), 401);
  EXPECT_EQ(co_await rotated.respond(command->id), 410);
  EXPECT_TRUE(rotated.open());
  EXPECT_TRUE(rig.audit->contains("\"event\":\"revoke\""));
  EXPECT_EQ(member((co_await rig.call("GET", keys)).body, "total"), "2");
  EXPECT_EQ((co_await rig.call("DELETE", keys + "/ixfx_k8s_other")).status, 404);
  // The whole cluster.
  EXPECT_EQ((co_await rig.call("DELETE", "/api/v1/team/k8s-clusters/" + prod.id)).status, 204);
  co_await rotated.wait_for_end();
  EXPECT_FALSE(rotated.open());
  EXPECT_EQ(co_await rotated.connect(), 401);
  EXPECT_EQ(member((co_await rig.execute(prod.id)).body, "error_code"), "unavailable");
  EXPECT_EQ(member((co_await rig.call("GET", "/api/v1/team/k8s-clusters")).body, "total"), "0");
  EXPECT_EQ(
      member((co_await rig.call("GET", "/api/v1/team/k8s-clusters?include_revoked=true")).body, "total"),
      "1");
}
TEST_F(Commands, RevokingAKeyEndsItsStreamAndCommandsAndNoOthers) { rig_.run(revoke_in_flight); }

task<void> dashboard(gateway_rig& rig) {
  const response made = co_await rig.call("POST", "/api/v1/team/k8s-clusters",
                                          R"({"cluster_name":"prod-us-east-1","display_name":"Prod"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_THAT(member(made.body, "token"), testing::StartsWith("ixfx_k8s_"));
  EXPECT_THAT(member(made.body, "helm_install_command"), HasSubstr("--set clusterName=prod-us-east-1"));
  EXPECT_EQ(
      (co_await rig.call("POST", "/gateway/api/v1/team/k8s-clusters", R"({"cluster_name":"prod-us-east-1"})"))
          .status,
      409);
  EXPECT_EQ((co_await rig.call("POST", "/api/v1/team/k8s-clusters", R"({"cluster_name":"No Good"})")).status,
            400);
  const std::string id = member(made.body, "cluster_id");
  const response one = co_await rig.call("GET", "/api/v1/team/k8s-clusters/" + id);
  EXPECT_EQ(member(one.body, "status"), "disconnected");
  EXPECT_EQ(member(one.body, "display_name"), "Prod");
  EXPECT_THAT(one.body, Not(HasSubstr(member(made.body, "token"))));
  test_agent agent{rig, member(made.body, "token"), "a"};
  EXPECT_EQ(co_await agent.connect("&kubernetes_version=v1.30&node_count=4"), 200);
  const response connected = co_await rig.call("GET", "/api/v1/team/k8s-clusters/" + id);
  EXPECT_EQ(member(connected.body, "status"), "connected");
  EXPECT_EQ(member(connected.body, "kubernetes_version"), "v1.30");
  EXPECT_EQ(member(connected.body, "node_count"), "4");
  co_await agent.leave();
}
TEST_F(Commands, TheDashboardCreatesShowsAndNeverRepeatsAKey) { rig_.run(dashboard); }

}  // namespace
}  // namespace kitfox::gateway::test
