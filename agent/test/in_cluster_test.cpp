// A pod's service account, from its folder to an answer of the API server, in virtual time.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/kube_commands.hpp"
#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/serve_api.hpp"
#include "fakes/sim/certificate.hpp"
#include "fakes/sim/simulation.hpp"

namespace kitfox::agent {
namespace {

using runtime::task;
using namespace std::chrono_literals;

constexpr const char* folder = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The fake API server with its RBAC behind TLS, and a pod with what a kubelet mounts.
class InCluster : public testing::Test {
 protected:
  InCluster() : api_{{}, world_.wall_now()} {
    for (const auto& object : kube::agent_rbac_objects({}))
      EXPECT_TRUE(api_.put(object, world_.wall_now()).has_value());
    tasks_.spawn("kube", serve());
    const std::string mounted = folder;
    disk_.put(mounted + "/token", issue_token());
    disk_.put(mounted + "/ca.crt", sim::print_authority("cluster"));
    pod_.service_host = kube_host_.address();
    pod_.service_port = "443";
  }
  ~InCluster() override { EXPECT_TRUE(world_.shut_down().empty()); }

  [[nodiscard]] std::string issue_token() {
    return api_.issue_token({"incidentfox", "incidentfox-agent"}, world_.wall_now()).value();
  }
  task<void> serve() {
    sim::certificate certificate;
    certificate.hosts = {kube_host_.address()};
    certificate.not_before = world_.wall_now() - 24h;
    certificate.not_after = world_.wall_now() + 24h;
    certificate.issuer = "cluster";
    certificate.serial = 1;
    runtime::tls_server_options options;
    options.certificate_pem = sim::print_certificate(certificate);
    options.private_key_pem = sim::print_private_key(certificate);
    const runtime::endpoint at{"", 443};
    auto made =
        co_await kube_host_.network().listen(at, kube_host_.network().make_tls_server(options).value());
    kube::api_service service{kube_host_, std::move(made.value()), api_};
    co_await service.run();
  }
  command_outcome list_pods() {
    std::string complaint;
    const auto access = find_kube_access(pod_, disk_, complaint);
    EXPECT_TRUE(access.has_value()) << complaint;
    auto client = kube_client::make(agent_host_, *access, disk_, {});
    EXPECT_TRUE(client.has_value());
    std::optional<command_outcome> outcome;
    EXPECT_TRUE(world_.run(agent_host_, "command", run_into(**client, outcome)).done());
    return outcome.value_or(command_outcome{});
  }
  task<void> run_into(kube_client& client, std::optional<command_outcome>& outcome) {
    kube_commands commands{client};
    command_call call;
    call.request_id = "r1";
    call.command = "list_pods";
    call.params = protocol::json_value{nlohmann::json::object()};
    call.deadline = agent_host_.clock().now() + 30s;
    outcome = co_await commands.run(std::move(call));
  }

  sim::simulation world_;
  sim::sim_host& kube_host_ = world_.start_host("kube");
  sim::sim_host& agent_host_ = world_.start_host("agent");
  kube::api_server api_;
  runtime::task_group tasks_{kube_host_};
  memory_files disk_;
  kube_environment pod_;
};

TEST_F(InCluster, TheMountedTokenAndAuthorityOpenTheApiServer) {
  const command_outcome outcome = list_pods();
  EXPECT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.result.get()["pod_count"], 0);
}

TEST_F(InCluster, AServerOfAnotherAuthorityIsNotSpokenTo) {
  disk_.put(std::string{folder} + "/ca.crt", sim::print_authority("somebody else"));
  EXPECT_EQ(list_pods().error_code, protocol::command_error::unavailable);
}

TEST_F(InCluster, ATokenThatTheServerDoesNotKnowIsNoDenial) {
  disk_.put(std::string{folder} + "/token", "nonsense");
  EXPECT_EQ(list_pods().error_code, protocol::command_error::internal);
}

}  // namespace
}  // namespace kitfox::agent
