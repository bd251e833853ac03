#include "fakes/kube/metrics_api.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::server_fixture;

constexpr std::string_view measured_pods = R"(
{apiVersion: v1, kind: Node, metadata: {name: host}}
---
apiVersion: v1
kind: Pod
metadata: {name: declared, namespace: default, labels: {app: a}}
spec: {nodeName: host, containers: [{name: x, resources: {requests: {cpu: 50m, memory: 64Mi}}}, {name: y}]}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: waiting, namespace: default, labels: {app: a}}
spec: {nodeName: host, containers: [{name: x}]}
)";

server_fixture with_workloads() {
  return server_fixture{[] {
    api_server_options options;
    options.controllers = cluster_controllers::workloads;
    return options;
  }()};
}

TEST(MetricsApi, SumsWhatRunningPodsRequestWhereNothingRuns) {
  server_fixture in = with_workloads();
  in.load(measured_pods);
  const json list =
      in.get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app=a").value();
  EXPECT_EQ(list["kind"], "PodMetricsList");
  ASSERT_EQ(list["items"].size(), 1U);
  EXPECT_EQ(list["items"][0]["metadata"]["name"], "declared");
  EXPECT_EQ(list["items"][0]["containers"][0]["usage"], (json{{"cpu", "50000000n"}, {"memory", "65536Ki"}}));
  EXPECT_EQ(list["items"][0]["containers"][1]["usage"], (json{{"cpu", "1000000n"}, {"memory", "16384Ki"}}));
  const json node = in.get("/apis/metrics.k8s.io/v1beta1/nodes/host").value();
  EXPECT_EQ(node["usage"], (json{{"cpu", "51000000n"}, {"memory", "81920Ki"}}));
  EXPECT_EQ(in.get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/waiting").status, 404);
  EXPECT_EQ(in.get("/apis/metrics.k8s.io/v1beta1/pods", "noperm").status, 403);
  EXPECT_EQ(in.send("DELETE", "/apis/metrics.k8s.io/v1beta1/nodes/host").status, 405);
}

TEST(MetricsApi, IsInDiscoveryOnlyWhereItIsServed) {
  server_fixture bare;
  server_fixture in = with_workloads();
  for (const char* path : {"/apis/metrics.k8s.io", "/apis/metrics.k8s.io/v1beta1"}) {
    EXPECT_EQ(bare.get(path).status, 404);
    EXPECT_EQ(in.get(path).status, 200);
  }
  EXPECT_EQ(bare.get("/apis/metrics.k8s.io/v1beta1/nodes").status, 404);
  EXPECT_EQ(in.get("/apis").value()["groups"].size(), bare.get("/apis").value()["groups"].size() + 1);
}

TEST(MetricsApi, ReadsQuantities) {
  EXPECT_DOUBLE_EQ(*parse_quantity("1.5"), 1.5);
  EXPECT_DOUBLE_EQ(*parse_quantity("50m"), 0.05);
  EXPECT_DOUBLE_EQ(*parse_quantity("2Gi"), 2.0 * 1024 * 1024 * 1024);
  for (const char* malformed : {"", "x", "1x", "-1", "Mi"})
    EXPECT_FALSE(parse_quantity(malformed)) << malformed;
}

}  // namespace
}  // namespace kitfox::kube
