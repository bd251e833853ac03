// The whole agent in virtual time: commands, from the event to the answer.
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using nlohmann::json;
using runtime::duration;
using runtime::http::request;
using namespace std::chrono_literals;

class RunCommands : public agent_world {};

TEST_F(RunCommands, AnswersACommand) {
  connect();
  send("r1", "list_pods");
  const json body = run_until_answered();
  EXPECT_EQ(body["request_id"], "r1");
  EXPECT_EQ(body["ok"], true);
  EXPECT_EQ(body["result"], json::parse(R"({"namespace":"default","pod_count":1,"pods":[{"name":"web",
    "namespace":"default","status":"Running","ready":"1/1","restarts":2,"node":"n1","created_at":null}]})"));
  const seen_request& post = gateway.answers[0];
  EXPECT_EQ(post.target, "/gateway/agent/response/r1");
  EXPECT_EQ(post.headers.at("content-type"), "application/json");
  EXPECT_EQ(post.headers.at("authorization"), "Bearer " + key_text);
  ASSERT_EQ(kube.requests.size(), 1u);
  EXPECT_EQ(kube.requests[0].target, "/api/v1/namespaces/default/pods?limit=100");
  EXPECT_EQ(kube.requests[0].headers.get("Authorization"), "Bearer sa-token");
}

TEST_F(RunCommands, RefusesUnknownCommandsAndParametersWithoutTouchingTheApi) {
  connect();
  send("r1", "delete_pod");
  send("r2", "list_pods", R"({"namespace":7})");
  send("r3", "list_pods", R"({"namespace":"a/../secrets"})");
  send("r4", "list_pods", R"({"surprise":1})");
  run_until_answered(4);
  EXPECT_EQ(answer_of("r1")["error_code"], "unknown_command");
  for (const char* id : {"r2", "r3", "r4"}) EXPECT_EQ(answer_of(id)["error_code"], "invalid") << id;
  EXPECT_TRUE(kube.requests.empty());
}

TEST_F(RunCommands, ReportsADenialAsOne) {
  connect();
  kube.answer = [](const request&) {
    return scripted_kube::json(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","code":403,
      "message":"pods is forbidden: User \"u\" cannot list resource \"pods\""})");
  };
  send("r1", "list_pods", R"({"namespace":"shop"})");
  const json body = run_until_answered();
  EXPECT_EQ(body["ok"], false);
  EXPECT_EQ(body["error_code"], "denied");
  EXPECT_EQ(body["error_detail"]["code"], 403);
  EXPECT_EQ(body["error_detail"]["verb"], "list");
  EXPECT_EQ(body["error_detail"]["resource"], "pods");
  EXPECT_EQ(body["error_detail"]["namespace"], "shop");
  EXPECT_EQ(events.last("denied"),
            "denied request_id=r1 command=list_pods status=403 verb=list resource=pods namespace=shop");
}

TEST_F(RunCommands, KeepsReadingAndAnsweringWhileOneCommandIsBlocked) {
  make_slow();
  connect();
  send("slow", "list_pods", slow, 60);
  for (int index = 0; index < 8; ++index) send("quick" + std::to_string(index), "list_pods");
  run_until_answered(8);
  EXPECT_LE(since_start(), 2s);
  beat_for(45s);
  EXPECT_EQ(events.count("disconnected"), 0u);
  EXPECT_TRUE(answer_of("slow").is_null());
}

TEST_F(RunCommands, StopsTheCallAtTheDeadline) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 5);
  const duration sent = since_start();
  EXPECT_EQ(run_until_answered()["error_code"], "timeout");
  EXPECT_EQ(gateway.answers[0].at.time_since_epoch() - sent, 5s + 60ms)
      << "10 ms to the agent; dial and TLS of the answer: five more ways";
  run_for(1s);
  EXPECT_EQ(kube.hanging, 0u);
}

TEST_F(RunCommands, StopsTheCallWhenCancelled) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 60);
  run_for(5s);
  EXPECT_EQ(kube.hanging, 1u);
  gateway.send(scripted_gateway::event("cancel", R"({"request_id":"r1"})"));
  run_for(1s);
  EXPECT_EQ(kube.hanging, 0u);
  EXPECT_EQ(answer_of("r1")["error_code"], "cancelled");
}

TEST_F(RunCommands, IsBusyBeyondWorkersAndQueue) {
  make_slow();
  connect();
  for (int index = 0; index < 8 + 64 + 3; ++index) send("r" + std::to_string(index), "list_pods", slow, 300);
  run_until_answered(3);
  EXPECT_EQ(answer_of("r72")["error_code"], "busy");
  EXPECT_EQ(answer_of("r74")["error_code"], "busy");
  EXPECT_EQ(gateway.answers.size(), 3u);
  EXPECT_EQ(kube.hanging, 8u);
}

TEST_F(RunCommands, UsesNoMoreConnectionsToKubernetesThanItsLimit) {
  make_slow();
  connect([](agent_options& options) { options.policy.kubernetes.connections_max = 2; });
  for (int index = 0; index < 5; ++index) send("r" + std::to_string(index), "list_pods", slow, 20);
  run_for(5s);
  EXPECT_EQ(kube.hanging, 2u);
  run_until_answered(5);
  EXPECT_EQ(answer_of("r4")["error_code"], "timeout");
}

TEST_F(RunCommands, AnswersACancelledCommandOfTheQueueByItsOwnDeadline) {
  make_slow();
  connect([](agent_options& options) { options.policy.commands.workers = 1; });
  gateway.posts = {post_reply{.status = 503},
                   post_reply{.status = 503},
                   post_reply{.status = 503},
                   post_reply{.status = 503},
                   post_reply{.status = 503},
                   post_reply{.status = 503},
                   post_reply{}};
  send("holds", "list_pods", slow, 300);
  send("waits", "list_pods", slow, 60);
  gateway.send(scripted_gateway::event("cancel", R"({"request_id":"waits"})"));
  run_until_answered(7);
  EXPECT_EQ(answer_of("waits")["error_code"], "cancelled");
  EXPECT_EQ(events.count("answer_undelivered"), 0u) << "its 60 s are not over";
  EXPECT_NE(events.last("command_finished").find("command=list_pods"), std::string::npos)
      << events.last("command_finished");
}

TEST_F(RunCommands, AnswersExpiredForWhatWaitedTooLong) {
  make_slow();
  connect([](agent_options& options) { options.policy.commands.workers = 1; });
  send("holds", "list_pods", slow, 60);
  send("waits", "list_pods", "{}", 3);
  const duration sent = since_start();
  EXPECT_EQ(run_until_answered()["error_code"], "expired");
  EXPECT_LE(since_start() - sent, 3s + 100ms);
  EXPECT_EQ(kube.requests.size(), 1u);
}

TEST_F(RunCommands, StartsNothingWhoseDeadlineHasPassed) {
  connect();
  gateway.send(scripted_gateway::event(
      "command", R"({"request_id":"r1","command":"list_pods","deadline":"2025-12-31T00:00:00Z"})"));
  EXPECT_EQ(run_until_answered()["error_code"], "expired");
  EXPECT_TRUE(kube.requests.empty());
}

TEST_F(RunCommands, MeasuresDeadlinesByTheGatewaysClock) {
  agent_host.jump_clock(sim::time_line::wall, 5h);
  connect();
  gateway.send(scripted_gateway::event("heartbeat", R"({"timestamp":"2026-01-01T00:00:01Z"})"));
  gateway.send(scripted_gateway::event(
      "command", R"({"request_id":"r1","command":"list_pods","deadline":"2026-01-01T00:00:20Z"})"));
  EXPECT_EQ(run_until_answered()["ok"], true);
}

TEST_F(RunCommands, AnswersARepeatFromMemory) {
  connect();
  send("r1", "list_pods");
  const json first = run_until_answered(1);
  kube.answer = [](const request&) { return scripted_kube::json(500, "{}"); };
  send("r1", "list_pods");
  EXPECT_EQ(run_until_answered(2), first);
  EXPECT_EQ(kube.requests.size(), 1u);
  EXPECT_EQ(events.count("command_repeated"), 1u);
}

TEST_F(RunCommands, RunsARepeatInFlightOnce) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 5);
  send("r1", "list_pods", slow, 5);
  run_for(20s);
  EXPECT_EQ(kube.requests.size(), 1u);
  EXPECT_EQ(gateway.answers.size(), 1u);
}

TEST_F(RunCommands, RemembersAcrossReconnects) {
  connect();
  send("r1", "list_pods");
  run_until_answered();
  gateway.end(connect_reply::then::rst);
  run_until_connected(2);
  send("r1", "list_pods");
  run_until_answered(2);
  EXPECT_EQ(kube.count("/pods"), 1u);
}

TEST_F(RunCommands, PagesThroughLongLists) {
  connect();
  kube.answer = [](const request& asked) {
    const bool second = asked.target.find("continue=t1") != std::string::npos;
    return scripted_kube::json(
        200, second ? R"({"metadata":{},"items":[{"metadata":{"name":"b"}}]})"
                    : R"({"metadata":{"continue":"t1"},"items":[{"metadata":{"name":"a"}}]})");
  };
  send("r1", "list_namespaces");
  const json body = run_until_answered();
  EXPECT_EQ(body["result"]["namespace_count"], 2);
  EXPECT_EQ(kube.requests.size(), 2u);
}

TEST_F(RunCommands, ReadsARotatedTokenAfterARefusal) {
  connect();
  kube.answer = [](const request& asked) {
    return asked.headers.get("Authorization") == "Bearer fresh" ? scripted_kube::cluster_of_one(asked)
                                                                : scripted_kube::json(401, "{}");
  };
  disk.put("/token", "fresh");
  send("r1", "list_pods");
  EXPECT_EQ(run_until_answered()["ok"], true);
  EXPECT_EQ(kube.requests.size(), 2u);
}

TEST_F(RunCommands, PassesRetryAfterOfKubernetesOn) {
  connect();
  kube.answer = [](const request&) {
    auto answer = scripted_kube::json(429, "Too many requests, please try again later.");
    answer.headers.set("Retry-After", "7");
    return answer;
  };
  send("r1", "list_pods");
  const json body = run_until_answered();
  EXPECT_EQ(body["error_code"], "busy");
  EXPECT_EQ(body["error_detail"]["retry_after_seconds"], 7);
  EXPECT_EQ(kube.requests.size(), 1u);
}

/// An agent that differs in one part.
class denial_hidden final : public agent_parts {
 public:
  class hiding final : public command_runner {
   public:
    explicit hiding(std::unique_ptr<command_runner> inner) : inner_{std::move(inner)} {}
    runtime::task<command_outcome> run(command_call call) override {
      auto outcome = co_await inner_->run(std::move(call));
      if (outcome.error_code == protocol::command_error::denied) outcome = command_outcome{};
      co_return outcome;
    }

   private:
    std::unique_ptr<command_runner> inner_;
  };
  std::unique_ptr<command_runner> make_command_runner(
      std::unique_ptr<command_runner> reference) const override {
    return std::make_unique<hiding>(std::move(reference));
  }
};

TEST_F(RunCommands, CanBeBuiltWithOnePartReplaced) {
  const denial_hidden other;
  parts = &other;
  connect();
  kube.answer = [](const request&) { return scripted_kube::json(403, "{}"); };
  send("r1", "list_pods");
  EXPECT_EQ(run_until_answered()["ok"], true);
}

}  // namespace
}  // namespace kitfox::agent::test
