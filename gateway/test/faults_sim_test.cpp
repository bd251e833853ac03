#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

/// Bytes of a request up to a point, then the connection ends in one of these ways.
enum class cut { fin, rst, silence };

std::string connect_request(const issued_cluster& cluster) {
  return "GET /agent/connect?instance_id=cut HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + cluster.key +
         "\r\n\r\n";
}

std::string response_request(const issued_cluster& cluster, const std::string& request_id) {
  const std::string body = "{\"request_id\":\"" + request_id + "\",\"ok\":true,\"result\":{}}";
  return "POST /agent/response/" + request_id + " HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " +
         cluster.key + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

task<void> send_part(gateway_rig& rig, std::uint16_t port, std::string part, cut how) {
  const runtime::endpoint to{"gateway", port};
  auto dialled = co_await rig.script_host->network().dial(to, nullptr);
  EXPECT_TRUE(dialled.has_value());
  if (!part.empty()) {
    EXPECT_FALSE(co_await dialled.value()->write(part));
  }
  co_await rig.sleep(5ms);
  switch (how) {
    case cut::fin:
      dialled.value()->close();
      break;
    case cut::rst:
      dialled.value()->reset();
      break;
    case cut::silence:
      co_await rig.sleep(3min);
      break;
  }
}

class Faults : public testing::TestWithParam<cut> {
 protected:
  gateway_rig rig_;
};

task<void> connect_cut_everywhere(gateway_rig& rig, cut how) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const std::string whole = connect_request(prod);
  for (std::size_t size = 0; size <= whole.size(); ++size)
    rig.beside(send_part(rig, rig.program->agent_port(), whole.substr(0, size), how));
  co_await rig.join();
  co_await rig.sleep(1s);
  EXPECT_EQ(co_await rig.metric("kitfox_gateway_connected"), "0");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  EXPECT_TRUE((co_await agent.next("connected")).has_value());
  co_await agent.leave();
}
TEST_P(Faults, AConnectThatIsCutAnywhereLeavesNothing) {
  const cut how = GetParam();
  rig_.run([how](gateway_rig& rig) { return connect_cut_everywhere(rig, how); });
}

task<void> execute_into(gateway_rig& rig, std::string cluster, runtime::http::response& out) {
  out = co_await rig.execute(std::move(cluster), ",\"timeout\":300");
}

task<void> response_cut_everywhere(gateway_rig& rig, cut how) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  runtime::http::response outcome;
  rig.beside(execute_into(rig, prod.id, outcome));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  const std::string whole = response_request(prod, command->id);
  runtime::task_group cuts{*rig.script_host};
  for (std::size_t size = 0; size < whole.size(); ++size)
    cuts.spawn("cut", send_part(rig, rig.program->agent_port(), whole.substr(0, size), how));
  co_await cuts.join();
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.body, "");  // nothing of all that counted as an answer
  EXPECT_TRUE(agent.open());
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await rig.join();
  EXPECT_EQ(member(outcome.body, "ok"), "true");
  co_await agent.leave();
}
TEST_P(Faults, AResponseThatIsCutAnywhereCountsForNothing) {
  const cut how = GetParam();
  rig_.run([how](gateway_rig& rig) { return response_cut_everywhere(rig, how); });
}

INSTANTIATE_TEST_SUITE_P(
    Cuts, Faults, testing::Values(cut::fin, cut::rst, cut::silence), [](const auto& one) {
      return std::string{one.param == cut::fin ? "Fin" : one.param == cut::rst ? "Rst" : "Silence"};
    });

/// Agents come and go and commands flow until somebody stops it.
task<void> busy_script(gateway_rig& rig, const issued_cluster& prod, bool& stopped) {
  for (int round = 0; !stopped && round < 50; ++round) {
    test_agent a{rig, prod.key, "a"}, b{rig, prod.key, "b"};
    static_cast<void>(co_await a.connect());
    static_cast<void>(co_await b.connect());
    runtime::http::response outcome;
    runtime::task_group call{*rig.script_host};
    call.spawn("call", execute_into(rig, prod.id, outcome));
    const auto command = co_await b.next("command", 100ms);
    if (command) static_cast<void>(co_await b.respond(command->id));
    co_await b.leave();
    co_await a.leave();
    call.cancel();
    co_await call.join();
  }
}

task<void> create_into(gateway_rig& rig, issued_cluster& made) { made = co_await rig.create_cluster("prod"); }

/// The gateway's process is killed after so many steps: all its tasks must end by themselves.
void kill_after(std::uint64_t steps, sim::kill_mode mode) {
  gateway_rig rig;
  bool stopped = false;
  runtime::task_group script{*rig.script_host};
  rig.start();
  issued_cluster prod;
  EXPECT_TRUE(rig.world.run(*rig.script_host, "create", create_into(rig, prod)).done());
  script.spawn("busy", busy_script(rig, prod, stopped));
  const std::uint64_t from = rig.world.steps();
  static_cast<void>(
      rig.world.run_until([&] { return rig.world.steps() - from >= steps; }, rig.world.now() + 1h));
  rig.gateway_host->kill(mode);
  EXPECT_THAT(rig.world.run_until_ended(*rig.gateway_host), testing::IsEmpty())
      << "after " << steps << " steps";
  stopped = true;
  EXPECT_TRUE(rig.world.run_until([&] { return script.size() == 0; }, rig.world.now() + 24h).done());
}

TEST(Kill, AGatewayKilledAtAnyMomentLeavesNoTask) {
  for (std::uint64_t steps = 1; steps < 1200; steps += 13) kill_after(steps, sim::kill_mode::fin);
  for (std::uint64_t steps = 3; steps < 1200; steps += 101) kill_after(steps, sim::kill_mode::rst);
}

task<void> after_restart(gateway_rig& rig, issued_cluster& made) {
  test_agent agent{rig, made.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  co_await agent.leave();
}
TEST(Restart, ANewGatewayOverTheSameStoresKnowsItsKeysAndGoesOnWithTheAudit) {
  gateway_rig rig;
  issued_cluster made;
  rig.run([&made](gateway_rig& in) { return create_into(in, made); });
  const std::size_t lines = rig.audit->lines.size();
  rig.prepare_again();
  rig.run([&made](gateway_rig& in) { return after_restart(in, made); });
  EXPECT_GT(rig.audit->lines.size(), lines);
}

task<void> deterministic(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  for (int round = 0; round < 5; ++round) {
    runtime::http::response outcome;
    rig.beside(execute_into(rig, prod.id, outcome));
    const auto command = co_await agent.next("command");
    EXPECT_EQ(co_await agent.respond(command->id), 200);
    co_await rig.join();
  }
  co_await rig.sleep(3h);
  co_await agent.leave();
}
TEST(Determinism, TheSameSeedGivesTheSameTrace) {
  std::uint64_t hashes[2] = {};
  for (std::uint64_t& hash : hashes) {
    gateway_rig rig;
    rig.run(deterministic);
    hash = rig.world.trace().hash();
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

}  // namespace
}  // namespace kitfox::gateway::test
