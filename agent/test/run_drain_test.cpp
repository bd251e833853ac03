// The whole agent in virtual time: how it ends with commands under way.
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using runtime::duration;
using namespace std::chrono_literals;

class RunDrain : public agent_world {};

TEST_F(RunDrain, FinishesWhatRunsWhenAskedToStop) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 5);
  run_for(1s);
  stop.request();
  run_for(1s);
  send("r2", "list_pods");
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 0);
  EXPECT_EQ(answer_of("r1")["error_code"], "timeout");
  EXPECT_EQ(answer_of("r2")["error_code"], "unavailable") << "no new commands";
  EXPECT_LE(*exited_at, 7s);
  EXPECT_EQ(events.last("readiness"), "readiness ready=false");
}

// A stop is told once where there is something to tell, and is no fault of the stream.
TEST_F(RunDrain, AStopWhileConnectedIsOneDisconnectThatSaysSo) {
  connect();
  stop.request();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(events.count("disconnected"), 1u);
  EXPECT_EQ(events.last("disconnected"), "disconnected cluster_name=prod cluster_id=c1 reason=stopping");
  EXPECT_EQ(events.count("connect_failed"), 0u);
}

TEST_F(RunDrain, AStopWhileItWaitsToDialIsNoFurtherDisconnect) {
  connect();
  gateway.stop_listening();
  gateway.end(connect_reply::then::rst);
  run_until([&] { return events.count("disconnected") == 1; });
  const std::string told = events.last("disconnected");
  stop.request();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(events.count("disconnected"), 1u);
  EXPECT_EQ(events.last("disconnected"), told);
  EXPECT_EQ(events.count("connect_failed"), 0u);
}

TEST_F(RunDrain, AStopBeforeTheStreamIsConfirmedIsNoFailedConnect) {
  gateway.connects = {connect_reply{}};
  start();
  run_until([&] { return gateway.open_streams() == 1; });
  run_for(1s);
  stop.request();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(events.count("disconnected"), 0u);
  EXPECT_EQ(events.count("connect_failed"), 0u);
}

TEST_F(RunDrain, DeliversTheResultOfWhatRunsAndOnlyThenEnds) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 60);
  run_for(1s);
  stop.request();
  run_for(9s);
  EXPECT_FALSE(exit) << "it waits for the API server";
  EXPECT_EQ(gateway.open_streams(), 1u) << "and keeps its stream, so that the gateway knows";
  kube.let_go();
  const nlohmann::json body = run_until_answered();
  EXPECT_EQ(body["ok"], true);
  EXPECT_EQ(body["result"]["pod_count"], 1);
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 0);
  EXPECT_EQ(events.count("drain_incomplete"), 0u);
}

TEST_F(RunDrain, FinishesWhatRunsWhenTheGatewaySendsItAway) {
  make_slow();
  connect();
  send("r1", "list_pods", slow, 60);
  run_for(1s);
  gateway.connects = {connect_reply{.status = 204}};
  gateway.end(connect_reply::then::fin);
  run_until([&] { return gateway.connect_requests.size() == 2; });
  run_for(5s);
  EXPECT_FALSE(exit) << "a command is still under way";
  kube.let_go();
  EXPECT_EQ(run_until_answered()["ok"], true);
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 4);
}

TEST_F(RunDrain, DeliversAnAnswerUnderRetryWhenTheGatewaySendsItAway) {
  connect();
  gateway.posts = {post_reply{.status = 503, .headers = "Retry-After: 12\r\n"}, post_reply{}};
  send("r1", "list_pods", "{}", 60);
  run_until_answered();
  gateway.connects = {connect_reply{.status = 204}};
  gateway.end(connect_reply::then::fin);
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 4);
  EXPECT_EQ(gateway.answers.size(), 2u);
  EXPECT_EQ(events.count("answer_undelivered"), 0u);
}

TEST_F(RunDrain, CancelsWhatDoesNotEndInTimeAndStillAnswers) {
  make_slow();
  connect([](agent_options& options) { options.policy.commands.workers = 1; });
  send("runs", "list_pods", slow, 300);
  send("waits", "list_pods", slow, 300);
  run_for(1s);
  const duration asked = since_start();
  stop.request();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 0);
  EXPECT_EQ(answer_of("runs")["error_code"], "cancelled");
  EXPECT_EQ(answer_of("waits")["error_code"], "cancelled");
  EXPECT_LE(*exited_at - asked, 25s);
  EXPECT_GE(*exited_at - asked, 23s);
}

TEST_F(RunDrain, StopsAtOnceWhenIdle) {
  connect();
  const duration asked = since_start();
  stop.request();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 0);
  EXPECT_EQ(*exited_at, asked);
  for (int beat = 0; beat < 2; ++beat) {
    gateway.send(scripted_gateway::heartbeat());
    run_for(1s);
  }
  EXPECT_EQ(gateway.open_streams(), 0u) << "the gateway sees the end when it writes";
}

TEST_F(RunDrain, EndsInTimeThoughNoAnswerGetsThrough) {
  connect();
  gateway.posts = {post_reply{.kind = post_reply::how::swallow}};
  send("r1", "list_pods", "{}", 300);
  run_for(1s);
  const duration asked = since_start();
  stop.request();
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit, 0);
  EXPECT_LE(*exited_at - asked, 25s);
  EXPECT_EQ(events.count("drain_incomplete"), 1u);
}

TEST_F(RunDrain, LeavesNothingBehindWhenKilledAtWork) {
  make_slow();
  connect();
  for (int index = 0; index < 20; ++index) send("r" + std::to_string(index), "list_pods", slow, 300);
  run_for(1s);
  agent_host.kill(sim::kill_mode::fin);
  EXPECT_TRUE(world.run_until_ended(agent_host).empty());
  run_for(1s);
  EXPECT_EQ(kube.hanging, 0u);
}

}  // namespace
}  // namespace kitfox::agent::test
