// The whole agent in virtual time: how answers reach the gateway.
#include "agent/gateway_channel.hpp"
#include "agent/test/agent_world.hpp"
#include "fakes/sim/certificate.hpp"

namespace kitfox::agent::test {
namespace {

using nlohmann::json;
using runtime::http::request;
using namespace std::chrono_literals;

class RunAnswers : public agent_world {};

TEST_F(RunAnswers, RetriesAnAnswerUntilItIsTaken) {
  connect();
  gateway.posts = {post_reply{.kind = post_reply::how::reset}, post_reply{.status = 503},
                   post_reply{.status = 429, .headers = "Retry-After: 4\r\n"}, post_reply{}};
  send("r1", "list_pods");
  run_until_answered(4);
  run_for(20s);
  EXPECT_EQ(gateway.answers.size(), 4u);
  for (const seen_request& one : gateway.answers) EXPECT_EQ(one.body, gateway.answers[0].body);
  EXPECT_EQ(events.count("response_retried"), 3u);
  EXPECT_EQ(events.count("answer_undelivered"), 0u);
}

TEST_F(RunAnswers, SendsAnAnswerAgainAtOnceWhenItsKeptConnectionIsDead) {
  connect();
  send("r1", "list_pods");
  run_until_answered(1);
  gateway.posts = {post_reply{.kind = post_reply::how::reset}, post_reply{}};
  send("r2", "list_pods");
  run_until_answered(3);
  EXPECT_EQ(gateway.answers[1].body, gateway.answers[2].body);
  EXPECT_LE(gateway.answers[2].at - gateway.answers[1].at, 70ms) << "a reset, a dial with TLS, a request";
  EXPECT_EQ(events.count("response_retried"), 0u) << "that is no failed try";
}

TEST_F(RunAnswers, OneSwallowedPostDoesNotHoldUpTheOthers) {
  connect();
  gateway.posts = {post_reply{.kind = post_reply::how::swallow}, post_reply{}};
  send("r1", "list_pods", "{}", 30);
  run_until_answered(1);
  const runtime::mono_time sent = world.now();
  for (int index = 2; index < 10; ++index) send("r" + std::to_string(index), "list_pods", "{}", 30);
  run_until_answered(9);
  EXPECT_LE(world.now() - sent, 2s + 200ms);
  run_until_answered(10);
  EXPECT_EQ(gateway.answers[9].target, "/gateway/agent/response/r1") << "and it is tried again itself";
}

TEST_F(RunAnswers, EachIsTriedThreeTimesThoughAllAreSwallowed) {
  connect();
  gateway.posts = {post_reply{.kind = post_reply::how::swallow}};
  send("r1", "list_pods", "{}", 30);
  send("r2", "list_pods", "{}", 30);
  run_for(36s);
  std::map<std::string, int> tries;
  for (const seen_request& one : gateway.answers) ++tries[one.target];
  EXPECT_GE(tries["/gateway/agent/response/r1"], 3);
  EXPECT_GE(tries["/gateway/agent/response/r2"], 3);
}

TEST_F(RunAnswers, SkipsARepeatWhileItsAnswerIsOnItsWay) {
  connect();
  gateway.posts = {post_reply{.status = 503, .headers = "Retry-After: 5\r\n"}, post_reply{}};
  send("r1", "list_pods");
  run_until_answered(1);
  send("r1", "list_pods");
  send("r1", "list_pods");
  run_for(20s);
  EXPECT_EQ(gateway.answers.size(), 2u) << "the one answer, tried twice";
  EXPECT_EQ(events.count("command_repeated"), 2u);
  send("r1", "list_pods");
  run_for(1s);
  EXPECT_EQ(gateway.answers.size(), 3u) << "delivered, so a repeat is answered anew";
}

TEST_F(RunAnswers, SaysUnavailableForARepeatWhoseAnswerIsNoLongerKept) {
  connect([](agent_options& options) { options.policy.idempotency.answer_bytes_max = 100; });
  send("r1", "list_pods");
  EXPECT_EQ(run_until_answered(1)["ok"], true);
  run_for(1s);
  send("r1", "list_pods");
  const json body = run_until_answered(2);
  EXPECT_EQ(body["error_code"], "unavailable");
  EXPECT_EQ(body["error"], "the answer to this request is no longer kept");
  EXPECT_EQ(kube.requests.size(), 1u) << "and it is not run again";
}

TEST_F(RunAnswers, DropsAnswersBeyondTheLimitOfPendingBytes) {
  connect([](agent_options& options) { options.policy.responses.pending_bytes_max = 1'000; });
  gateway.posts = {post_reply{.kind = post_reply::how::swallow}};
  for (int index = 0; index < 8; ++index) send("r" + std::to_string(index), "list_pods");
  run_for(1s);
  const std::size_t dropped = events.count("answer_undelivered");
  EXPECT_GT(dropped, 0u);
  EXPECT_LT(dropped, 8u);
  EXPECT_NE(events.last("answer_undelivered").find("reason=too_many_pending"), std::string::npos);
  ASSERT_EQ(gateway.answers.size(), 1u);
  EXPECT_EQ(8 - dropped, 1'000 / gateway.answers[0].body.size());
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

runtime::task<void> post_each(sim::sim_host& on, std::shared_ptr<runtime::tls_client> tls, std::string key,
                              std::vector<std::string> bodies) {
  const gateway_access access{runtime::http::parse_url("https://gateway").value(), std::move(tls),
                              protocol::api_key::parse(key).value()};
  gateway_channel channel{on, access, response_options{}};
  for (std::string& body : bodies) {
    const post_result done = co_await channel.post("/post", std::move(body), on.clock().now() + 1min);
    EXPECT_EQ(done.status, 200);
  }
}

TEST_F(RunAnswers, OnlyThoseLongerThanPromptBytesMaxGoByAConnectionOfTheirOwn) {
  const std::size_t most = response_options{}.prompt_bytes_max;
  std::vector<std::string> bodies;
  for (const std::size_t size : {std::size_t{1}, most, most + 1, most, most + 1})
    bodies.emplace_back(size, 'x');
  runtime::tls_client_options trust;
  trust.authorities_pem = sim::print_authority("ca");
  auto tls = agent_host.network().make_tls_client(trust).value();
  const auto outcome =
      world.run(agent_host, "posts", post_each(agent_host, std::move(tls), key_text, std::move(bodies)));
  ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  ASSERT_EQ(gateway.answers.size(), 5u);
  std::vector<std::uint64_t> by;
  for (const seen_request& one : gateway.answers) by.push_back(one.connection);
  EXPECT_EQ(by, (std::vector<std::uint64_t>{1, 1, 2, 1, 2}));
}

}  // namespace
}  // namespace kitfox::agent::test
