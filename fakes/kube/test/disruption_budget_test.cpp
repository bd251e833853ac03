// Evictions, and what PodDisruptionBudgets have against them; nodes that take no pods.
#include <gtest/gtest.h>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::seen;
using test::server_fixture;

const std::string shop_pods = "/api/v1/namespaces/shop/pods";
const std::string shop_budgets = "/apis/policy/v1beta1/namespaces/shop/poddisruptionbudgets";
const std::string shop_sets = "/apis/apps/v1/namespaces/shop/replicasets";

constexpr const char* violated = "Cannot evict pod as it would violate the pod's disruption budget.";

api_server_options running(cluster_controllers controllers) {
  api_server_options options;
  options.controllers = controllers;
  return options;
}

std::string budget(const std::string& name, const std::string& spec) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"selector":{"matchLabels":{"app":"web"}},)" +
         spec + "}}";
}

class DisruptionBudget : public ::testing::Test {
 protected:
  explicit DisruptionBudget(cluster_controllers controllers = cluster_controllers::workloads)
      : with_{running(controllers)} {
    with_.load("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
  }

  void run_pods(int count) {
    const seen made = with_.send(
        "POST", shop_sets, "admin",
        R"({"metadata":{"name":"web"},"spec":{"replicas":)" + std::to_string(count) +
            R"(,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    ASSERT_EQ(made.status, 201) << made.body;
  }
  void add_budget(const std::string& name, const std::string& spec) {
    ASSERT_EQ(with_.send("POST", shop_budgets, "admin", budget(name, spec)).status, 201);
  }
  std::vector<std::string> pods() {
    std::vector<std::string> names;
    const json list = with_.get(shop_pods).value();
    for (const json& pod : list["items"]) names.push_back(pod["metadata"]["name"]);
    return names;
  }
  seen evict(const std::string& pod, const std::string& query = {}) {
    return with_.send(
        "POST", shop_pods + "/" + pod + "/eviction" + query, "admin",
        R"({"kind":"Eviction","apiVersion":"policy/v1beta1","metadata":{"name":")" + pod + "\"}}");
  }
  // "HEALTHY/DESIRED of EXPECTED, ALLOWED"
  std::string count(const std::string& name = "pdb") {
    const json status = with_.get(shop_budgets + "/" + name).value()["status"];
    const auto number = [&](const char* field) { return std::to_string(number_at(status, {field}, -1)); };
    return number("currentHealthy") + "/" + number("desiredHealthy") + " of " + number("expectedPods") +
           ", " + number("disruptionsAllowed");
  }
  static std::string why(const seen& refusal) {
    const json status = refusal.value();
    return std::string{text_at(value_at(status, {"details", "causes"}).at(0), {"message"})};
  }

  server_fixture with_;
};

class UncountedBudget : public DisruptionBudget {
 protected:
  UncountedBudget() : DisruptionBudget{cluster_controllers::lifecycle} {}
};

TEST_F(DisruptionBudget, CountsPodsAndHowManyMayGo) {
  add_budget("pdb", R"("minAvailable":2)");
  EXPECT_EQ(count(), "0/2 of 0, 0");
  run_pods(3);
  EXPECT_EQ(count(), "3/2 of 3, 1");
  add_budget("share", R"("minAvailable":"34%")");
  EXPECT_EQ(count("share"), "3/2 of 3, 1") << "a share is rounded up";
  add_budget("most", R"("maxUnavailable":1)");
  EXPECT_EQ(count("most"), "3/2 of 3, 1");
  add_budget("most-share", R"("maxUnavailable":"50%")");
  EXPECT_EQ(count("most-share"), "3/1 of 3, 2");
}

TEST_F(DisruptionBudget, IsSpentByEvictionsAndFilledByNewPods) {
  add_budget("pdb", R"("minAvailable":2)");
  run_pods(3);
  EXPECT_EQ(evict(pods().front(), "?dryRun=All").status, 201);
  EXPECT_EQ(count(), "3/2 of 3, 1") << "only asked";
  const std::string first = pods().front();
  EXPECT_EQ(evict(first).status, 201);
  EXPECT_EQ(pods().size(), 3U) << "the ReplicaSet makes another";
  EXPECT_EQ(evict(first).status, 404);
  EXPECT_EQ(count(), "3/2 of 3, 1");
  EXPECT_EQ(with_.get(shop_budgets + "/pdb").value()["status"].count("disruptedPods"), 0U)
      << "nobody waits for a pod that is gone";
}

TEST_F(DisruptionBudget, RefusesWhatItCannotBear) {
  run_pods(2);
  add_budget("pdb", R"("minAvailable":2)");
  const seen refusal = evict(pods().front());
  EXPECT_EQ(refusal.status, 429);
  EXPECT_EQ(refusal.message(), violated);
  EXPECT_EQ(why(refusal), "The disruption budget pdb needs 2 healthy pods and has 2 currently");
  EXPECT_EQ(pods().size(), 2U);
  add_budget("second", R"("minAvailable":0)");
  const seen ambiguous = evict(pods().front());
  EXPECT_EQ(ambiguous.status, 500);
  EXPECT_EQ(
      ambiguous.message(),
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
  EXPECT_EQ(with_.send("DELETE", shop_pods + "/" + pods().front()).status, 200)
      << "a deletion asks no budget";
}

TEST_F(UncountedBudget, RefusesUntilSomebodyHasCounted) {
  with_.load(R"({apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop, labels: {app: web}},
    spec: {containers: [{name: c, image: i}]}, status: {phase: Running}})");
  add_budget("pdb", R"("minAvailable":0)");
  const seen refusal = evict("p");
  EXPECT_EQ(refusal.status, 429);
  EXPECT_EQ(refusal.headers.get("Retry-After"), "10");
  EXPECT_EQ(why(refusal), "The disruption budget pdb is still being processed by the server.");
  const std::string counted = R"({"status":{"observedGeneration":1,"disruptionsAllowed":1}})";
  ASSERT_EQ(with_
                .send("PATCH", shop_budgets + "/pdb/status", "admin", counted,
                      {{"Content-Type", "application/merge-patch+json"}})
                .status,
            200);
  EXPECT_EQ(evict("p").status, 201);
  EXPECT_EQ(with_.get(shop_budgets + "/pdb").value()["status"]["disruptionsAllowed"], 0);
  EXPECT_TRUE(with_.get(shop_budgets + "/pdb").value()["status"]["disruptedPods"].contains("p"));
}

TEST_F(UncountedBudget, IsNotAskedAboutPodsThatHaveEndedOrNotBegun) {
  add_budget("pdb", R"("minAvailable":1)");
  for (const char* phase : {"Pending", "Succeeded", "Failed"}) {
    with_.load(
        std::string{"{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop, labels: {app: web}}, "
                    "spec: {containers: [{name: c, image: i}]}, status: {phase: "} +
        phase + "}}");
    EXPECT_EQ(evict("p").status, 201) << phase;
  }
}

TEST_F(DisruptionBudget, ACordonedNodeTakesNoPods) {
  with_.load(R"(
{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {unschedulable: true}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}}
)");
  run_pods(1);
  const auto node_of = [&] {
    return std::string{text_at(with_.get(shop_pods + "/" + pods().back()).value(), {"spec", "nodeName"})};
  };
  EXPECT_EQ(node_of(), "b");
  const auto mark = [&](const char* node, const char* value) {
    return with_
        .send("PATCH", std::string{"/api/v1/nodes/"} + node, "admin",
              std::string{R"({"spec":{"unschedulable":)"} + value + "}}",
              {{"Content-Type", "application/merge-patch+json"}})
        .status;
  };
  ASSERT_EQ(mark("b", "true"), 200);
  ASSERT_EQ(evict(pods().front()).status, 201);
  EXPECT_EQ(node_of(), "") << "there is no node for it";
  EXPECT_EQ(with_.get(shop_pods + "/" + pods().front()).value()["status"]["phase"], "Pending");
  ASSERT_EQ(mark("a", "null"), 200);
  EXPECT_EQ(node_of(), "a");
}

}  // namespace
}  // namespace kitfox::kube
