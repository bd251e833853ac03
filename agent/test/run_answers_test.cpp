// The whole agent in virtual time: how answers reach the gateway.
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using nlohmann::json;
using runtime::http::request;
using namespace std::chrono_literals;

class RunAnswers : public agent_world {};

TEST_F(RunAnswers, RetriesAnAnswerUntilItIsTaken) {
  connect();
  gateway.posts = {post_reply{.status = 503}, post_reply{.kind = post_reply::how::reset},
                   post_reply{.status = 429, .headers = "Retry-After: 4\r\n"}, post_reply{}};
  send("r1", "list_pods");
  run_until_answered(4);
  run_for(20s);
  EXPECT_EQ(gateway.answers.size(), 4u);
  for (const seen_request& one : gateway.answers) EXPECT_EQ(one.body, gateway.answers[0].body);
  EXPECT_EQ(events.count("response_retried"), 3u);
  EXPECT_EQ(events.count("answer_undelivered"), 0u);
}

TEST_F(RunAnswers, GivesAnAnswerUpAtTheDeadline) {
  connect();
  gateway.posts = {post_reply{.status = 503}};
  send("r1", "list_pods", "{}", 10);
  run_for(60s);
  EXPECT_GE(gateway.answers.size(), 3u);
  EXPECT_LE(gateway.answers.back().at.time_since_epoch(), 12s);
  EXPECT_EQ(events.last("answer_undelivered"), "answer_undelivered request_id=r1 reason=given_up");
}

TEST_F(RunAnswers, DoesNotRepeatWhatWasRefused) {
  connect();
  for (const int status : {400, 404, 409, 410, 403, 401}) {
    gateway.answers.clear();
    gateway.posts = {post_reply{.status = status}};
    send("r" + std::to_string(status), "list_pods");
    run_for(30s);
    gateway.send(scripted_gateway::heartbeat());
    EXPECT_EQ(gateway.answers.size(), 1u) << status;
  }
}

TEST_F(RunAnswers, DialsAtMostTwiceAMinuteOnceItsKeyIsRevoked) {
  make_slow();
  connect();
  for (int index = 0; index < 8; ++index) send("r" + std::to_string(index), "list_pods", slow, 5 + index);
  run_for(1s);
  gateway.posts = {post_reply{.status = 401, .headers = "Connection: close\r\n"}};
  gateway.connects = {connect_reply{.status = 401}};
  run_for(5s);
  gateway.end(connect_reply::then::fin);
  const runtime::mono_time revoked = world.now();
  run_for(10min);
  const auto& seen = gateway.accepted;
  for (std::size_t index = 2; index < seen.size(); ++index) {
    if (seen[index - 2] > revoked) {
      EXPECT_GE(seen[index] - seen[index - 2], 60s);
    }
  }
  EXPECT_EQ(gateway.answers.size(), 1u) << "the others are not even tried";
}

TEST_F(RunAnswers, SaysTooLargeWhenTheGatewayTakesLess) {
  connect();
  gateway.posts = {post_reply{.status = 413}, post_reply{}};
  send("r1", "list_pods");
  EXPECT_EQ(run_until_answered(2)["error_code"], "too_large");
}

TEST_F(RunAnswers, SendsAnswersOverOneKeptConnectionApartFromTheStream) {
  connect();
  for (int index = 0; index < 20; ++index) {
    send("r" + std::to_string(index), "list_pods");
    run_until_answered(static_cast<std::size_t>(index) + 1);
  }
  for (const seen_request& one : gateway.answers) EXPECT_EQ(one.connection, gateway.answers[0].connection);
  EXPECT_NE(gateway.answers[0].connection, gateway.connect_requests[0].connection);
  EXPECT_EQ(gateway.connections(), 2u);
}

TEST_F(RunAnswers, TruncatesWhatExceedsTheLimit) {
  connect([](agent_options& options) { options.policy.responses.body_bytes_max = 2'000; });
  kube.answer = [](const request&) {
    json items = json::array();
    for (int index = 0; index < 90; ++index)
      items.push_back({{"metadata", {{"name", "pod-" + std::to_string(index)}}}});
    return scripted_kube::json(200, json{{"metadata", json::object()}, {"items", items}}.dump());
  };
  send("r1", "list_pods");
  const json body = run_until_answered();
  EXPECT_LE(gateway.answers[0].body.size(), 2'000u);
  EXPECT_EQ(body["truncated"], true);
  EXPECT_EQ(body["result"]["pod_count"], body["result"]["pods"].size());
}

TEST_F(RunAnswers, DropsAnswersBeyondTheLimitOfPendingOnes) {
  connect([](agent_options& options) { options.policy.responses.pending_max = 5; });
  gateway.posts = {post_reply{.kind = post_reply::how::swallow}};
  for (int index = 0; index < 8; ++index) send("r" + std::to_string(index), "no_such_command");
  run_for(1s);
  EXPECT_EQ(events.count("answer_undelivered"), 3u);
}

}  // namespace
}  // namespace kitfox::agent::test
