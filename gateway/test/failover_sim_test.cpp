#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

class Failover : public testing::Test {
 protected:
  gateway_rig rig_;
};

task<void> execute_into(gateway_rig& rig, std::string cluster, std::string more,
                        runtime::http::response& out) {
  out = co_await rig.execute(std::move(cluster), std::move(more));
}

task<void> silent_agent(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent left{rig, prod.key, "left"}, silent{rig, prod.key, "silent"};
  EXPECT_EQ(co_await left.connect(), 200);
  EXPECT_EQ(co_await silent.connect(), 200);
  EXPECT_EQ(member((co_await rig.execute(prod.id, ",\"timeout\":2")).body, "error_code"), "timeout");
  const auto unanswered = co_await silent.next("command");
  EXPECT_TRUE(unanswered.has_value());
  // The next command goes to the other one, and so does every further one.
  for (int round = 0; round < 3; ++round) {
    runtime::http::response answer;
    rig.beside(execute_into(rig, prod.id, ",\"timeout\":2", answer));
    const auto command = co_await left.next("command");
    EXPECT_TRUE(command.has_value());
    EXPECT_EQ(co_await left.respond(command->id), 200);
    co_await rig.join();
    EXPECT_EQ(member(answer.body, "ok"), "true");
  }
  // A heartbeat says who has the key, and both have it; an answer, even a late one, says whose it is.
  EXPECT_EQ(co_await silent.post("/agent/heartbeat", ""), 200);
  EXPECT_EQ(member((co_await rig.execute(prod.id, ",\"timeout\":1")).body, "error_code"), "timeout");
  EXPECT_EQ(left.count("command"), 4u);
  EXPECT_EQ(co_await silent.respond(unanswered->id), 410);
  EXPECT_EQ(member((co_await rig.execute(prod.id, ",\"timeout\":1")).body, "error_code"), "timeout");
  EXPECT_EQ(silent.count("command"), 2u);
  co_await left.leave();
  co_await silent.leave();
}
TEST_F(Failover, AStreamThatDoesNotAnswerIsLeftAsideUntilItsAgentShowsThatItLives) { rig_.run(silent_agent); }

task<void> lone_agent(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  for (int round = 0; round < 2; ++round)
    EXPECT_EQ(member((co_await rig.execute(prod.id, ",\"timeout\":1")).body, "error_code"), "timeout");
  EXPECT_EQ(agent.count("command"), 2u);
  co_await agent.leave();
}
TEST_F(Failover, AStreamThatDoesNotAnswerIsStillUsedWhereNoOtherIs) { rig_.run(lone_agent); }

}  // namespace
}  // namespace kitfox::gateway::test
