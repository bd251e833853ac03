// The whole agent in virtual time: what it tells of itself, and what it keeps to itself.
#include "agent/metrics_server.hpp"
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using runtime::duration;
using runtime::http::request;
using namespace std::chrono_literals;

class RunMetrics : public agent_world {
 protected:
  runtime::task<void> take_port(std::unique_ptr<runtime::listener>& into) {
    const runtime::endpoint at{"127.0.0.1", metrics_port};
    auto made = co_await agent_host.network().listen(at, nullptr);
    if (made) into = std::move(*made);
  }
  runtime::task<void> dial_and_keep(std::vector<std::unique_ptr<runtime::byte_stream>>& held) {
    const runtime::endpoint at{"127.0.0.1", metrics_port};
    auto stream = co_await agent_host.network().dial(at, nullptr);
    if (stream) held.push_back(std::move(*stream));
  }
};

TEST_F(RunMetrics, AreServedAsPrometheusText) {
  connect();
  EXPECT_EQ(events.last("metrics_listening"), "metrics_listening port=9100");
  const auto answer = get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("Content-Type"), "text/plain; version=0.0.4");
  EXPECT_NE(answer.body.find("# TYPE kitfox_agent_connected gauge"), std::string::npos) << answer.body;
}

TEST_F(RunMetrics, AnswerForHealthWhateverTheGatewayDoes) {
  gateway.greetings = {greeting::reset_at_accept};
  start();
  run_for(1min);
  const auto answer = get("/healthz");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ok\n");
}

TEST_F(RunMetrics, RefuseOtherPathsAndMethods) {
  connect();
  for (const char* path : {"/", "/metric", "/metrics/", "/healthz/x"})
    EXPECT_EQ(get(path).status, 404) << path;
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const auto answer = get("/metrics", method);
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.get("Allow"), "GET");
  }
  EXPECT_EQ(get("/metrics?x=1").status, 200);
}

TEST_F(RunMetrics, AreNotInTheWayWhenTheirPortIsTaken) {
  std::unique_ptr<runtime::listener> holder;
  const auto listened = world.run(agent_host, "holder", take_port(holder));
  ASSERT_TRUE(listened.done());
  ASSERT_TRUE(holder);
  connect();
  EXPECT_EQ(events.count("metrics_unavailable"), 1u);
  EXPECT_EQ(events.count("metrics_listening"), 0u);
}

TEST_F(RunMetrics, FollowTheStreamThroughLossAndWait) {
  connect();
  run_for(10s);
  EXPECT_EQ(metric("kitfox_agent_connected"), "1");
  EXPECT_EQ(metric("kitfox_agent_backoff_seconds"), "0");
  const double age = std::stod(metric("kitfox_agent_last_byte_age_seconds"));
  EXPECT_GE(age, 10.0);
  EXPECT_LT(age, 10.1);
  gateway.send(scripted_gateway::heartbeat());
  run_for(1s);
  EXPECT_LT(std::stod(metric("kitfox_agent_last_byte_age_seconds")), 1.0);

  gateway.stop_listening();
  gateway.end(connect_reply::then::rst);
  run_until([&] { return events.count("disconnected") == 1; });
  EXPECT_EQ(metric("kitfox_agent_connected"), "0");
  EXPECT_EQ(metric("kitfox_agent_last_byte_age_seconds"), "") << "an age without a stream means nothing";
  const double pause = std::stod(metric("kitfox_agent_backoff_seconds"));
  EXPECT_GT(pause, 0.0);
  EXPECT_LE(pause, 5.0);
  EXPECT_NE(events.last("disconnected").find("retry_in_seconds=" + metric("kitfox_agent_backoff_seconds")),
            std::string::npos)
      << events.last("disconnected");
  EXPECT_EQ(metric("kitfox_agent_reconnects_total{reason=\"connection_lost\"}"), "1");

  bring_gateway_back();
  run_until_connected(2);
  EXPECT_EQ(metric("kitfox_agent_connected"), "1");
  EXPECT_EQ(metric("kitfox_agent_backoff_seconds"), "0");
}

TEST_F(RunMetrics, CountAStopAsNoReconnect) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 60);
  run_for(1s);
  gateway.stop_listening();
  gateway.end(connect_reply::then::rst);
  run_until([&] { return events.count("disconnected") == 1; });
  stop.request();
  run_for(1s);
  ASSERT_FALSE(exit) << "a command is still under way";
  EXPECT_EQ(metric("kitfox_agent_reconnects_total{reason=\"connection_lost\"}"), "1");
  EXPECT_EQ(metric("kitfox_agent_backoff_seconds"), "0");
}

TEST_F(RunMetrics, CountCommandsByOutcomeAndDenialsApartFromRefusedTokens) {
  connect();
  send("r1", "list_pods");
  run_until_answered(1);
  int status = 403;
  kube.answer = [&](const request&) { return scripted_kube::json(status, "{}"); };
  send("r2", "list_pods");
  run_until_answered(2);
  status = 401;
  send("r3", "list_pods");
  EXPECT_EQ(run_until_answered(3)["error_code"], "internal");
  EXPECT_EQ(metric("kitfox_agent_commands_total{code=\"ok\"}"), "1");
  EXPECT_EQ(metric("kitfox_agent_commands_total{code=\"denied\"}"), "1");
  EXPECT_EQ(metric("kitfox_agent_commands_total{code=\"internal\"}"), "1");
  EXPECT_EQ(metric("kitfox_agent_denials_total"), "1");
  EXPECT_EQ(events.count("denied"), 1u);
}

TEST_F(RunMetrics, ServeNoMoreThanTheirLimitOfConnections) {
  connect();
  std::vector<std::unique_ptr<runtime::byte_stream>> held;
  runtime::task_group tasks{agent_host};
  for (std::size_t index = 0; index < metrics_connections_max; ++index)
    tasks.spawn("held", dial_and_keep(held));
  run_for(1s);
  ASSERT_EQ(held.size(), metrics_connections_max);
  EXPECT_EQ(get("/healthz").status, 0) << "closed at once";
  held.clear();
  run_for(1s);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(RunMetrics, AndEventsKeepWhatPeersEchoOfSecrets) {
  const std::string secret = key_text.substr(key_text.find('.') + 1);
  const auto echo = [](const request&) {
    return scripted_kube::json(403,
                               R"({"kind":"Status","reason":"sa-token","message":"no: sa-token is poor"})");
  };
  kube.answer = echo;
  gateway.connects = {connect_reply{
      .body = scripted_gateway::event(
          "connected", R"({"cluster_id":")" + secret + R"(","cluster_name":"of )" + key_text + R"("})")}};
  start();
  run_until_connected();
  EXPECT_NE(events.last("connected_to_gateway").find("cluster_name=of [api key]"), std::string::npos)
      << events.last("connected_to_gateway");
  run_until([&] { return events.count("metadata_incomplete") == 1; });
  send(secret, "list_pods");
  const auto body = run_until_answered();
  EXPECT_EQ(body["error_detail"]["message"], "no: [token] is poor") << "nor does an answer hold it";
  EXPECT_EQ(body["error_detail"]["reason"], "[token]");
  gateway.send(scripted_gateway::event("command", "{\"" + secret + "\":1}") +
               scripted_gateway::event("connected", "{\"x\":\"" + key_text));
  run_until([&] { return events.count("event_skipped") == 2; });
  // TearDown() looks through every event and all metrics.
}

}  // namespace
}  // namespace kitfox::agent::test
