#include <gtest/gtest.h>

#include "fakes/kube/api_server.hpp"
#include "fakes/kube/managed_fields.hpp"
#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::seen;
using test::server_fixture;

const std::string shop_maps = "/api/v1/namespaces/shop/configmaps";
const std::string shop_deployments = "/apis/apps/v1/namespaces/shop/deployments";
constexpr const char* strategic_type = "application/strategic-merge-patch+json";
constexpr const char* json_patch_type = "application/json-patch+json";
constexpr const char* apply_type = "application/apply-patch+yaml";

constexpr std::string_view shop_cluster = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
data: {k: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "web:1", env: [{name: A, value: "1"}, {name: B, value: "2"}]}
        - {name: side, image: "side:1"}
)";

class WritePath : public ::testing::Test {
 protected:
  WritePath() { server_.load(shop_cluster); }

  seen patch(const std::string& target, const char* type, const std::string& body) {
    return server_.send("PATCH", target, "admin", body, {{"Content-Type", type}});
  }
  seen post(const std::string& target, const std::string& body) {
    return server_.send("POST", target, "admin", body);
  }
  seen remove(const std::string& target, const std::string& body = {}) {
    return server_.send("DELETE", target, "admin", body);
  }
  json containers() {
    return server_.get(shop_deployments + "/web").value()["spec"]["template"]["spec"]["containers"];
  }

  server_fixture server_;
};

TEST_F(WritePath, StrategicPatchMergesContainersAndVariablesByName) {
  const seen done = patch(shop_deployments + "/web", strategic_type,
                          R"({"spec":{"template":{"spec":{"containers":[
                             {"name":"web","image":"web:2","env":[{"name":"B","$patch":"delete"},{"name":"C","value":"3"}]}]}}}})");
  ASSERT_EQ(done.status, 200) << done.body;
  ASSERT_EQ(containers().size(), 2U);
  EXPECT_EQ(containers()[0]["image"], "web:2");
  EXPECT_EQ(containers()[0]["env"], json::parse(R"([{"name":"A","value":"1"},{"name":"C","value":"3"}])"));
  EXPECT_EQ(containers()[1]["name"], "side");
  EXPECT_EQ(done.value()["metadata"]["generation"], 2);
}

TEST_F(WritePath, StrategicPatchReplacesListsThatDoNotMergeAndObeysItsDirectives) {
  patch(shop_deployments + "/web", strategic_type, R"({"metadata":{"finalizers":["x/a","x/b"]}})");
  patch(shop_deployments + "/web", strategic_type,
        R"({"metadata":{"finalizers":["x/c"],"$deleteFromPrimitiveList/finalizers":["x/a"]}})");
  EXPECT_EQ(server_.get(shop_deployments + "/web").value()["metadata"]["finalizers"], json({"x/b", "x/c"}));
  patch(shop_deployments + "/web", strategic_type,
        R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"side"},{"name":"web"}]}}}})");
  EXPECT_EQ(containers()[0]["name"], "side");
  patch(
      shop_deployments + "/web", strategic_type,
      R"({"spec":{"template":{"spec":{"containers":[{"$patch":"replace"},{"name":"one","image":"one"}]}}}})");
  EXPECT_EQ(containers().size(), 1U);
  const seen bad = patch(shop_deployments + "/web", strategic_type,
                         R"({"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.message().find("does not contain declared merge key: name"), std::string::npos);
}

TEST_F(WritePath, JsonPatchIsAppliedWholeOrNotAtAll) {
  const seen refused =
      patch(shop_maps + "/a", json_patch_type,
            R"([{"op":"replace","path":"/data/k","value":"2"},{"op":"test","path":"/data/k","value":"1"}])");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(server_.get(shop_maps + "/a").value()["data"]["k"], "1");
  EXPECT_EQ(patch(shop_maps + "/a", json_patch_type, R"([{"op":"add","path":"/data/z","value":"9"}])").status,
            200);
  EXPECT_EQ(server_.get(shop_maps + "/a").value()["data"]["z"], "9");
}

TEST_F(WritePath, JsonPatchHasNoMoreThanTenThousandOperations) {
  std::string many = "[";
  for (int i = 0; i < 10'000; ++i) many += R"({"op":"test","path":"/kind","value":"ConfigMap"},)";
  many.back() = ']';
  EXPECT_EQ(patch(shop_maps + "/a", json_patch_type, many).status, 200);
  many.back() = ',';
  many += R"({"op":"test","path":"/kind","value":"ConfigMap"}])";
  EXPECT_EQ(patch(shop_maps + "/a", json_patch_type, many).status, 413);
}

TEST_F(WritePath, ApplyOwnsWhatItSaysAndConflictsOverValuesOfOthers) {
  const std::string target = shop_maps + "/b?fieldManager=";
  const std::string head = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"},"data":)";
  EXPECT_EQ(patch(target + "one", apply_type, head + R"({"k":"1","only":"one"}})").status, 201);
  const seen again = patch(target + "one", apply_type, head + R"({"k":"1","only":"one"}})");
  EXPECT_EQ(again.value()["metadata"]["resourceVersion"],
            server_.get(shop_maps + "/b").value()["metadata"]["resourceVersion"]);
  const seen conflict = patch(target + "two", apply_type, head + R"({"k":"2"}})");
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.message(), "Apply failed with 1 conflict: conflict with \"one\": .data.k");
  EXPECT_EQ(patch(target + "two&force=true", apply_type, head + R"({"k":"2"}})").status, 200);
  // What one says no more goes, unless two says it as well.
  EXPECT_EQ(patch(target + "one", apply_type, head + R"({}})").status, 200);
  EXPECT_EQ(server_.get(shop_maps + "/b").value()["data"], json::parse(R"({"k":"2"})"));
}

TEST_F(WritePath, ApplyMergesContainersByNameAndYamlIsTaken) {
  const seen done = patch(shop_deployments + "/web?fieldManager=x&force=true", apply_type,
                          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
                          "spec: {template: {spec: {containers: [{name: extra, image: 'extra:2'}]}}}\n");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(containers()[0]["image"], "web:1");
  EXPECT_EQ(containers()[2]["image"], "extra:2");
  const seen unowned = patch(shop_deployments + "/web?fieldManager=x", apply_type,
                             R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}})");
  EXPECT_EQ(unowned.status, 200) << unowned.body;
  EXPECT_EQ(containers().size(), 2U) << "the extra container was x's alone";
}

TEST_F(WritePath, AConfigurationThatIsNoObjectIsRefused) {
  const std::string target = shop_maps + "/b?fieldManager=x";
  for (const char* body :
       {R"({"apiVersion":"v1","kind":"ConfigMap","metadata":"b"})", "[]", "a: [", "", "1"}) {
    EXPECT_EQ(patch(target, apply_type, body).status, 400) << body;
  }
  EXPECT_EQ(
      patch(target, apply_type, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}})").status,
      400);
  EXPECT_EQ(
      patch(target, apply_type, R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"}})").status,
      400);
}

TEST_F(WritePath, KeepsAFewManagersAndPutsTheOldestTogether) {
  // Of an object that was loaded nobody is noted, and then no update is: an apply begins it.
  patch(shop_maps + "/a?fieldManager=x", apply_type,
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}})");
  for (std::size_t i = 0; i < 2 * update_managers_max; ++i) {
    const std::string n = std::to_string(i);
    patch(shop_maps + "/a?fieldManager=m" + n, "application/merge-patch+json",
          R"({"data":{"k)" + n + R"(":"1"}})");
  }
  const json managers = server_.get(shop_maps + "/a").value()["metadata"]["managedFields"];
  ASSERT_EQ(managers.size(), update_managers_max + 1);
  EXPECT_EQ(managers[0]["operation"], "Apply");
  EXPECT_EQ(managers[1]["manager"], "ancient-changes");
  EXPECT_EQ(managers.back()["manager"], "m9") << "those of one second are sorted by name";
}

TEST_F(WritePath, DryRunChecksAndAnswersButStoresNothing) {
  const auto revision = server_.server.objects().revision();
  EXPECT_EQ(post(shop_maps + "?dryRun=All", R"({"metadata":{"name":"dry"}})").status, 201);
  EXPECT_EQ(patch(shop_maps + "/a?dryRun=All", "application/merge-patch+json", R"({"data":{"k":"9"}})")
                .value()["data"]["k"],
            "9");
  EXPECT_EQ(remove(shop_maps + "/a?dryRun=All").status, 200);
  EXPECT_EQ(remove(shop_maps + "/a", R"({"dryRun":["All"]})").status, 200);
  EXPECT_EQ(post(shop_maps + "?dryRun=Some", R"({"metadata":{"name":"dry"}})").status, 422);
  EXPECT_EQ(server_.server.objects().revision(), revision);
}

TEST_F(WritePath, UnknownFieldsAreRefusedWhereStrictnessIsAskedFor) {
  const std::string typo = R"({"metadata":{"name":"t"},"dta":{"k":"1"}})";
  const seen refused = post(shop_maps + "?fieldValidation=Strict", typo);
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.message().find("strict decoding error: unknown field \"dta\""), std::string::npos);
  EXPECT_EQ(post(shop_maps, typo).status, 201);
  EXPECT_EQ(post(shop_maps, R"({"metadata":{"name":"u"},"data":{"k":1}})").status, 400);
}

TEST_F(WritePath, FinalizersHoldAnObjectUntilTheLastIsGone) {
  post(shop_maps, R"({"metadata":{"name":"held","finalizers":["x/hold"]}})");
  EXPECT_FALSE(remove(shop_maps + "/held").value()["metadata"]["deletionTimestamp"].is_null());
  const auto first = server_.get(shop_maps + "/held").value()["metadata"]["resourceVersion"];
  remove(shop_maps + "/held");
  EXPECT_EQ(server_.get(shop_maps + "/held").value()["metadata"]["resourceVersion"], first);
  EXPECT_EQ(patch(shop_maps + "/held", "application/merge-patch+json", R"({"metadata":{"finalizers":null}})")
                .status,
            200);
  EXPECT_EQ(server_.get(shop_maps + "/held").status, 404);
}

TEST_F(WritePath, ANamespaceEndsWithItsContentAndWaitsForFinalizers) {
  post(shop_maps, R"({"metadata":{"name":"held","finalizers":["x/hold"]}})");
  EXPECT_EQ(remove("/api/v1/namespaces/shop").value()["status"]["phase"], "Terminating");
  EXPECT_EQ(server_.get(shop_maps + "/a").status, 404);
  EXPECT_EQ(server_.get("/api/v1/namespaces/shop").value()["status"]["phase"], "Terminating");
  EXPECT_EQ(post(shop_maps, R"({"metadata":{"name":"late"}})").status, 403);
  EXPECT_EQ(remove("/api/v1/namespaces/shop").status, 409);
  patch(shop_maps + "/held", "application/merge-patch+json", R"({"metadata":{"finalizers":null}})");
  EXPECT_EQ(server_.get("/api/v1/namespaces/shop").status, 404);
  EXPECT_EQ(remove("/api/v1/namespaces/kube-system").status, 403);
}

TEST_F(WritePath, WhatAnObjectOwnsGoesWithItUnlessOrphaned) {
  const std::string uid = server_.get(shop_maps + "/a").value()["metadata"]["uid"];
  const auto owned = [&](const std::string& name) {
    return R"({"metadata":{"name":")" + name +
           R"(","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":")" + uid +
           R"("}]}})";
  };
  post(shop_maps, owned("child"));
  remove(shop_maps + "/a", R"({"propagationPolicy":"Orphan"})");
  EXPECT_EQ(server_.get(shop_maps + "/a").status, 404);
  EXPECT_TRUE(server_.get(shop_maps + "/child").value()["metadata"]["ownerReferences"].is_null());
  const std::string other = post(shop_maps, R"({"metadata":{"name":"a"}})").value()["metadata"]["uid"];
  for (const char* policy : {"Background", "Foreground"}) {
    json child = json::parse(owned("next"));
    child["metadata"]["ownerReferences"][0]["uid"] = server_.get(shop_maps + "/a").value()["metadata"]["uid"];
    post(shop_maps, child.dump());
    remove(shop_maps + "/a", std::string{R"({"propagationPolicy":")"} + policy + "\"}");
    EXPECT_EQ(server_.get(shop_maps + "/next").status, 404) << policy;
    EXPECT_EQ(server_.get(shop_maps + "/a").status, 404) << policy;
    post(shop_maps, R"({"metadata":{"name":"a"}})");
  }
  EXPECT_FALSE(other.empty());
}

TEST_F(WritePath, WatchersSeeAPodMarkedBeforeItIsGone) {
  server_.load(
      "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {nodeName: node-1, "
      "containers: "
      "[{name: c, image: i}]}}");
  const auto from = std::to_string(server_.server.objects().revision());
  remove("/api/v1/namespaces/shop/pods/p");
  const auto events = server_.get("/api/v1/namespaces/shop/pods?watch=true&resourceVersion=" + from).events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0]["type"], "MODIFIED");
  EXPECT_EQ(events[0]["object"]["metadata"]["deletionGracePeriodSeconds"], 30);
  EXPECT_EQ(events[1]["type"], "DELETED");
}

// Length-delimited protobuf, for short contents.
std::string wire(char number, const std::string& content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
}

TEST_F(WritePath, ASecretInProtobufIsStoredAsItsJsonWouldBe) {
  const std::string entry = wire(1, "release") + wire(2, "\x01\x02");
  const std::string secret = wire(1, wire(1, "s") + wire(11, wire(1, "owner") + wire(2, "helm"))) +
                             wire(2, entry) + wire(3, "helm.sh/release.v1");
  const std::string body =
      std::string{"k8s\0", 4} + wire(1, wire(1, "v1") + wire(2, "Secret")) + wire(2, secret);
  const seen stored = server_.send("POST", "/api/v1/namespaces/shop/secrets", "admin", body,
                                   {{"Content-Type", "application/vnd.kubernetes.protobuf"}});
  ASSERT_EQ(stored.status, 201) << stored.body;
  EXPECT_EQ(stored.value()["data"], json::parse(R"({"release":"AQI="})"));
  EXPECT_EQ(stored.value()["metadata"]["labels"], json::parse(R"({"owner":"helm"})"));
  EXPECT_EQ(stored.value()["type"], "helm.sh/release.v1");
}

TEST_F(WritePath, OpenApiTellsClientsThatTheServerChecksFields) {
  const json index = server_.get("/openapi/v3").value();
  EXPECT_TRUE(index["paths"].contains("apis/apps/v1"));
  const json apps = server_.get("/openapi/v3/apis/apps/v1?hash=1").value();
  const json& operation = apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
  EXPECT_EQ(operation["x-kubernetes-group-version-kind"]["kind"], "Deployment");
  EXPECT_EQ(apps["components"]["schemas"]["io.k8s.apps.DeploymentSpec"]["properties"]["replicas"]["type"],
            "integer");
  EXPECT_EQ(server_.get("/openapi/v3/apis/none/v1").status, 404);
  const seen second =
      server_.send("GET", "/openapi/v2", "admin", "",
                   {{"Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"}});
  EXPECT_EQ(second.headers.get("Content-Type"), "application/octet-stream");
  EXPECT_NE(second.body.find("fieldValidation"), std::string::npos);
  EXPECT_EQ(server_
                .send("GET", "/openapi/v2", "admin", "",
                      {{"Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"},
                       {"If-None-Match", "\"1\""}})
                .status,
            304);
}

TEST_F(WritePath, ScaleChangesTheReplicasAndNothingElse) {
  EXPECT_EQ(
      patch(shop_deployments + "/web/scale", "application/merge-patch+json", R"({"spec":{"replicas":3}})")
          .value()["spec"]["replicas"],
      3);
  EXPECT_EQ(server_.get(shop_deployments + "/web").value()["spec"]["replicas"], 3);
  EXPECT_EQ(
      patch(shop_deployments + "/web/scale", "application/merge-patch+json", R"({"spec":{"replicas":-1}})")
          .status,
      422);
}

TEST(WriteControllers, DoNoMoreAtATimeThanTheirLimit) {
  api_server_options few;
  few.limits.controller_steps_max = 1;
  server_fixture server{few};
  server.load("{apiVersion: v1, kind: Namespace, metadata: {name: one}}");
  server.load("{apiVersion: v1, kind: Namespace, metadata: {name: two}}");
  for (int i = 0; i < 5; ++i) {
    server.load("{apiVersion: v1, kind: ConfigMap, metadata: {name: m" + std::to_string(i) +
                ", namespace: one}}");
  }
  server.send("DELETE", "/api/v1/namespaces/one");
  server.send("DELETE", "/api/v1/namespaces/two");
  EXPECT_EQ(server.get("/api/v1/namespaces/two").status, 200) << "its turn comes after seven steps";
  for (int i = 0; i < 20; ++i) server.get("/version");
  EXPECT_EQ(server.get("/api/v1/namespaces/two").status, 404);
}

TEST(WriteControllers, ABareServerLeavesWhatIsMarkedToItsClients) {
  api_server_options bare;
  bare.controllers = cluster_controllers::none;
  server_fixture server{bare};
  server.load("{apiVersion: v1, kind: Namespace, metadata: {name: one}}");
  server.send("DELETE", "/api/v1/namespaces/one");
  EXPECT_EQ(server.get("/api/v1/namespaces/one").value()["status"]["phase"], "Terminating");
  json body = server.get("/api/v1/namespaces/one").value();
  body["spec"]["finalizers"] = json::array();
  server.send("PUT", "/api/v1/namespaces/one/finalize", "admin", body.dump());
  EXPECT_EQ(server.get("/api/v1/namespaces/one").status, 404);
}

class WorkloadControllers : public ::testing::Test {
 protected:
  WorkloadControllers() : server_{running()} {
    server_.load(shop_cluster);
    server_.get("/version");
  }
  static api_server_options running() {
    api_server_options options;
    options.controllers = cluster_controllers::workloads;
    return options;
  }
  json status() { return server_.get(shop_deployments + "/web").value()["status"]; }
  std::size_t count(const std::string& target) { return server_.get(target).value()["items"].size(); }
  void patch(const std::string& body) {
    server_.send("PATCH", shop_deployments + "/web", "admin", body, {{"Content-Type", strategic_type}});
  }

  server_fixture server_;
  const std::string pods_ = "/api/v1/namespaces/shop/pods";
  const std::string sets_ = "/apis/apps/v1/namespaces/shop/replicasets";
};

TEST_F(WorkloadControllers, ADeploymentGetsPodsThatAreReady) {
  EXPECT_EQ(count(sets_), 1U);
  const json pods = server_.get(pods_ + "?labelSelector=app%3Dweb").value()["items"];
  ASSERT_EQ(pods.size(), 1U);
  EXPECT_EQ(pods[0]["status"]["phase"], "Running");
  EXPECT_EQ(status()["readyReplicas"], 1);
  EXPECT_EQ(status()["observedGeneration"], 1);
}

TEST_F(WorkloadControllers, APodOfAFileMayLackWhatTheApiAsksFor) {
  server_.load(
      "{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}, spec: {containers: [{name: "
      "c}]}}");
  server_.get("/version");
  EXPECT_EQ(server_.get(pods_ + "/bare").value()["status"]["phase"], "Running");
}

TEST_F(WorkloadControllers, ScalingAndAnotherTemplateChangeThePods) {
  patch(R"({"spec":{"replicas":3}})");
  EXPECT_EQ(count(pods_), 3U);
  EXPECT_EQ(status()["availableReplicas"], 3);
  patch(R"({"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}})");
  EXPECT_EQ(count(sets_), 2U);
  ASSERT_EQ(count(pods_), 2U);
  EXPECT_EQ(server_.get(pods_).value()["items"][0]["spec"]["containers"][0]["image"], "web:2");
  EXPECT_EQ(status()["updatedReplicas"], 2);
}

TEST_F(WorkloadControllers, APodThatIsDeletedIsReplacedAndADeploymentTakesItsPodsAlong) {
  const std::string name = server_.get(pods_).value()["items"][0]["metadata"]["name"];
  server_.send("DELETE", pods_ + "/" + name);
  ASSERT_EQ(count(pods_), 1U);
  EXPECT_NE(server_.get(pods_).value()["items"][0]["metadata"]["name"], name);
  server_.send("DELETE", shop_deployments + "/web");
  EXPECT_EQ(count(sets_) + count(pods_), 0U);
}

}  // namespace
}  // namespace kitfox::kube
