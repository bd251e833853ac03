#include "agent/command_results.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/agent_metrics.hpp"

namespace kitfox::agent {
namespace {

using nlohmann::json;

json parse(const char* text) { return json::parse(text); }

const char* const pod = R"({
  "metadata": {"name": "cart-0", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z",
               "labels": {"app": "cart"}, "annotations": {"note": "x"}},
  "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "cart:1"}, {"name": "proxy", "image": "p:2"}]},
  "status": {"phase": "Running", "podIP": "10.0.0.7", "hostIP": "192.168.0.1",
    "containerStatuses": [{"name": "proxy", "ready": true, "restartCount": 1},
                          {"name": "app", "ready": false, "restartCount": 4}],
    "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "app",
                    "lastTransitionTime": "2026-01-01T00:00:00Z"}, {"type": "Initialized", "status": "True"}]}})";

TEST(CommandResults, ShowAPodInAList) {
  EXPECT_EQ(pod_row(parse(pod)),
            parse(R"({"name":"cart-0","namespace":"shop","status":"Running","ready":"1/2",
    "restarts":5,"node":"n1","created_at":"2026-01-01T00:00:00Z"})"));
}

TEST(CommandResults, ShowAPendingPodInAList) {
  EXPECT_EQ(pod_row(parse(R"({"metadata":{"name":"p","namespace":"d"},"spec":{"containers":[{"name":"c"}]},
    "status":{"phase":"Pending"}})")),
            parse(R"({"name":"p","namespace":"d","status":"Pending","ready":"0/1","restarts":0,"node":null,
    "created_at":null})"));
}

TEST(CommandResults, DescribeAPod) {
  EXPECT_EQ(describe_pod(parse(pod)),
            parse(R"({"name":"cart-0","namespace":"shop","status":"Running","node":"n1",
    "ip":"10.0.0.7","host_ip":"192.168.0.1","created_at":"2026-01-01T00:00:00Z","labels":{"app":"cart"},
    "annotations":{"note":"x"},"containers":[
      {"name":"app","image":"cart:1","ready":false,"restart_count":4},
      {"name":"proxy","image":"p:2","ready":true,"restart_count":1}],
    "conditions":[{"type":"Ready","status":"False","reason":"ContainersNotReady","message":"app"},
      {"type":"Initialized","status":"True","reason":null,"message":null}]})"));
}

TEST(CommandResults, DescribeADeployment) {
  EXPECT_EQ(
      describe_deployment(parse(R"({"metadata":{"name":"web","namespace":"shop","labels":{"a":"b"},
    "creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{"replicas":3,"strategy":{"type":"RollingUpdate"},
    "selector":{"matchLabels":{"app":"web"}}},"status":{"readyReplicas":2,"updatedReplicas":3,
    "conditions":[{"type":"Available","status":"True","reason":"R","message":"M"}]}})")),
      parse(R"({"name":"web","namespace":"shop","replicas":{"desired":3,"ready":2,"available":0,"updated":3},
    "strategy":"RollingUpdate","labels":{"a":"b"},"selector":{"app":"web"},"created_at":"2026-01-01T00:00:00Z",
    "conditions":[{"type":"Available","status":"True","reason":"R","message":"M"}]})"));
}

TEST(CommandResults, ShowAnEventOfEitherApi) {
  EXPECT_EQ(pod_event_row(parse(R"({"type":"Warning","reason":"BackOff","message":"m","count":7,
    "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:05:00Z"})")),
            parse(R"({"type":"Warning","reason":"BackOff","message":"m","count":7,
    "first_timestamp":"2026-01-01T00:00:00Z","last_timestamp":"2026-01-01T00:05:00Z"})"));
  EXPECT_EQ(pod_event_row(parse(R"({"type":"Normal","reason":"Scheduled","message":"m","firstTimestamp":null,
    "lastTimestamp":null,"eventTime":"2026-01-01T00:00:00.123456Z",
    "series":{"count":3,"lastObservedTime":"2026-01-01T00:01:00.000000Z"}})")),
            parse(R"({"type":"Normal","reason":"Scheduled","message":"m","count":3,
    "first_timestamp":"2026-01-01T00:00:00.123456Z","last_timestamp":"2026-01-01T00:01:00.000000Z"})"));
}

TEST(CommandResults, OrderEventsNewestFirstAcrossPrecisions) {
  json rows = parse(R"([{"last_timestamp":"2026-01-01T00:00:00Z"},{"last_timestamp":null},
    {"last_timestamp":"2026-01-01T00:00:00.500000Z"},{"last_timestamp":"2026-01-01T00:00:01Z"}])");
  sort_newest_first(rows);
  EXPECT_EQ(rows, parse(R"([{"last_timestamp":"2026-01-01T00:00:01Z"},
    {"last_timestamp":"2026-01-01T00:00:00.500000Z"},{"last_timestamp":"2026-01-01T00:00:00Z"},
    {"last_timestamp":null}])"));
}

TEST(CommandResults, ShowNodesByTheirReadyCondition) {
  const auto with = [](const char* status) {
    json node = parse(R"({"metadata":{"name":"n1","labels":{"node-role.kubernetes.io/control-plane":"",
      "x":"y"}},"status":{"nodeInfo":{"kubeletVersion":"v1.30.0"},
      "addresses":[{"type":"Hostname","address":"n1"},{"type":"InternalIP","address":"10.0.0.1"}]}})");
    node["status"]["conditions"] = json::array({{{"type", "Ready"}, {"status", status}}});
    return node_row(node);
  };
  EXPECT_EQ(with("True"),
            parse(R"({"name":"n1","status":"Ready","roles":["control-plane"],"version":"v1.30.0",
    "internal_ip":"10.0.0.1","unschedulable":false,"created_at":null})"));
  EXPECT_EQ(with("False")["status"], "NotReady");
  EXPECT_EQ(with("Unknown")["status"], "Unknown");
}

TEST(CommandResults, NameTheKeysOfAConfigMapInAListAndItsValuesAlone) {
  const json map =
      parse(R"({"metadata":{"name":"cfg","namespace":"shop"},"data":{"a":"1"},"binaryData":{"b":"AA=="}})");
  EXPECT_EQ(configmap_row(map)["keys"], json({"a", "b"}));
  EXPECT_FALSE(configmap_row(map).contains("data"));
  EXPECT_EQ(describe_configmap(map)["data"], json({{"a", "1"}}));
  EXPECT_EQ(describe_configmap(map)["binary_keys"], json({"b"}));
}

TEST(CommandResults, CountTheLinesOfALog) {
  const std::vector<std::pair<std::string, int>> cases{
      {"", 0}, {"a", 1}, {"a\n", 1}, {"a\nb", 2}, {"\n\n", 2}};
  for (const auto& [text, lines] : cases) {
    json result = json::object();
    add_logs(result, text);
    EXPECT_EQ(result["line_count"], lines) << text;
    EXPECT_EQ(result["logs"], text);
  }
}

TEST(CommandResults, RepairLogsThatAreNotUtf8) {
  json result = json::object();
  add_logs(result, "a\xFF\xFE\nb");
  EXPECT_EQ(result["logs"], "a\xEF\xBF\xBD\xEF\xBF\xBD\nb");
}

TEST(CommandResults, TakeAnyJsonForAnObject) {
  for (const char* text :
       {"null", "7", "[]", "{}", R"({"metadata":7,"spec":[],"status":"x"})",
        R"({"status":{"containerStatuses":{"a":1},"conditions":[1,null,{}]},"spec":{"containers":[3]}})"}) {
    const json any = parse(text);
    for (const auto shape :
         {pod_row, deployment_row, replicaset_row, service_row, namespace_row, node_row, configmap_row,
          pod_event_row, event_row, describe_pod, describe_deployment, describe_node, describe_configmap})
      EXPECT_TRUE(shape(any).is_object()) << text;
  }
}

TEST(AgentMetrics, PrintTheNamesThatOperatorsRelyOn) {
  using namespace std::chrono_literals;
  agent_metrics metrics;
  metrics.connected = true;
  metrics.last_byte = runtime::mono_time{10s};
  metrics.backoff = 1500ms;
  metrics.count_end(end_reason::watchdog);
  metrics.count_command(std::nullopt);
  metrics.count_command(protocol::command_error::denied);
  metrics.response_retries = 3;
  const std::string page = print_metrics(metrics, runtime::mono_time{12s});
  for (const char* line :
       {"kitfox_agent_connected 1\n", "kitfox_agent_last_byte_age_seconds 2\n",
        "kitfox_agent_backoff_seconds 1.5\n", "kitfox_agent_reconnects_total{reason=\"watchdog\"} 1\n",
        "kitfox_agent_reconnects_total{reason=\"key_refused\"} 0\n",
        "kitfox_agent_commands_total{code=\"ok\"} 1\n", "kitfox_agent_commands_total{code=\"denied\"} 1\n",
        "kitfox_agent_denials_total 1\n", "kitfox_agent_response_retries_total 3\n",
        "# TYPE kitfox_agent_connected gauge\n", "# TYPE kitfox_agent_commands_total counter\n"})
    EXPECT_NE(page.find(line), std::string::npos) << line << " in\n" << page;
}

TEST(AgentMetrics, HaveNoAgeWithoutAStream) {
  EXPECT_EQ(print_metrics({}, runtime::mono_time{}).find("last_byte_age"), std::string::npos);
}

}  // namespace
}  // namespace kitfox::agent
