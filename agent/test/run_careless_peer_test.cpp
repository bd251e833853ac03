// The whole agent in virtual time: a gateway whose messages are not all as they should be.
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using namespace std::chrono_literals;

class RunCarelessPeer : public agent_world {};

TEST_F(RunCarelessPeer, AnswersACommandOfWhichOnlyTheIdCanBeRead) {
  start();
  run_until_connected();
  const std::string bad = scripted_gateway::event(
      "command", R"({"request_id":"r1","command":"list_pods","params":[],"timeout":30})");
  gateway.send(bad);
  const nlohmann::json answer = run_until_answered();
  EXPECT_EQ(answer["request_id"], "r1");
  EXPECT_EQ(answer["error_code"], "invalid");
  EXPECT_EQ(answer["error"], "/params: expected an object, got an array");
  gateway.send(bad);
  EXPECT_EQ(run_until_answered(2), answer) << "a repeat gets the same answer";
  EXPECT_EQ(events.count("event_skipped"), 2u);
  EXPECT_EQ(kube.count("/pods"), 0u);
}

TEST_F(RunCarelessPeer, TakesWhatItMayIgnoreForAbsent) {
  gateway.connects = {
      connect_reply{.body = scripted_gateway::connected(R"(,"heartbeat_interval_seconds":0)")}};
  start();
  run_until_connected();
  gateway.send(scripted_gateway::event(
      "command", R"({"request_id":"r1","command":"list_namespaces","timeout":600,"deadline":"soon"})"));
  EXPECT_EQ(run_until_answered()["ok"], true);
  gateway.send(scripted_gateway::event("drain", R"({"reconnect_after_seconds":600})"));
  run_for(1s);
  gateway.end(connect_reply::then::finish);
  run_until([&] { return events.count("disconnected") == 1; });
  const std::string told = events.last("disconnected");
  const double pause = std::stod(told.substr(told.find("retry_in_seconds=") + 17));
  EXPECT_GE(pause, 300.0);
  EXPECT_LE(pause, 600.0);
  EXPECT_EQ(events.count("event_skipped"), 0u);
}

}  // namespace
}  // namespace kitfox::agent::test
