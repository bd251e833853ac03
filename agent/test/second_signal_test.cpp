// The program itself, told to stop a second time while it still waits for a command to end.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent/test/scripted_gateway.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/real_host.hpp"
#include "runtime/test/running_program.hpp"

namespace kitfox::agent::test {
namespace {

using runtime::task;

class SecondSignal : public testing::Test {
 protected:
  SecondSignal() { std::filesystem::create_directories(folder_); }
  ~SecondSignal() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream{folder_ + "/" + name} << content;
    return folder_ + "/" + name;
  }
  runtime::child_options agent_of(const pki::authority& trusted, std::uint16_t gateway_port,
                                  std::uint16_t kube_port) const {
    const std::string kubeconfig =
        file("kubeconfig",
             "kind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"
             "clusters: [{name: k, cluster: {server: 'https://127.0.0.1:" +
                 std::to_string(kube_port) + "'}}]\nusers: [{name: u, user: {token: t}}]\n");
    runtime::child_options how;
    how.command = {KITFOX_AGENT,
                   "--gateway-url",
                   "https://127.0.0.1:" + std::to_string(gateway_port),
                   "--ca-file",
                   file("ca.pem", trusted.certificate_pem()),
                   "--kubeconfig",
                   kubeconfig,
                   "--health-file",
                   ""};
    how.environment = {{"INCIDENTFOX_API_KEY", "ixfx_k8s_test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}};
    return how;
  }
  task<int> told_twice();

  const std::string folder_ = testing::TempDir() + "/kitfox_second_signal_" + std::to_string(getpid());
  runtime::no_events events_;
  std::unique_ptr<runtime::real_host> host_ = runtime::real_host::make(events_);
};

task<int> SecondSignal::told_twice() {
  const pki::authority authority;
  const pki::identity identity = authority.issue("127.0.0.1");
  const runtime::tls_server_options presented{identity.certificate_pem, identity.private_key_pem, {}};
  const runtime::endpoint anywhere{"127.0.0.1", 0};
  // An API server at which connections wait for ever.
  const auto deaf = co_await host_->network().listen(anywhere, nullptr);
  runtime::task_group tasks{*host_};
  scripted_gateway gateway{*host_, tasks};
  tasks.spawn("gateway", gateway.run(anywhere, host_->network().make_tls_server(presented).value()));
  while (gateway.port() == 0) {
    if (co_await gateway.changed()) co_return -1;
  }
  runtime::test::running_program agent{*host_,
                                       agent_of(authority, gateway.port(), deaf.value()->local().port)};
  while (gateway.open_streams() == 0) {
    if (co_await gateway.changed()) co_return -1;
  }
  gateway.send(scripted_gateway::command("r1", "list_pods"));
  static_cast<void>(co_await agent.line_with("\"command_received\""));
  agent.send_signal(SIGTERM);
  static_cast<void>(co_await agent.line_with("\"draining\""));
  agent.send_signal(SIGTERM);
  const int code = co_await agent.ended();
  tasks.cancel();
  co_await tasks.join();
  co_return code;
}

TEST_F(SecondSignal, EndsTheAgentAtOnce) { EXPECT_EQ(host_->run(told_twice()), 128 + SIGTERM); }

}  // namespace
}  // namespace kitfox::agent::test
