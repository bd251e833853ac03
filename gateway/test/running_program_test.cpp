// The real program while it runs: what it shows, keeps and takes, and how it ends.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "gateway/test/program_fixture.hpp"
#include "protocol/sse_decoder.hpp"
#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"
#include "runtime/real_host.hpp"
#include "runtime/task_group.hpp"
#include "runtime/test/running_program.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::error_code;
using runtime::task;
using runtime::http::request;
using runtime::http::response;
using testing::HasSubstr;

constexpr const char* secret = "secret-of-the-callers-of-acme";

class RunningProgram : public program_fixture {
 protected:
  using client = runtime::http::client_connection;

  void SetUp() override {
    program_fixture::SetUp();
    const std::string scope = R"("role":"admin","org_id":"acme","team_node_id":"payments")";
    write("credentials.json",
          R"({"credentials":[{"name":"acme","secret":")" + std::string{secret} + "\"," + scope + "}]}");
    complete_.push_back("KITFOX_GATEWAY_CREDENTIALS_FILE=" + path("credentials.json"));
    trust_ = trust_in(authority_);
  }
  void start(std::vector<std::string> arguments) {
    program_.emplace(*host_, start_with(std::move(arguments)));
  }
  /// Waits until it listens, and learns its ports.
  task<void> listening() {
    const std::string line = co_await program_->line_with("\"listening\"");
    const auto said = nlohmann::json::parse(line, nullptr, false);
    if (!said.is_object()) co_return;
    agent_port_ = said.value("agent_port", std::uint16_t{0});
    caller_port_ = said.value("caller_port", std::uint16_t{0});
  }
  std::shared_ptr<runtime::tls_client> trust_in(const pki::authority& whom) {
    runtime::tls_client_options options;
    options.authorities_pem = whom.certificate_pem();
    return host_->network().make_tls_client(options).value();
  }
  task<std::optional<client>> dial(std::uint16_t port, std::shared_ptr<runtime::tls_client> trust) {
    const runtime::endpoint to{"127.0.0.1", port};
    auto made = co_await host_->network().dial(to, std::move(trust));
    if (made.has_error()) co_return std::nullopt;
    co_return client{std::move(made.value()), runtime::http::limits{}};
  }
  task<response> send(request message, std::uint16_t port) {
    response answer;
    answer.status = 0;
    auto on = co_await dial(port, trust_);
    if (!on) co_return answer;
    message.headers.add("Host", "gateway");
    auto got = co_await on->roundtrip(std::move(message));
    on->close();
    if (got) answer = std::move(got.value());
    co_return answer;
  }
  task<response> call(std::string target, std::string body) {
    request message;
    message.method = "POST";
    message.target = std::move(target);
    message.body = std::move(body);
    message.headers.add("X-Internal-Service", secret);
    co_return co_await send(std::move(message), caller_port_);
  }
  /// Whether somebody who trusts `whom` alone is content with who answers at `port`.
  task<bool> shows_chain_of(const pki::authority& whom, std::uint16_t port) {
    const auto on = co_await dial(port, trust_in(whom));
    co_return on.has_value();
  }
  task<bool> closes_a_silent_connection(std::uint16_t port);
  task<void> ignored_call(std::string cluster);
  task<bool> receives_a_command(client& stream);

  task<int> starts_and_stops();
  task<int> with_silent_connections();
  task<int> shows(const pki::authority& to_callers);
  task<int> with_a_command_in_flight();
  task<int> refuses_a_stranger();
  task<int> beside_another_at_its_port();

  runtime::no_events events_;
  std::unique_ptr<runtime::real_host> host_ = runtime::real_host::make(events_);
  std::shared_ptr<runtime::tls_client> trust_;  // owners: this, every dial
  std::optional<runtime::test::running_program> program_;
  std::uint16_t agent_port_ = 0, caller_port_ = 0;
};

task<int> RunningProgram::starts_and_stops() {
  co_await listening();
  EXPECT_NE(agent_port_, 0);
  EXPECT_NE(caller_port_, 0);
  static_cast<void>(co_await program_->line_with("\"descriptor_limit\""));
  program_->send_signal(SIGTERM);
  static_cast<void>(co_await program_->line_with("\"stopped\""));
  co_return co_await program_->ended();
}

TEST_F(RunningProgram, ListensUntilItIsToldToStopAndEndsInOrder) {
  start({});
  EXPECT_EQ(host_->run(starts_and_stops()), 0);
  EXPECT_EQ(run({"audit", "--verify"}, complete_), 0);
}

task<error_code> read_to_the_end(runtime::byte_stream& from) {
  char byte = 0;
  const auto got = co_await from.read_some({&byte, 1});
  EXPECT_TRUE(got.has_error());
  co_return error_code{};
}

task<bool> RunningProgram::closes_a_silent_connection(std::uint16_t port) {
  constexpr std::chrono::seconds less_than_the_default{9};
  const runtime::endpoint to{"127.0.0.1", port};
  auto made = co_await host_->network().dial(to, nullptr);
  if (made.has_error()) co_return false;
  runtime::byte_stream& silent = *made.value();
  const error_code open =
      co_await runtime::with_timeout(host_->clock(), less_than_the_default, read_to_the_end(silent));
  co_return !open;
}

task<int> RunningProgram::with_silent_connections() {
  co_await listening();
  for (const std::uint16_t port : {agent_port_, caller_port_}) {
    const bool closed = co_await closes_a_silent_connection(port);
    EXPECT_TRUE(closed) << port;
  }
  program_->send_signal(SIGTERM);
  co_return co_await program_->ended();
}

TEST_F(RunningProgram, ClosesConnectionsThatNeverBeginAHandshake) {
  start({"--handshake-timeout-seconds", "0.2"});
  EXPECT_EQ(host_->run(with_silent_connections()), 0);
}

task<int> RunningProgram::shows(const pki::authority& to_callers) {
  co_await listening();
  const bool own_at_agents = co_await shows_chain_of(authority_, agent_port_);
  const bool own_at_callers = co_await shows_chain_of(authority_, caller_port_);
  const bool other_at_agents = co_await shows_chain_of(to_callers, agent_port_);
  const bool other_at_callers = co_await shows_chain_of(to_callers, caller_port_);
  EXPECT_TRUE(own_at_agents);
  EXPECT_FALSE(own_at_callers);
  EXPECT_FALSE(other_at_agents);
  EXPECT_TRUE(other_at_callers);
  program_->send_signal(SIGTERM);
  co_return co_await program_->ended();
}

TEST_F(RunningProgram, ShowsCallersAChainOfTheirOwnWhereItHasOne) {
  const pki::authority to_callers{"callers"};
  const pki::identity identity = to_callers.issue("127.0.0.1");
  write("callers.pem", identity.certificate_pem);
  write("callers-key.pem", identity.private_key_pem);
  start({"--caller-tls-cert-file", path("callers.pem"), "--caller-tls-key-file", path("callers-key.pem")});
  EXPECT_EQ(host_->run(shows(to_callers)), 0);
}

task<void> RunningProgram::ignored_call(std::string cluster) {
  static_cast<void>(co_await call("/internal/execute",
                                  R"({"command":"list_pods","timeout":60,"cluster_id":")" + cluster + "\"}"));
}

task<bool> RunningProgram::receives_a_command(client& stream) {
  protocol::sse_decoder decoder;
  bool received = false;
  while (!received) {
    const auto bytes = co_await stream.read_body();
    if (!bytes || bytes->empty()) break;
    const auto look = [&](const protocol::sse_event& event) { received |= event.type == "command"; };
    if (decoder.feed(*bytes, look)) break;
  }
  co_return received;
}

task<int> RunningProgram::with_a_command_in_flight() {
  co_await listening();
  const response made = co_await call("/api/v1/team/k8s-clusters", R"({"cluster_name":"prod"})");
  EXPECT_EQ(made.status, 201) << made.body;
  const auto prod = nlohmann::json::parse(made.body, nullptr, false);
  auto stream = co_await dial(agent_port_, trust_);
  if (!stream || made.status != 201) co_return -1;
  request connect;
  connect.target = "/agent/connect?instance_id=one";
  connect.headers.add("Host", "gateway");
  connect.headers.add("Authorization", "Bearer " + prod.value("token", ""));
  const auto head = co_await stream->start(std::move(connect));
  EXPECT_TRUE(head.has_value());
  runtime::task_group calls{*host_};
  calls.spawn("call", ignored_call(prod.value("cluster_id", "")));
  const bool received = co_await receives_a_command(*stream);
  EXPECT_TRUE(received);

  program_->send_signal(SIGTERM);
  static_cast<void>(co_await program_->line_with("\"draining\""));
  program_->send_signal(SIGTERM);
  const int code = co_await program_->ended();
  co_await calls.join();
  co_return code;
}

TEST_F(RunningProgram, EndsAtOnceWhenItIsToldASecondTime) {
  start({});
  EXPECT_EQ(host_->run(with_a_command_in_flight()), 128 + SIGTERM);
}

task<int> RunningProgram::refuses_a_stranger() {
  co_await listening();
  request connect;
  connect.target = "/agent/connect";
  const response refused = co_await send(std::move(connect), agent_port_);
  EXPECT_EQ(refused.status, 401);
  program_->send_signal(SIGTERM);
  co_return co_await program_->ended();
}

TEST_F(RunningProgram, KeepsNoMoreAuditRecordsThanItIsTold) {
  write_audit("gateway.db.audit");
  start({"--audit-records-max", "2"});
  EXPECT_EQ(host_->run(refuses_a_stranger()), 0);
  EXPECT_EQ(run({"audit", "--verify"}, complete_), 0);
  EXPECT_THAT(out(), HasSubstr("2 records, chain holds\n"));
}

task<int> RunningProgram::beside_another_at_its_port() {
  co_await listening();
  const std::string taken = "127.0.0.1:" + std::to_string(agent_port_);
  runtime::test::running_program other{
      *host_, start_with({"--threads", "2", "--agent-listen", taken, "--database", path("other.db")})};
  const std::string why = co_await other.line_with("start_failed");
  EXPECT_THAT(why, HasSubstr("--agent-listen " + taken + ": address unavailable"));
  const int code = co_await other.ended();
  EXPECT_EQ(code, 4);
  program_->send_signal(SIGTERM);
  co_return co_await program_->ended();
}

TEST_F(RunningProgram, LetsNoOtherGatewayHaveItsPortThoughItsThreadsShareIt) {
  start({"--threads", "2"});
  EXPECT_EQ(host_->run(beside_another_at_its_port()), 0);
}

}  // namespace
}  // namespace kitfox::gateway::test
