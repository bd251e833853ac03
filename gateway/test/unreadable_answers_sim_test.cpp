// What becomes of a command whose agent answers what nobody can read.
#include <gtest/gtest.h>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

/// What the caller hears when the agent of its command answers `body`, with `$id` for the request id, and how
/// that is answered.
task<std::string> hear(gateway_rig& rig, const issued_cluster& prod, test_agent& agent, std::string body,
                       int status) {
  running_call call;
  rig.beside(execute_into(rig, prod.id, ",\"timeout\":60", call));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  if (!command) co_return std::string{};
  body.replace(body.find("$id"), 3, command->id);
  EXPECT_EQ(co_await agent.respond(command->id, body), status) << body.substr(0, 100);
  co_await rig.sleep(100ms);
  EXPECT_TRUE(call.done) << "the caller waits for nothing that can come";
  co_await rig.join();
  co_return call.answer.body;
}

task<void> unreadable_answers(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  static constexpr const char* malformed[] = {R"({"request_id":"$id","ok":false,"error":{"code":1}})",
                                              R"({"request_id":"$id","ok":true,"result":[1]})",
                                              R"({"request_id":"$id","ok":true,"result":"text"})",
                                              R"({"request_id":"$id","ok":"yes"})"};
  for (const std::string bad : malformed) {
    const std::string heard = co_await hear(rig, prod, agent, bad, 400);
    EXPECT_EQ(member(heard, "error_code"), "internal") << bad;
    EXPECT_EQ(member(heard, "error"), "the agent's answer was malformed") << bad;
  }
  const std::string unknown =
      R"({"request_id":"$id","ok":false,"error":"no","error_code":"forbidden","error_detail":{"code":0}})";
  const std::string heard = co_await hear(rig, prod, agent, unknown, 200);
  EXPECT_EQ(member(heard, "error_code"), "internal");
  EXPECT_EQ(member(heard, "error"), "no");
  const std::string longer = R"({"request_id":"$id","ok":false,"error":")" + std::string(70'000, 'x') + "\"}";
  EXPECT_EQ(member(co_await hear(rig, prod, agent, longer, 200), "error").size(), 64u * 1024u);
  co_await agent.leave();
}
TEST(UnreadableAnswers, EndTheirCommandsAtOnce) {
  gateway_rig rig;
  rig.run(unreadable_answers);
}

}  // namespace
}  // namespace kitfox::gateway::test
