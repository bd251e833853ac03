// How long a gateway waits for a caller, and how much of its audit it keeps when it opens its stores itself.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "gateway/audit_store.hpp"
#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::mono_time;
using runtime::task;

using caller_line = std::unique_ptr<runtime::byte_stream>;

/// A connection to the callers' listener that has sent `bytes`.
task<caller_line> say(gateway_rig& rig, std::string bytes) {
  const runtime::endpoint to{"gateway", rig.program->caller_port()};
  auto dialled = co_await rig.script_host->network().dial(to, nullptr);
  EXPECT_TRUE(dialled.has_value());
  EXPECT_FALSE(co_await dialled.value()->write(bytes));
  co_return std::move(dialled.value());
}

task<void> ask_once(gateway_rig& rig, duration& idle) {
  const caller_line made = co_await say(rig, "GET /health HTTP/1.1\r\nHost: g\r\n\r\n");
  char bytes[4096];
  const auto answer = co_await made->read_some(bytes);
  EXPECT_TRUE(answer.has_value());
  const mono_time answered = rig.now();
  const auto end = co_await made->read_some(bytes);
  EXPECT_EQ(end.error(), runtime::errc::end_of_stream);
  idle = rig.now() - answered;
}

TEST(GatewayPatience, ClosesAConnectionThatWasIdleForIdleTimeout) {
  gateway_rig rig;
  rig.options.limits.idle_timeout = 7s;
  duration idle{0};
  rig.run([&](gateway_rig& in) { return ask_once(in, idle); });
  EXPECT_EQ(idle, 7s);
}

/// Leaves a caller behind for whom more bytes wait than the path holds.
task<void> leave_an_answer_unread(gateway_rig& rig, caller_line& unread, mono_time& told_to_stop) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  const std::string body = R"({"command":"list_pods","cluster_id":")" + prod.id + "\"}";
  unread = co_await say(
      rig, "POST /internal/execute HTTP/1.1\r\nHost: g\r\nX-Internal-Service: " + std::string{acme_secret} +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  if (!command) co_return;
  const std::string padding(1'000'000, 'x');
  EXPECT_EQ(co_await agent.respond(command->id, R"({"ok":true,"result":{"p":")" + padding +
                                                    R"("},"request_id":")" + command->id + "\"}"),
            200);
  co_await agent.leave();
  co_await rig.sleep(1s);
  told_to_stop = rig.gateway_host->clock().now();
  rig.stop->request();
}

TEST(GatewayPatience, EndsItsStopAfterLastAnswersTimeoutAlthoughACallerDoesNotRead) {
  gateway_rig rig;
  rig.options.limits.last_answers_timeout = 6s;
  rig.options.limits.write_timeout = 60s;
  caller_line unread;
  mono_time told_to_stop{};
  rig.run([&](gateway_rig& in) { return leave_an_answer_unread(in, unread, told_to_stop); });
  EXPECT_EQ(rig.stopped_at - told_to_stop, 6s);
}

task<void> run_with_stores_of_its_own(gateway_rig& rig, std::string audit_path, int& code) {
  code = co_await run_gateway(*rig.gateway_host, rig.options, ":memory:", audit_path, *rig.stop);
}

task<void> be_refused_thrice(gateway_rig& rig) {
  for (int stranger = 0; stranger < 3; ++stranger) {
    runtime::http::request connect;
    connect.target = "/agent/connect";
    const auto refused = co_await rig.send(std::move(connect), rig.options.agent_listen.port);
    EXPECT_EQ(refused.status, 401);
    co_await rig.sleep(1s);
  }
  rig.stop->request();
}

TEST(GatewayStores, KeepNoMoreAuditRecordsThanAuditRecordsMax) {
  const auto path = std::filesystem::temp_directory_path() / ("kitfox-audit-" + std::to_string(getpid()));
  gateway_rig rig;
  rig.options.limits.audit_records_max = 2;
  int code = -1;
  runtime::task_group running{*rig.gateway_host};
  running.spawn("gateway", run_with_stores_of_its_own(rig, path.string(), code));
  const auto limit = rig.world.now() + 1h;
  ASSERT_TRUE(rig.world.run(*rig.script_host, "script", be_refused_thrice(rig), limit).done());
  ASSERT_TRUE(rig.world.run_until([&] { return running.size() == 0; }, limit).done());
  EXPECT_EQ(code, 0);
  const auto kept = audit_store::open_to_read(path.string());
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept.value()->read(0, 10).value().size(), 2u);
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + part);
}

}  // namespace
}  // namespace kitfox::gateway::test
