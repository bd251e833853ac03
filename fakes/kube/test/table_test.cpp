#include "fakes/kube/table.hpp"

#include <gtest/gtest.h>

#include <set>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/table_cells.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;

TEST(GoText, HumanDurationsRoundAsKubectlShowsThem) {
  const std::pair<runtime::duration, const char*> cases[] = {
      {-2s, "<invalid>"},  {-1s, "0s"},           {0s, "0s"},
      {119s, "119s"},      {120s, "2m"},          {388s, "6m28s"},
      {599s, "9m59s"},     {600s, "10m"},         {179min, "179m"},
      {3h, "3h"},          {3h + 30min, "3h30m"}, {8h + 5min, "8h"},
      {47h, "47h"},        {48h, "2d"},           {49h, "2d1h"},
      {24h * 8, "8d"},     {24h * 700, "700d"},   {24h * 730, "2y"},
      {24h * 731, "2y1d"}, {24h * 365 * 9, "9y"}};
  for (const auto& [span, text] : cases) EXPECT_EQ(human_duration(span), text);
}

TEST(GoText, TimesReadAndPrint) {
  EXPECT_EQ(print_time(*parse_time("2026-11-22T10:30:00+01:30")), "2026-11-22T09:00:00Z");
  EXPECT_EQ(print_time_nanos(*parse_time("2026-11-22T09:00:18.000018Z")), "2026-11-22T09:00:18.000018000Z");
  EXPECT_EQ(print_time(*parse_time("2024-02-29t00:00:00z")), "2024-02-29T00:00:00Z");
  for (const char* bad :
       {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T09:00:00", "2026-11-22T09:00:00.Z", "2026-11-22T09:00:00+1:00", "9999-11-22T09:00:00Z"}) {
    EXPECT_FALSE(parse_time(bad).has_value()) << bad;
  }
}

TEST(GoText, QuotesAndNumbers) {
  EXPECT_EQ(go_quote("a\"b\\c\n\x01"), R"("a\"b\\c\n\x01")");
  EXPECT_EQ(go_quote(std::vector<std::string>{"a", "b"}), R"(["a" "b"])");
  EXPECT_EQ(go_parse_int("+7"), 7);
  EXPECT_EQ(go_parse_int("-7"), -7);
  for (const char* bad : {"", "+", "+-7", "7x", " 7", "99999999999999999999"})
    EXPECT_FALSE(go_parse_int(bad)) << bad;
  EXPECT_TRUE(go_query_flag("True"));
  EXPECT_TRUE(go_query_flag(""));
  EXPECT_FALSE(go_query_flag("FALSE"));
  EXPECT_FALSE(go_query_flag("0"));
  EXPECT_FALSE(go_query_flag(std::nullopt));
}

json object(std::string_view yaml) {
  diagnostics where;
  const auto documents = yaml_to_json(yaml, where);
  EXPECT_TRUE(documents.has_value()) << where.text();
  return documents->front().first;
}

std::string status_of(std::string_view yaml) {
  const pod_summary summary = summarize_pod(object(yaml));
  return summary.status + " " + std::to_string(summary.ready) + "/" + std::to_string(summary.containers) +
         " " + std::to_string(summary.restarts);
}

TEST(PodSummary, ShowsWhatKubectlShows) {
  EXPECT_EQ(status_of("status: {phase: Pending}"), "Pending 0/0 0");
  EXPECT_EQ(status_of("status: {phase: Failed, reason: Evicted}"), "Evicted 0/0 0");
  EXPECT_EQ(status_of("{spec: {containers: [{}, {}]}, status: {phase: Running, containerStatuses: ["
                      "{ready: true, restartCount: 1, state: {running: {}}},"
                      "{ready: false, restartCount: 7, state: {waiting: {reason: CrashLoopBackOff}}}]}}"),
            "CrashLoopBackOff 1/2 8");
  EXPECT_EQ(status_of("{status: {phase: Succeeded, containerStatuses: ["
                      "{state: {terminated: {reason: Completed}}}]}}"),
            "Completed 0/0 0");
  EXPECT_EQ(
      status_of("{status: {phase: Running, conditions: [{type: Ready, status: 'True'}], containerStatuses: ["
                "{state: {terminated: {reason: Completed}}}, {ready: true, state: {running: {}}}]}}"),
      "Running 1/0 0");
  EXPECT_EQ(status_of("{status: {phase: Running, containerStatuses: ["
                      "{state: {terminated: {reason: Completed}}}, {ready: true, state: {running: {}}}]}}"),
            "NotReady 1/0 0");
  EXPECT_EQ(status_of("{status: {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 3}}}]}}"),
            "ExitCode:3 0/0 0");
  EXPECT_EQ(status_of("{status: {phase: Failed, containerStatuses: [{state: {terminated: {signal: 9}}}]}}"),
            "Signal:9 0/0 0");
  EXPECT_EQ(status_of("{metadata: {deletionTimestamp: '2026-11-22T09:00:00Z'}, status: {phase: Running}}"),
            "Terminating 0/0 0");
}

TEST(PodSummary, ShowsHowFarInitContainersAre) {
  EXPECT_EQ(status_of("{spec: {initContainers: [{}, {}]}, status: {phase: Pending, initContainerStatuses: ["
                      "{restartCount: 2, state: {terminated: {exitCode: 0}}}, {state: {running: {}}}]}}"),
            "Init:1/2 0/0 2");
  EXPECT_EQ(status_of("{status: {phase: Pending, initContainerStatuses: [{state: {waiting: {reason: "
                      "ImagePullBackOff}}}]}}"),
            "Init:ImagePullBackOff 0/0 0");
  EXPECT_EQ(
      status_of("{status: {phase: Pending, initContainerStatuses: [{state: {terminated: {exitCode: 1}}}]}}"),
      "Init:ExitCode:1 0/0 0");
  EXPECT_EQ(status_of("{spec: {initContainers: [{}]}, status: {phase: Pending, initContainerStatuses: ["
                      "{state: {waiting: {reason: PodInitializing}}}]}}"),
            "Init:0/1 0/0 0");
}

json cells(const char* group, const char* plural, std::string_view yaml) {
  const resource_type& type = *find_resource(
      group,
      std::set<std::string_view>{"cronjobs", "poddisruptionbudgets"}.contains(plural) ? "v1beta1" : "v1",
      plural);
  table_format format;
  format.now = *parse_time("2026-11-22T09:10:00Z");
  const json row = table_row(type, object(yaml), format);
  EXPECT_EQ(row["cells"].size(), table_columns(type).size());
  return row["cells"];
}

TEST(Table, ShowsTheColumnsOfEachKind) {
  EXPECT_EQ(cells("", "services",
                  "{metadata: {name: s}, spec: {type: LoadBalancer, clusterIP: 10.0.0.9, ports: [{port: 80, "
                  "nodePort: "
                  "30080}, {port: 53, protocol: UDP}], selector: {a: b}}}"),
            (json{"s", "LoadBalancer", "10.0.0.9", "<pending>", "80:30080/TCP,53/UDP", "<unknown>", "a=b"}));
  EXPECT_EQ(
      cells(
          "", "nodes",
          "{metadata: {name: 'n', labels: {node-role.kubernetes.io/master: ''}, creationTimestamp: "
          "'2026-11-22T09:00:00Z'}, spec: {unschedulable: true}, status: {conditions: [{type: Ready, status: "
          "'False'}]}}"),
      (json{"n", "NotReady,SchedulingDisabled", "master", "10m", "", "<none>", "<none>", "<unknown>",
            "<unknown>", "<unknown>"}));
  EXPECT_EQ(cells("", "secrets", "{metadata: {name: s}, type: Opaque, data: {a: b, c: d}}"),
            (json{"s", "Opaque", 2, "<unknown>"}));
  EXPECT_EQ(cells("batch", "jobs",
                  "{metadata: {name: j}, spec: {completions: 3}, status: {succeeded: 1, startTime: "
                  "'2026-11-22T09:09:00Z'}}"),
            (json{"j", "1/3", "60s", "<unknown>", "<none>", "<none>", "<none>"}));
  EXPECT_EQ(cells("batch", "cronjobs", "{metadata: {name: c}, spec: {schedule: '* * * * *', suspend: true}}"),
            (json{"c", "* * * * *", "True", 0, "<none>", "<unknown>", "<none>", "<none>", "<none>"}));
  EXPECT_EQ(cells("", "events",
                  "{metadata: {name: e}, type: Warning, reason: R, message: \"m \\n\", eventTime: "
                  "'2026-11-22T09:09:50Z', involvedObject: {kind: Pod, name: p}, series: {count: 4}}"),
            (json{"10s", "Warning", "R", "pod/p", "", "", "m", "10s", 4, "e"}));
  EXPECT_EQ(cells("policy", "poddisruptionbudgets",
                  "{metadata: {name: b}, spec: {minAvailable: 34%}, status: {disruptionsAllowed: 2}}"),
            (json{"b", "34%", "N/A", 2, "<unknown>"}));
  EXPECT_EQ(cells("rbac.authorization.k8s.io", "roles",
                  "{metadata: {name: r, creationTimestamp: '2026-11-22T09:00:00Z'}}"),
            (json{"r", "2026-11-22T09:00:00Z"}));
}

TEST(Table, CarriesAsMuchOfTheObjectAsAsked) {
  const resource_type& type = *find_resource("", "v1", "configmaps");
  const json map = object("{kind: ConfigMap, apiVersion: v1, metadata: {name: m}, data: {k: v}}");
  table_format format;
  EXPECT_EQ(table_row(type, map, format)["object"]["kind"], "PartialObjectMetadata");
  format.objects = table_objects::whole;
  EXPECT_EQ(table_row(type, map, format)["object"], map);
  format.objects = table_objects::none;
  EXPECT_TRUE(table_row(type, map, format)["object"].is_null());
  EXPECT_FALSE(parse_include_object("Bad").has_value());
}

}  // namespace
}  // namespace kitfox::kube
