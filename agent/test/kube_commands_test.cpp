// Every command against the fake API server with its own RBAC, in virtual time.
#include "agent/kube_commands.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/serve_api.hpp"
#include "fakes/sim/simulation.hpp"
#include "protocol/commands.hpp"

namespace kitfox::agent {
namespace {

using nlohmann::json;
using protocol::command_error;
using runtime::task;
using namespace std::chrono_literals;

const char* const shop = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {conditions: [{type: Ready, status: "True"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: cart-0, namespace: shop, labels: {app: cart}}
spec: {nodeName: n1, containers: [{name: app, image: "cart:1"}, {name: proxy, image: "p:2"}]}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: single, namespace: shop}
spec: {nodeName: n1, containers: [{name: app, image: "cart:1"}]}
---
apiVersion: kitfox.dev/v1
kind: PodLog
metadata: {name: single, namespace: shop}
container: app
log: |
  one
  two
  three
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {colour: red}
---
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, name: cart-0, namespace: shop}
type: Warning
reason: BackOff
message: Back-off restarting failed container
count: 3
firstTimestamp: "2026-01-01T00:00:00Z"
lastTimestamp: "2026-01-01T00:05:00Z"
---
apiVersion: v1
kind: Event
metadata: {name: e2, namespace: shop}
involvedObject: {kind: Pod, name: cart-0, namespace: shop}
type: Normal
reason: Pulled
message: m
lastTimestamp: "2026-01-01T00:06:00Z"
)";

class KubeCommands : public testing::Test {
 protected:
  KubeCommands() : api{{}, world.wall_now()} {
    kube::diagnostics where;
    EXPECT_FALSE(api.load_yaml(shop, where, world.wall_now())) << where.text();
    tasks.spawn("kube", serve());
    grant({});
  }
  ~KubeCommands() override { EXPECT_TRUE(world.shut_down().empty()); }

  task<void> serve() {
    const runtime::endpoint at{"", 6443};
    auto made = co_await kube_host.network().listen(at, nullptr);
    kube::api_service service{kube_host, std::move(made.value()), api};
    co_await service.run();
  }
  void grant(const kube::agent_rbac_options& rights) {
    for (const auto& object : kube::agent_rbac_objects(rights))
      EXPECT_TRUE(api.put(object, world.wall_now()).has_value());
    const auto token = api.issue_token({"incidentfox", "incidentfox-agent"}, world.wall_now());
    ASSERT_TRUE(token.has_value());
    disk.put("/token", *token);
  }
  void fault(kube::fault_action action, std::uint64_t skip_count = 0, std::uint64_t fire_count = 0,
             std::string path_prefix = "/api/v1/") {
    kube::fault_rule rule;
    rule.id = "f";
    rule.match.path_prefix = std::move(path_prefix);
    rule.skip_count = skip_count;
    rule.fire_count = fire_count;
    rule.action = std::move(action);
    ASSERT_TRUE(api.faults().add(std::move(rule)));
  }
  command_outcome run(const std::string& command, const std::string& params = "{}",
                      const kube_options& options = {}) {
    kube_access access;
    access.server_url = "http://kube:6443";
    access.token_path = "/token";
    auto client = kube_client::make(agent_host, access, disk, options);
    EXPECT_TRUE(client.has_value());
    kube_commands commands{**client};
    std::optional<command_outcome> outcome;
    const auto end = world.run(agent_host, "command", run_into(commands, command, params, outcome));
    EXPECT_TRUE(end.done()) << sim::print_outcome(end);
    return outcome.value_or(command_outcome{});
  }
  task<void> run_into(kube_commands& commands, std::string command, std::string params,
                      std::optional<command_outcome>& outcome) {
    command_call call;
    call.request_id = "r1";
    call.command = std::move(command);
    call.params = protocol::json_value{json::parse(params)};
    call.deadline = agent_host.clock().now() + 30s;
    outcome = co_await commands.run(std::move(call));
  }
  json result(const std::string& command, const std::string& params = "{}",
              const kube_options& options = {}) {
    const command_outcome outcome = run(command, params, options);
    EXPECT_TRUE(outcome.ok()) << command << ": " << outcome.error;
    return outcome.result.get();
  }

  sim::simulation world;
  sim::sim_host& kube_host = world.start_host("kube");
  sim::sim_host& agent_host = world.start_host("agent");
  kube::api_server api;
  runtime::task_group tasks{kube_host};
  memory_files disk;
};

TEST_F(KubeCommands, AllRunWithTheDefaultPermissions) {
  const std::map<std::string, std::string> params{
      {"get_pod_logs", R"({"pod_name":"single","namespace":"shop"})"},
      {"describe_pod", R"({"pod_name":"cart-0","namespace":"shop"})"},
      {"get_pod_events", R"({"pod_name":"cart-0","namespace":"shop"})"},
      {"describe_deployment", R"({"deployment_name":"web","namespace":"shop"})"},
      {"describe_node", R"({"node_name":"n1"})"},
      {"get_configmap", R"({"configmap_name":"settings","namespace":"shop"})"}};
  for (const auto& rule : protocol::command_list()) {
    const auto given = params.find(std::string{rule.name});
    const command_outcome outcome = run(std::string{rule.name}, given == params.end() ? "{}" : given->second);
    EXPECT_TRUE(outcome.ok()) << rule.name << ": " << outcome.error;
  }
}

TEST_F(KubeCommands, ListPodsOfOneNamespaceOrAllByLabel) {
  EXPECT_EQ(result("list_pods", R"({"namespace":"shop"})")["pod_count"], 2);
  EXPECT_EQ(result("list_pods", R"({"namespace":"*","label_selector":"app=cart"})")["pods"][0]["name"],
            "cart-0");
  EXPECT_EQ(result("list_pods")["pod_count"], 0) << "the namespace default is empty";
  EXPECT_EQ(result("list_pods", R"({"namespace":"nowhere"})")["pod_count"], 0);
}

TEST_F(KubeCommands, ShowEventsNewestFirst) {
  const json events = result("get_pod_events", R"({"pod_name":"cart-0","namespace":"shop"})");
  EXPECT_EQ(events["event_count"], 2);
  EXPECT_EQ(events["events"][0]["reason"], "Pulled");
  EXPECT_EQ(events["events"][1], json::parse(R"({"type":"Warning","reason":"BackOff","count":3,
    "message":"Back-off restarting failed container","first_timestamp":"2026-01-01T00:00:00Z",
    "last_timestamp":"2026-01-01T00:05:00Z"})"));
}

TEST_F(KubeCommands, ReadTheLastLinesOfALog) {
  const json logs = result("get_pod_logs", R"({"pod_name":"single","namespace":"shop","tail_lines":2})");
  EXPECT_EQ(logs, json::parse(R"({"pod_name":"single","namespace":"shop","container":null,
    "logs":"two\nthree\n","line_count":2})"));
}

TEST_F(KubeCommands, MarkALogThatWasCut) {
  kube_options options;
  options.log_bytes_max = 5;
  const auto outcome = run("get_pod_logs", R"({"pod_name":"single","namespace":"shop"})", options);
  EXPECT_TRUE(outcome.truncated);
  EXPECT_EQ(outcome.result.get()["logs"], "three");
}

TEST_F(KubeCommands, KeepTheNewestLinesOfALogOverTheLimit) {
  for (int index = 0; index < 20'000; ++index)
    api.logs().append({"shop", "single", "app", kube::log_instance::current},
                      {world.wall_now(), fmt::format("line {} {}", index, std::string(190, 'x'))});
  const auto outcome = run("get_pod_logs", R"({"pod_name":"single","namespace":"shop","tail_lines":10000})");
  EXPECT_TRUE(outcome.truncated);
  const auto text = outcome.result.get()["logs"].get<std::string>();
  EXPECT_LE(text.size(), kube_options{}.log_bytes_max);
  EXPECT_GE(text.size(), kube_options{}.log_bytes_max * 4 / 5);
  EXPECT_NE(text.find("\nline 19999 "), std::string::npos) << "the newest line";
  EXPECT_TRUE(text.starts_with("line ")) << "whole lines only";
  EXPECT_EQ(api.requests().total(), 2u);
}

TEST_F(KubeCommands, CallALogWithoutContainerInvalidWhereThereAreSeveral) {
  const auto outcome = run("get_pod_logs", R"({"pod_name":"cart-0","namespace":"shop"})");
  EXPECT_EQ(outcome.error_code, command_error::invalid);
  EXPECT_NE(outcome.error.find("a container name must be specified"), std::string::npos) << outcome.error;
  EXPECT_EQ(outcome.detail->resource, "pods/log");
}

TEST_F(KubeCommands, TakeABodylessLogAsEmpty) {
  fault(kube::fault_no_content{});
  EXPECT_EQ(result("get_pod_logs", R"({"pod_name":"single","namespace":"shop"})")["line_count"], 0);
}

TEST_F(KubeCommands, CountTheClusterWithSmallCalls) {
  const json info = result("cluster_info");
  EXPECT_EQ(info["node_count"], 1);
  EXPECT_GE(info["namespace_count"], 5);
  EXPECT_TRUE(info["kubernetes_version"].is_string());
}

TEST_F(KubeCommands, ListWhatIsNotNamespacedWhateverNamespaceIsNamed) {
  for (const char* named : {"{}", R"({"namespace":"*"})", R"({"namespace":"shop"})"}) {
    EXPECT_EQ(result("list_nodes", named)["node_count"], 1) << named;
    EXPECT_EQ(result("list_namespaces", named), result("list_namespaces")) << named;
  }
}

TEST_F(KubeCommands, SayNotFoundInKubernetesWords) {
  const auto outcome = run("describe_pod", R"({"pod_name":"nope","namespace":"shop"})");
  EXPECT_EQ(outcome.error_code, command_error::not_found);
  EXPECT_EQ(outcome.error, "pods \"nope\" not found");
}

TEST_F(KubeCommands, SayDeniedWhereTheNamespaceIsNotGranted) {
  EXPECT_FALSE(api.remove("clusterrolebindings.rbac.authorization.k8s.io", "", "incidentfox-agent"));
  kube::agent_rbac_options rights;
  rights.restricted_to = {"shop"};
  grant(rights);
  EXPECT_EQ(result("list_pods", R"({"namespace":"shop"})")["pod_count"], 2);
  for (const char* elsewhere : {"*", "default"}) {
    const auto outcome = run("list_pods", fmt::format(R"({{"namespace":"{}"}})", elsewhere));
    EXPECT_EQ(outcome.error_code, command_error::denied);
    EXPECT_EQ(outcome.detail->code, 403);
    EXPECT_EQ(outcome.detail->reason, "Forbidden");
    EXPECT_EQ(outcome.detail->verb, "list");
    EXPECT_EQ(outcome.detail->resource, "pods");
  }
  for (const char* command : {"list_nodes", "list_namespaces", "cluster_info"})
    EXPECT_EQ(run(command).error_code, command_error::denied) << command;
}

TEST_F(KubeCommands, CallTheirOwnRefusedTokenInternalAndNoDenial) {
  disk.put("/token", "nonsense");
  const auto outcome = run("list_pods");
  EXPECT_EQ(outcome.error_code, command_error::internal);
  EXPECT_EQ(outcome.detail->reason, "Unauthorized");
  EXPECT_EQ(outcome.detail->code, 401);
}

TEST_F(KubeCommands, KeepStatusesApart) {
  const std::vector<std::pair<int, command_error>> cases{
      {401, command_error::internal},    {403, command_error::denied},      {404, command_error::not_found},
      {409, command_error::invalid},     {410, command_error::expired},     {429, command_error::busy},
      {500, command_error::unavailable}, {503, command_error::unavailable}, {504, command_error::timeout}};
  for (const auto& [code, error] : cases) {
    kube::fault_status status;
    status.code = code;
    status.retry_after = 3s;
    fault(status);
    const auto outcome = run("list_pods", R"({"namespace":"shop"})");
    EXPECT_EQ(outcome.error_code, error) << code;
    EXPECT_EQ(outcome.detail->code, code);
    EXPECT_EQ(outcome.detail->retry_after, 3s);
  }
}

TEST_F(KubeCommands, SayUnavailableWhenTheConnectionBreaks) {
  for (const std::optional<std::size_t> bytes :
       {std::optional<std::size_t>{}, std::optional<std::size_t>{20}}) {
    fault(kube::fault_break{kube::transfer_plan::endings::reset, bytes});
    EXPECT_EQ(run("list_pods", R"({"namespace":"shop"})").error_code, command_error::unavailable);
  }
}

TEST_F(KubeCommands, SayTimeoutWhenNoAnswerComesInTime) {
  fault(kube::fault_delay{1h});
  EXPECT_EQ(run("list_pods").error_code, command_error::timeout);
}

class PagedCommands : public KubeCommands {
 protected:
  void add_pods(int count) {
    for (int index = 0; index < count; ++index) {
      const json pod{{"apiVersion", "v1"},
                     {"kind", "Pod"},
                     {"metadata", {{"name", fmt::format("pod-{:05}", index)}, {"namespace", "many"}}},
                     {"spec", {{"containers", {{{"name", "c"}, {"image", "i"}}}}}}};
      EXPECT_TRUE(api.put(pod, world.wall_now()).has_value());
    }
  }
};

TEST_F(PagedCommands, CollectEveryPage) {
  add_pods(250);
  const json pods = result("list_pods", R"({"namespace":"many"})");
  EXPECT_EQ(pods["pod_count"], 250);
  EXPECT_EQ(pods["pods"].back()["name"], "pod-00249");
  EXPECT_FALSE(pods.contains("continue"));
  EXPECT_EQ(api.requests().total(), 3u);
}

TEST_F(PagedCommands, HandOutWhatTheCallerAsksForAndGoOnFromThere) {
  add_pods(25);
  const json first = result("list_pods", R"({"namespace":"many","limit":10})");
  EXPECT_EQ(first["pod_count"], 10);
  const json rest = result("list_pods", json{{"namespace", "many"}, {"continue", first["continue"]}}.dump());
  EXPECT_EQ(rest["pod_count"], 15);
  EXPECT_EQ(rest["pods"][0]["name"], "pod-00010");
}

TEST_F(PagedCommands, StopAtTheLimitOfOneAnswer) {
  add_pods(25);
  kube_options options;
  options.items_max = 20;
  const auto outcome = run("list_pods", R"({"namespace":"many"})", options);
  EXPECT_TRUE(outcome.truncated);
  EXPECT_EQ(outcome.result.get()["pod_count"], 20);
  EXPECT_TRUE(outcome.result.get().contains("continue"));
}

TEST_F(PagedCommands, StartAnewWhenTheSnapshotIsGone) {
  add_pods(250);
  fault(kube::fault_gone{}, 1, 1);
  EXPECT_EQ(result("list_pods", R"({"namespace":"many"})")["pod_count"], 250);
  EXPECT_EQ(api.requests().total(), 5u) << "one page, the refusal, three pages";
}

TEST_F(PagedCommands, SayExpiredForAContinueTokenThatIs) {
  add_pods(25);
  fault(kube::fault_gone{});
  const auto outcome = run("list_pods", R"({"namespace":"many","continue":"abc"})");
  EXPECT_EQ(outcome.error_code, command_error::expired);
  EXPECT_EQ(outcome.detail->code, 410);
}

TEST_F(PagedCommands, AskForLessWhenAPageIsTooLarge) {
  add_pods(40);
  kube_options options;
  options.page_bytes_max = 8 * 1024;
  EXPECT_EQ(result("list_pods", R"({"namespace":"many"})", options)["pod_count"], 40);
}

}  // namespace
}  // namespace kitfox::agent
