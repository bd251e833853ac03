// RES-4: the program itself, over real sockets, beside a cluster of 5,000 pods.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "agent/test/scripted_gateway.hpp"
#include "fakes/kube/serve_api.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::agent::test {
namespace {

using nlohmann::json;
using runtime::task;
using namespace std::chrono_literals;

constexpr int pods = 5'000;
constexpr std::size_t resident_kib_max = 64 * 1024;
constexpr const char* key = "ixfx_k8s_test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

json managed_fields() {
  json all = json::array();
  for (const char* manager : {"kube-controller-manager", "kubelet"}) {
    json fields;
    for (int index = 0; index < 30; ++index)
      fields["f:status"][fmt::format("f:field-{}", index)] = {{".", json::object()},
                                                              {"f:value", json::object()}};
    all.push_back({{"manager", manager}, {"operation", "Update"}, {"fieldsV1", fields}});
  }
  return all;
}

json container(int index) {
  json environment = json::array();
  for (int n = 0; n < 15; ++n)
    environment.push_back(
        {{"name", fmt::format("SETTING_{}", n)}, {"value", fmt::format("value-{}-{}", n, index)}});
  return {{"name", fmt::format("container-{}", index)},
          {"image", "registry.example.com/team/application-server:1.27.3-20260101"},
          {"env", environment},
          {"resources", {{"limits", {{"cpu", "500m"}, {"memory", "512Mi"}}}}},
          {"livenessProbe", {{"httpGet", {{"path", "/healthz"}, {"port", 8080}}}, {"periodSeconds", 10}}},
          {"volumeMounts",
           {{{"name", "kube-api-access"}, {"mountPath", "/var/run/secrets"}, {"readOnly", true}}}}};
}

/// As large as pods of a busy cluster are, 7 KiB or so, a third of it managedFields.
json realistic_pod(int number) {
  json statuses = json::array();
  for (int index = 0; index < 2; ++index)
    statuses.push_back({{"name", fmt::format("container-{}", index)},
                        {"ready", true},
                        {"restartCount", number % 7},
                        {"imageID", "sha256:" + std::string(64, 'a')},
                        {"containerID", "containerd://" + std::string(64, 'b')},
                        {"state", {{"running", {{"startedAt", "2026-01-01T00:00:00Z"}}}}}});
  json conditions = json::array();
  for (const char* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"})
    conditions.push_back(
        {{"type", type}, {"status", "True"}, {"lastTransitionTime", "2026-01-01T00:00:00Z"}});
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", fmt::format("application-server-7d9c5b6f48-{:05}", number)},
            {"namespace", fmt::format("team-{:02}", number % 40)},
            {"labels", {{"app", "application-server"}, {"pod-template-hash", "7d9c5b6f48"}}},
            {"annotations", {{"checksum/config", std::string(64, 'c')}, {"prometheus.io/scrape", "true"}}},
            {"managedFields", managed_fields()}}},
          {"spec",
           {{"nodeName", fmt::format("ip-10-0-{}-{}.internal", number % 16, number % 250)},
            {"serviceAccountName", "application-server"},
            {"containers", {container(0), container(1)}}}},
          {"status",
           {{"phase", "Running"},
            {"podIP", "10.1.2.3"},
            {"conditions", conditions},
            {"containerStatuses", statuses}}}};
}

/// A child process with output discarded; ended, if need be by force, when this goes.
class child {
 public:
  child(std::vector<std::string> command, std::vector<std::string> environment) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    const auto pointers = [](std::vector<std::string>& from) {
      std::vector<char*> all;
      for (std::string& one : from) all.push_back(one.data());
      all.push_back(nullptr);
      return all;
    };
    auto arguments = pointers(command);
    auto variables = pointers(environment);
    EXPECT_EQ(posix_spawn(&id_, arguments[0], &files, nullptr, arguments.data(), variables.data()), 0);
    posix_spawn_file_actions_destroy(&files);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    if (id_ > 0) end(SIGKILL);
  }
  /// The most memory that was ever resident.
  [[nodiscard]] std::size_t peak_resident_kib() const {
    std::ifstream status{fmt::format("/proc/{}/status", id_)};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
    return 0;
  }
  int end(int signal) {
    kill(id_, signal);
    int how = 0;
    waitpid(id_, &how, 0);
    id_ = -1;
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
  }

 private:
  pid_t id_ = -1;
};

class AgentMemory : public testing::Test {
 protected:
  AgentMemory() { std::filesystem::create_directories(folder); }
  ~AgentMemory() override { std::filesystem::remove_all(folder); }

  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream{folder + "/" + name} << content;
    return folder + "/" + name;
  }
  child start_agent(std::uint16_t gateway_port, std::uint16_t kube_port) const {
    const std::string trust = file("ca.pem", authority.certificate_pem());
    const std::string config = file(
        "kubeconfig",
        fmt::format(
            "kind: Config\ncurrent-context: c\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n"
            "clusters: [{{name: k, cluster: {{server: 'https://127.0.0.1:{}', certificate-authority: "
            "ca.pem}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\n",
            kube_port));
    return child{{KITFOX_AGENT, "--gateway-url", fmt::format("https://127.0.0.1:{}", gateway_port),
                  "--ca-file", trust, "--kubeconfig", config, "--health-file", ""},
                 {std::string{"INCIDENTFOX_API_KEY="} + key}};
  }
  /// Waits until `condition` holds of the gateway; keeps the agent's stream alive meanwhile.
  task<void> until(std::function<bool()> condition) {
    while (!condition()) {
      const runtime::error_code still = co_await runtime::with_timeout(host->clock(), 5s, gateway->changed());
      if (still && still != runtime::errc::timed_out) co_return;
      if (still && gateway->open_streams() > 0) gateway->send(scripted_gateway::heartbeat());
    }
  }
  task<int> session(std::size_t lists);

  const pki::authority authority;
  const std::string folder = fmt::format("{}/kitfox_agent_memory_{}", testing::TempDir(), getpid());
  runtime::no_events events;
  std::unique_ptr<runtime::real_host> host = runtime::real_host::make(events);
  std::unique_ptr<scripted_gateway> gateway;
};

task<int> AgentMemory::session(std::size_t lists) {
  const pki::identity identity = authority.issue("127.0.0.1");
  const runtime::tls_server_options presented{identity.certificate_pem, identity.private_key_pem, {}};
  const auto tls = host->network().make_tls_server(presented).value();
  const runtime::endpoint anywhere{"127.0.0.1", 0};
  auto listening = co_await host->network().listen(anywhere, tls);
  kube::api_server api{{}, host->clock().wall_now()};
  api.tokens().add_token("t", {"root", {}, {std::string{kube::group_masters}}, {}});
  for (int number = 0; number < pods; ++number)
    EXPECT_TRUE(api.put(realistic_pod(number), host->clock().wall_now()).has_value());
  kube::api_service service{*host, std::move(listening.value()), api};
  runtime::task_group tasks{*host};
  gateway = std::make_unique<scripted_gateway>(*host, tasks);
  tasks.spawn("kube", service.run());
  tasks.spawn("gateway", gateway->run(anywhere, tls));
  const std::function<bool()> listens = [this] { return gateway->port() != 0; };
  co_await until(listens);

  child agent = start_agent(gateway->port(), service.local().port);
  const std::function<bool()> connected = [this] { return gateway->open_streams() == 1; };
  co_await until(connected);
  for (std::size_t index = 0; index < lists; ++index)
    gateway->send(
        scripted_gateway::command(fmt::format("r{}", index), "list_pods", R"({"namespace":"*"})", 280));
  const std::function<bool()> answered = [this, lists] { return gateway->answers.size() == lists; };
  co_await until(answered);

  for (const seen_request& one : gateway->answers) {
    const json body = json::parse(one.body);
    EXPECT_EQ(body["ok"], true) << one.body.substr(0, 300);
    EXPECT_GT(body["result"]["pod_count"], pods / 2) << "as many as fit into an answer";
    EXPECT_LE(one.body.size(), 1024u * 1024u);
  }
  const std::size_t peak = agent.peak_resident_kib();
  testing::Test::RecordProperty("peak_resident_kib", static_cast<int>(peak));
  fmt::print("{} lists at once of {} pods: {} KiB resident at most\n", lists, pods, peak);
  EXPECT_GT(peak, 1024u);
  EXPECT_LE(peak, resident_kib_max);
  EXPECT_EQ(agent.end(SIGTERM), 0);
  service.stop();
  tasks.cancel();
  co_await tasks.join();
  co_return 0;
}

TEST_F(AgentMemory, HoldsOneListOfFiveThousandPods) { EXPECT_EQ(host->run(session(1)), 0); }

TEST_F(AgentMemory, HoldsEightListsAtOnceOfFiveThousandPods) { EXPECT_EQ(host->run(session(8)), 0); }

}  // namespace
}  // namespace kitfox::agent::test
