// The whole agent in virtual time: the life of its stream.
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using runtime::duration;
using namespace std::chrono_literals;

class RunAgent : public agent_world {};

TEST_F(RunAgent, ConnectsAndSaysSo) {
  start();
  run_until_connected();
  ASSERT_EQ(gateway.connect_requests.size(), 1u);
  const seen_request& request = gateway.connect_requests[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_TRUE(request.target.starts_with("/gateway/agent/connect?")) << request.target;
  EXPECT_EQ(request.headers.at("accept"), "text/event-stream");
  EXPECT_EQ(request.headers.at("cache-control"), "no-cache");
  EXPECT_EQ(request.headers.at("authorization"), "Bearer " + key_text);
  EXPECT_EQ(request.headers.at("host"), "gateway");
  EXPECT_TRUE(events.last("connected_to_gateway").find("cluster_name=prod") != std::string::npos);
  EXPECT_EQ(events.last("readiness"), "readiness ready=true");
}

TEST_F(RunAgent, TellsVersionSizeAndInstanceInTheQuery) {
  start();
  run_until_connected();
  const std::string& target = gateway.connect_requests[0].target;
  EXPECT_NE(target.find("agent_version=" + std::string{agent_version}), std::string::npos);
  for (const char* part : {"kubernetes_version=v1.30.0", "node_count=1", "namespace_count=2",
                           "instance_id=", "cluster_name=prod"})
    EXPECT_NE(target.find(part), std::string::npos) << part << " in " << target;
}

TEST_F(RunAgent, ConnectsThoughKubernetesDoesNotAnswer) {
  kube.answer = [](const runtime::http::request&) { return scripted_kube::json(0, ""); };
  start();
  run_until_connected();
  EXPECT_LE(since_start(), 1100ms);
  EXPECT_EQ(gateway.connect_requests[0].target.find("node_count"), std::string::npos);
}

TEST_F(RunAgent, IsNotReadyBeforeTheConnectedEvent) {
  gateway.connects = {connect_reply{.body = ": hello\n\n" + scripted_gateway::heartbeat()}};
  start();
  run_for(10s);
  EXPECT_EQ(gateway.open_streams(), 1u);
  EXPECT_EQ(events.count("readiness"), 0u);
  gateway.send(scripted_gateway::connected());
  run_until_connected();
}

TEST_F(RunAgent, DropsAStreamThatNeverSaysConnected) {
  gateway.connects = {connect_reply{}};
  start();
  run_until([&] { return gateway.open_streams() == 1; });
  const duration opened = since_start();
  for (int beat = 0; beat < 4; ++beat) {
    run_for(10s);
    gateway.send(scripted_gateway::heartbeat());
  }
  run_until([&] { return events.count("connect_failed") == 1; });
  EXPECT_EQ(since_start() - opened, 45s + 10ms);
  EXPECT_NE(events.last("connect_failed").find("reason=connected_timeout"), std::string::npos)
      << "bytes flowed, so it was no silence";
}

TEST_F(RunAgent, NoticesSilenceAfterThreeHeartbeatIntervals) {
  start();
  run_until_connected();
  run_for(15s);
  gateway.send(": x");  // Half a comment line counts.
  const duration last = since_start() + 10ms;
  run_until([&] { return events.count("disconnected") == 1; });
  EXPECT_EQ(since_start() - last, 45s);
  EXPECT_NE(events.last("disconnected").find("reason=watchdog"), std::string::npos);
  EXPECT_EQ(events.last("readiness"), "readiness ready=false");
}

TEST_F(RunAgent, TakesTheHeartbeatIntervalFromConnected) {
  gateway.connects = {
      connect_reply{.body = scripted_gateway::connected(R"(,"heartbeat_interval_seconds":2)")}};
  start();
  run_until_connected();
  const duration connected = since_start();
  run_until([&] { return events.count("disconnected") == 1; });
  EXPECT_EQ(since_start() - connected, 6s);
}

TEST_F(RunAgent, EndsWithItsOwnCodeWhenTheKeyIsRefusedAtFirst) {
  for (const int status : {401, 403}) {
    exit.reset();
    gateway.connects = {connect_reply{.status = status}};
    start();
    run_until([&] { return exit.has_value(); });
    EXPECT_EQ(exit, 3);
  }
  EXPECT_EQ(events.count("key_rejected"), 2u);
  EXPECT_EQ(gateway.connect_requests.size(), 2u);
}

TEST_F(RunAgent, TakesTheSlowLaneWhenTheKeyIsRefusedLater) {
  gateway.connects = {connect_reply{.body = scripted_gateway::connected()}, connect_reply{.status = 401}};
  start();
  run_until_connected();
  gateway.end(connect_reply::then::finish);
  run_for(10s);
  EXPECT_EQ(events.last("readiness"), "readiness ready=false");
  run_for(1h);
  const auto& seen = gateway.connect_requests;
  EXPECT_GT(seen.size(), 45u);
  for (std::size_t index = 3; index < seen.size(); ++index) {
    EXPECT_GE(seen[index].at - seen[index - 1].at, 30s);
    EXPECT_LE(seen[index].at - seen[index - 1].at, 91s);
  }
  EXPECT_FALSE(exit);
}

TEST_F(RunAgent, StaysAwayWhenToldNoContent) {
  gateway.connects = {connect_reply{.status = 204}};
  start();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 4);
}

TEST_F(RunAgent, FollowsNoRedirect) {
  gateway.connects = {connect_reply{.status = 307, .headers = "Location: https://kube:6443/steal\r\n"},
                      connect_reply{.body = scripted_gateway::connected()}};
  start();
  run_until_connected();
  EXPECT_EQ(kube.count("steal"), 0u);
  EXPECT_NE(events.last("connect_failed").find("reason=redirected"), std::string::npos);
}

TEST_F(RunAgent, WaitsAtLeastAsLongAsRetryAfterSays) {
  gateway.connects = {connect_reply{.status = 503, .headers = "Retry-After: 40\r\n"},
                      connect_reply{.body = scripted_gateway::connected()}};
  start();
  run_until_connected();
  const auto& seen = gateway.connect_requests;
  EXPECT_GE(seen[1].at - seen[0].at, 40s);
  EXPECT_LE(seen[1].at - seen[0].at, 61s);
}

TEST_F(RunAgent, TakesRetryOfTheStreamAsAFloorEverAfter) {
  gateway.connects = {connect_reply{.body = "retry: 20000\n" + scripted_gateway::connected(),
                                    .after = connect_reply::then::finish},
                      connect_reply{.status = 500}, connect_reply{.body = scripted_gateway::connected()}};
  start();
  run_until_connected(2);
  const auto& seen = gateway.connect_requests;
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_GE(seen[1].at - seen[0].at, 20s);
  EXPECT_GE(seen[2].at - seen[1].at, 20s);
}

TEST_F(RunAgent, ComesBackAfterADrainNotEarlierThanAsked) {
  start();
  run_until_connected();
  gateway.send(scripted_gateway::event("drain", R"({"reconnect_after_seconds":30})"));
  run_for(1s);
  gateway.end(connect_reply::then::finish);
  const duration ended = since_start();
  run_until_connected(2);
  EXPECT_GE(since_start() - ended, 30s);
  EXPECT_LE(since_start() - ended, 46s);
}

TEST_F(RunAgent, SurvivesAThousandCleanEndsWithoutAStorm) {
  gateway.connects = {
      connect_reply{.body = scripted_gateway::connected(), .after = connect_reply::then::finish}};
  start();
  run_until([&] { return gateway.connect_requests.size() == 1'001; }, 24h);
  std::vector<duration> pauses;
  for (std::size_t index = 1; index < gateway.connect_requests.size(); ++index)
    pauses.push_back(gateway.connect_requests[index].at - gateway.connect_requests[index - 1].at);
  std::ranges::sort(pauses);
  EXPECT_GT(pauses[pauses.size() / 2], 10s) << "the count never resets for streams this short";
  EXPECT_LE(pauses.back(), 61s);
}

TEST_F(RunAgent, IsBackWithinAMinuteAfterADayOfOutage) {
  start();
  run_until_connected();
  gateway.stop_listening();
  gateway.end(connect_reply::then::rst);
  run_for(24h);
  EXPECT_FALSE(exit);
  bring_gateway_back();
  const duration recovered = since_start();
  run_until_connected(2);
  EXPECT_LE(since_start() - recovered, 60s);
}

TEST_F(RunAgent, KeepsOneStreamAndOneDialAtATime) {
  start();
  run_until_connected();
  for (int round = 0; round < 20; ++round) {
    gateway.end(round % 2 == 0 ? connect_reply::then::rst : connect_reply::then::finish);
    run_until_connected(static_cast<std::size_t>(round) + 2);
    EXPECT_EQ(gateway.open_streams(), 1u);
  }
}

TEST_F(RunAgent, SendsTheLastEventIdOnReconnect) {
  start();
  run_until_connected();
  gateway.send("id: 42\n" + scripted_gateway::heartbeat());
  run_for(1s);
  gateway.end(connect_reply::then::finish);
  run_until_connected(2);
  EXPECT_FALSE(gateway.connect_requests[0].headers.contains("last-event-id"));
  EXPECT_EQ(gateway.connect_requests[1].headers.at("last-event-id"), "42");
}

TEST_F(RunAgent, DropsAnEventOverTheLimitAndComesBack) {
  start([](agent_options& options) { options.policy.session.event_bytes_max = 1'000; });
  run_until_connected();
  gateway.send("data: " + std::string(2'000, 'x'));
  run_until([&] { return events.count("disconnected") == 1; });
  EXPECT_NE(events.last("disconnected").find("reason=event_too_large"), std::string::npos);
  run_until_connected(2);
}

TEST_F(RunAgent, SkipsEventsItCannotReadAndGoesOn) {
  start();
  run_until_connected();
  gateway.send(scripted_gateway::event("command", "not json") + scripted_gateway::event("command", "[]") +
               scripted_gateway::event("surprise", "{}") +
               scripted_gateway::event("cancel", R"({"request_id":"nobody"})") +
               scripted_gateway::command("r1", "list_namespaces"));
  EXPECT_EQ(run_until_answered()["ok"], true);
  EXPECT_EQ(events.count("event_skipped"), 2u);
  EXPECT_EQ(events.count("disconnected"), 0u);
}

TEST_F(RunAgent, IgnoresCommandsBeforeConnected) {
  gateway.connects = {
      connect_reply{.body = scripted_gateway::command("r1", "list_pods") + scripted_gateway::connected()}};
  start();
  run_until_connected();
  run_for(5s);
  EXPECT_EQ(kube.count("/pods"), 0u);
  EXPECT_TRUE(gateway.answers.empty());
  EXPECT_EQ(events.count("event_skipped"), 1u);
}

TEST_F(RunAgent, GathersMetadataAtMostOnceInTenMinutes) {
  gateway.connects = {
      connect_reply{.body = scripted_gateway::connected(), .after = connect_reply::then::finish}};
  start();
  run_for(30min);
  EXPECT_GT(gateway.connect_requests.size(), 30u);
  EXPECT_LE(kube.count("/version"), 4u);
  EXPECT_GE(kube.count("/version"), 3u);
}

TEST_F(RunAgent, PostsHeartbeatsWhileConnected) {
  start();
  run_until_connected();
  beat_for(3min);
  EXPECT_EQ(gateway.heartbeats.size(), 3u);
  EXPECT_EQ(gateway.heartbeats[0].headers.at("authorization"), "Bearer " + key_text);
}

TEST_F(RunAgent, RefusesPlainHttpAndDialsNothing) {
  start([](agent_options& options) { options.gateway_url = "http://gateway/gateway"; });
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 2);
  EXPECT_EQ(gateway.accepted.size() + kube.requests.size(), 0u);
  EXPECT_NE(events.last("configuration_invalid").find("https"), std::string::npos);
}

TEST_F(RunAgent, RefusesAuthoritiesThatAreNoPem) {
  start([](agent_options& options) { options.gateway_authorities_pem = "nonsense"; });
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 2);
  EXPECT_EQ(gateway.accepted.size(), 0u);
}

TEST_F(RunAgent, TrustsNobodyButTheGivenAuthority) {
  start([](agent_options& options) {
    options.gateway_authorities_pem = options.kubernetes.authorities_pem;
    options.gateway_url = "https://kube:6443/gateway";
    options.kubernetes.server_url = "https://gateway";
  });
  run_for(5s);
  EXPECT_EQ(events.count("connected_to_gateway"), 0u) << "that server is no gateway";
  EXPECT_GE(events.count("connect_failed"), 1u);
}

/// A server that takes connections, reads, and never says a word.
class silent_server {
 public:
  silent_server(runtime::host& on, runtime::task_group& tasks) : host_{on}, tasks_{tasks} {}
  runtime::task<void> run(runtime::endpoint at) {
    auto made = co_await host_.network().listen(at, nullptr);
    for (;;) {
      auto one = co_await (*made)->accept();
      if (!one) co_return;
      tasks_.spawn("silent", hold(std::move(*one)));
    }
  }
  std::size_t open = 0, open_max = 0, accepted = 0;

 private:
  runtime::task<void> hold(std::unique_ptr<runtime::byte_stream> on) {
    ++accepted;
    open_max = std::max(open_max, ++open);
    std::array<char, 1024> bytes{};
    auto count = co_await on->read_some(bytes);
    while (count) count = co_await on->read_some(bytes);
    --open;
  }
  runtime::host& host_;
  runtime::task_group& tasks_;
};

TEST_F(RunAgent, NeverDialsBesideADialThatHangs) {
  silent_server silent{gateway_host, gateway_tasks};
  gateway_tasks.spawn("silent", silent.run({"", 8443}));
  start([](agent_options& options) { options.gateway_url = "https://gateway:8443/gateway"; });
  run_for(2h);
  EXPECT_GT(silent.accepted, 90u);
  EXPECT_EQ(silent.open_max, 1u);
}

/// Each step of the way to a stream fails once, or for ever, in each way there is.
struct failing_step {
  const char* name;
  greeting how;
  duration noticed_within;
};

class FailingSteps : public agent_world, public testing::WithParamInterface<failing_step> {};

TEST_P(FailingSteps, OnceIsRetriedWithinTheFirstEnvelope) {
  gateway.greetings = {GetParam().how, greeting::serve};
  start();
  run_until_connected();
  EXPECT_LE(since_start(), GetParam().noticed_within + 2s + 200ms);
  EXPECT_EQ(events.count("connect_failed"), 1u);
  EXPECT_FALSE(exit);
}

TEST_P(FailingSteps, ForEverIsRetriedForEverUnderTheCap) {
  gateway.greetings = {GetParam().how};
  start();
  run_for(2h);
  EXPECT_FALSE(exit);
  EXPECT_EQ(events.count("readiness"), 0u);
  const auto& seen = gateway.accepted;
  EXPECT_GT(seen.size(), 90u);
  EXPECT_LT(seen.size(), 400u);
  for (std::size_t index = 1; index < seen.size(); ++index)
    EXPECT_LE(seen[index] - seen[index - 1], GetParam().noticed_within + 61s);
}

TEST_P(FailingSteps, EndsAtOnceWhenStoppedInIt) {
  gateway.greetings = {GetParam().how};
  start();
  run_for(1500ms);
  stop.request();
  run_until([&] { return exit.has_value(); }, 1s);
  EXPECT_EQ(exit, 0);
  const std::size_t dials = gateway.accepted.size();
  run_for(1h);
  EXPECT_EQ(gateway.accepted.size(), dials);
}

TEST_P(FailingSteps, EndsWhenKilledInIt) {
  gateway.greetings = {GetParam().how};
  start();
  run_for(1500ms);
  agent_host.kill(sim::kill_mode::rst);
  EXPECT_TRUE(world.run_until_ended(agent_host).empty());
}

INSTANTIATE_TEST_SUITE_P(Gateway, FailingSteps,
                         testing::Values(failing_step{"reset_at_accept", greeting::reset_at_accept, 0s},
                                         failing_step{"close_at_accept", greeting::close_at_accept, 0s},
                                         failing_step{"stall_handshake", greeting::stall_handshake, 10s},
                                         failing_step{"reset_after_tls", greeting::reset_after_tls, 0s},
                                         failing_step{"stall_after_request", greeting::stall_after_request,
                                                      15s}),
                         [](const auto& one) { return one.param.name; });

TEST_F(RunAgent, RetriesWhenNothingListens) {
  run_for(1ms);
  gateway.stop_listening();
  start();
  run_for(10s);
  EXPECT_NE(events.last("connect_failed").find("reason=dial_failed"), std::string::npos);
  EXPECT_FALSE(exit);
}

}  // namespace
}  // namespace kitfox::agent::test
