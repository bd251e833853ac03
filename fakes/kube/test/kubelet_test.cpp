#include "fakes/kube/kubelet.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using wanted_kind = kubelet_action::kinds;
using test::seen;
using test::server_fixture;

api_server_options running_pods() {
  api_server_options options;
  options.controllers = cluster_controllers::running_pods;
  options.node.images = {{"known*", {"/bin/known", "first"}}, {"own", {}}};
  options.node.pods_folder = "/pods";
  options.root_authority_pem = "PEM";
  options.limits.events_max = 20;
  return options;
}

/// A cluster whose node is led by hand: what it wants started is started when told so.
struct led_node : server_fixture {
  led_node() : server_fixture{running_pods()} { node.advertise({"127.0.0.1", 6443}); }

  std::vector<kubelet_action> advance() { return node.advance(now); }
  /// The only action of a kind that is due.
  kubelet_action only(wanted_kind kind) {
    for (kubelet_action& action : advance()) {
      if (action.kind == kind) return action;
    }
    ADD_FAILURE() << "no such action";
    return {kind};
  }
  kubelet_action start(const std::string& pod) {
    create(pod);
    kubelet_action action = only(wanted_kind::start);
    node.on_started(action.run, now);
    (void)advance();
    return action;
  }
  void create(const std::string& pod) {
    const std::string body = R"({"kind":"Pod","apiVersion":"v1",)" + pod + "}";
    const seen made = send("POST", "/api/v1/namespaces/default/pods", "admin", body,
                           {{"Content-Type", "application/json"}});
    EXPECT_EQ(made.status, 201) << made.body;
  }
  json pod(const std::string& name = "p") { return get("/api/v1/namespaces/default/pods/" + name).value(); }
  json container(const std::string& name = "p") { return pod(name)["status"]["containerStatuses"][0]; }
  std::vector<std::string> reasons() {
    std::vector<std::string> all;
    const json list = get("/api/v1/namespaces/default/events").value();
    for (const json& event : list["items"]) all.emplace_back(text_at(event, {"reason"}));
    return all;
  }
  kubelet& node{*server.node()};
};

constexpr const char* plain =
    R"json("metadata":{"name":"p"},"spec":{"containers":[{"name":"app","image":"known:1",
    "args":["$(HOSTNAME)","--f=/var/run/secrets/kubernetes.io/serviceaccount/token"]}]})json";

std::string value_of(const container_launch& launch, std::string_view name) {
  for (const auto& [known, value] : launch.environment) {
    if (known == name) return value;
  }
  return "(none)";
}

TEST(Kubelet, StartsAPodWithItsAccountAndTellsOfIt) {
  led_node in;
  const container_launch launch = in.start(plain).launch;
  EXPECT_EQ(launch.command,
            (std::vector<std::string>{
                "/bin/known", "first", "p",
                "--f=" + launch.root + "/var/run/secrets/kubernetes.io/serviceaccount/token"}));
  EXPECT_EQ(value_of(launch, "KUBERNETES_SERVICE_HOST"), "127.0.0.1");
  EXPECT_EQ(value_of(launch, "KUBERNETES_SERVICE_PORT"), "6443");
  EXPECT_EQ(value_of(launch, "CONTAINER_SANDBOX_MOUNT_POINT"), launch.root);
  ASSERT_EQ(launch.volumes.size(), 1U);
  const auto& files = launch.volumes[0].files;
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].path, "token");
  EXPECT_EQ(in.server.tokens().user_of_token(files[0].content, in.server.objects(), in.now.wall)->name,
            "system:serviceaccount:default:default");
  EXPECT_EQ(files[1].content, "PEM");
  EXPECT_EQ(files[2].content, "default");
  EXPECT_EQ(in.pod()["status"]["phase"], "Running");
  EXPECT_EQ(in.pod()["spec"]["nodeName"], "kitfox");
  EXPECT_TRUE(is_true_at(in.container(), {"ready"}));
  EXPECT_EQ(in.reasons(), (std::vector<std::string>{"Scheduled", "Pulled", "Created", "Started"}));
}

TEST(Kubelet, AnImageThatStandsForNothingCannotBePulled) {
  led_node in;
  in.create(R"("metadata":{"name":"p"},"spec":{"containers":[{"name":"app","image":"other"}]})");
  for (const kubelet_action& action : in.advance()) EXPECT_NE(action.kind, wanted_kind::start);
  EXPECT_EQ(in.pod()["status"]["phase"], "Pending");
  EXPECT_EQ(in.container()["state"]["waiting"]["reason"], "ImagePullBackOff");
  const auto reasons = in.reasons();
  EXPECT_NE(std::find(reasons.begin(), reasons.end(), "BackOff"), reasons.end());
}

TEST(Kubelet, APodWaitsForTheSecretItNeeds) {
  led_node in;
  in.create(
      R"("metadata":{"name":"p","labels":{"l":"of-label"}},"spec":{"containers":[{"name":"app","image":"own","command":["run"],"env":[
      {"name":"KEY","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},{"name":"BOTH","value":"<$(KEY) $(NONE) $$(KEY)>"},
      {"name":"LABEL","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['l']"}}}],
      "envFrom":[{"prefix":"P_","configMapRef":{"name":"none","optional":true}}]}]})");
  (void)in.advance();
  EXPECT_EQ(in.container()["state"]["waiting"]["reason"], "CreateContainerConfigError");
  EXPECT_EQ(in.container()["state"]["waiting"]["message"], "secret \"s\" not found");
  in.load("{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: default}, stringData: {k: value}}");
  in.sleep(10s);
  const container_launch launch = in.only(wanted_kind::start).launch;
  EXPECT_EQ(launch.command, std::vector<std::string>{"run"});
  EXPECT_EQ(value_of(launch, "KEY"), "value");
  EXPECT_EQ(value_of(launch, "BOTH"), "<value $(NONE) $(KEY)>");
  EXPECT_EQ(value_of(launch, "LABEL"), "of-label");
}

TEST(Kubelet, ACrashingContainerShowsItsBackOffAndKeepsItsPreviousLog) {
  led_node in;
  const std::uint64_t first = in.start(plain).run;
  in.node.on_output(first, "of the first run", in.now);
  in.node.on_ended(first, 3, in.now);
  (void)in.advance();
  in.sleep(1s);
  const std::uint64_t second = in.only(wanted_kind::start).run;
  in.node.on_started(second, in.now);
  in.node.on_output(second, "of the second run", in.now);
  EXPECT_EQ(in.get("/api/v1/namespaces/default/pods/p/log").body, "of the second run\n");
  EXPECT_EQ(in.get("/api/v1/namespaces/default/pods/p/log?previous=true").body, "of the first run\n");
  in.node.on_ended(second, 3, in.now);
  (void)in.advance();
  EXPECT_EQ(in.container()["restartCount"], 1);
  EXPECT_EQ(in.container()["lastState"]["terminated"]["exitCode"], 3);
  EXPECT_EQ(in.container()["state"]["waiting"]["reason"], "CrashLoopBackOff");
  const std::string uid{text_at(in.pod(), {"metadata", "uid"})};
  EXPECT_EQ(in.container()["state"]["waiting"]["message"],
            "back-off 10s restarting failed container=app pod=p_default(" + uid + ")");
  EXPECT_EQ(in.pod()["status"]["phase"], "Running");
}

TEST(Kubelet, AFollowerSeesTheRunItFollowsToItsEndAndNotTheNext) {
  led_node in;
  const std::uint64_t first = in.start(plain).run;
  in.node.on_output(first, "one", in.now);
  api_answer followed =
      in.server_fixture::start(in.request("/api/v1/namespaces/default/pods/p/log?follow=true"));
  EXPECT_EQ(in.read(followed).body, "one\n");
  in.node.on_output(first, "two", in.now);
  in.node.on_ended(first, 0, in.now);
  in.sleep(1s);
  const std::uint64_t second = in.only(wanted_kind::start).run;
  in.node.on_started(second, in.now);
  in.node.on_output(second, "of the next", in.now);
  const seen rest = in.read(followed);
  EXPECT_EQ(rest.body, "two\n");
  EXPECT_EQ(rest.ending, seen::endings::whole);
}

constexpr const char* prepared_pod =
    R"("metadata":{"name":"p"},"spec":{"restartPolicy":"POLICY",
    "initContainers":[{"name":"a","image":"known:1"},{"name":"b","image":"known:1"}],
    "containers":[{"name":"c","image":"known:1"}]})";

std::string prepared(const std::string& policy) {
  std::string text = prepared_pod;
  return text.replace(text.find("POLICY"), 6, policy);
}

TEST(Kubelet, InitContainersRunOneAfterTheOtherBeforeTheRest) {
  led_node with;
  const auto first = with.start(prepared("Always"));
  json status = with.pod()["status"];
  EXPECT_EQ(status["phase"], "Pending");
  EXPECT_TRUE(status["initContainerStatuses"][0]["state"].contains("running"));
  EXPECT_EQ(status["initContainerStatuses"][1]["state"]["waiting"]["reason"], "PodInitializing");
  EXPECT_EQ(status["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing");
  EXPECT_EQ(status["conditions"][0]["type"], "Initialized");
  EXPECT_EQ(status["conditions"][0]["message"], "containers with incomplete status: [a b]");
  EXPECT_EQ(with.node.deadline(), runtime::mono_time::max())
      << "there is nothing to do but to wait for its end";
  with.node.on_ended(first.run, 0, with.now);
  const auto second = with.only(wanted_kind::start);
  with.node.on_started(second.run, with.now);
  with.node.on_ended(second.run, 0, with.now);
  const auto third = with.only(wanted_kind::start);
  with.node.on_started(third.run, with.now);
  (void)with.advance();
  status = with.pod()["status"];
  EXPECT_EQ(status["phase"], "Running");
  EXPECT_EQ(status["initContainerStatuses"][1]["ready"], true);
  EXPECT_EQ(status["initContainerStatuses"][1]["state"]["terminated"]["reason"], "Completed");
  EXPECT_EQ(status["conditions"][0]["status"], "True");
  EXPECT_EQ(status["containerStatuses"][0]["ready"], true);
}

TEST(Kubelet, AnInitContainerThatFailsIsTriedAgainOrEndsThePod) {
  led_node again;
  const auto first = again.start(prepared("Always"));
  again.node.on_ended(first.run, 1, again.now);
  (void)again.advance();
  EXPECT_EQ(again.pod()["status"]["phase"], "Pending");
  again.sleep(1s);
  EXPECT_NE(again.only(wanted_kind::start).run, first.run);

  led_node never;
  const auto only = never.start(prepared("Never"));
  never.node.on_ended(only.run, 1, never.now);
  for (const kubelet_action& action : never.advance()) EXPECT_NE(action.kind, wanted_kind::start);
  EXPECT_EQ(never.pod()["status"]["phase"], "Failed");
  EXPECT_EQ(never.node.deadline(), runtime::mono_time::max());
  EXPECT_EQ(never.send("DELETE", "/api/v1/namespaces/default/pods/p").status, 200);
  (void)never.advance();
  EXPECT_EQ(never.pod()["reason"], "NotFound");
}

TEST(Kubelet, APodThatGoesEndsItsInitContainer) {
  led_node with;
  const auto init = with.start(prepared("Always"));
  EXPECT_EQ(with.send("DELETE", "/api/v1/namespaces/default/pods/p").status, 200);
  EXPECT_EQ(with.only(wanted_kind::terminate).run, init.run);
  with.node.on_ended(init.run, 143, with.now);
  (void)with.advance();
  EXPECT_EQ(with.pod()["reason"], "NotFound");
}

TEST(Kubelet, ADeletedPodEndsWithGraceAndIsGoneWhenItsProcessIs) {
  led_node in;
  const kubelet_action started = in.start(plain);
  EXPECT_EQ(in.send("DELETE", "/api/v1/namespaces/default/pods/p").status, 200);
  EXPECT_EQ(in.only(wanted_kind::terminate).run, started.run);
  in.sleep(30s);
  EXPECT_EQ(in.only(wanted_kind::kill).run, started.run);
  EXPECT_EQ(in.get("/api/v1/namespaces/default/pods/p").status, 200);
  in.node.on_ended(started.run, 137, in.now);
  EXPECT_EQ(in.only(wanted_kind::forget).folder, started.launch.pod_folder);
  EXPECT_EQ(in.get("/api/v1/namespaces/default/pods/p").status, 404);
}

TEST(Kubelet, AnEvictedPodEndsAsADeletedOneDoes) {
  led_node in;
  const kubelet_action started = in.start(plain);
  const auto evict = [&](const std::string& options) {
    return in.send(
        "POST", "/api/v1/namespaces/default/pods/p/eviction", "admin",
        R"({"kind":"Eviction","apiVersion":"policy/v1beta1","metadata":{"name":"p"},"deleteOptions":{)" +
            options + "}}",
        {{"Content-Type", "application/json"}});
  };
  EXPECT_EQ(evict(R"("dryRun":["All"])").status, 201);
  EXPECT_TRUE(in.advance().empty());
  EXPECT_EQ(evict(R"("gracePeriodSeconds":5)").value()["status"], "Success");
  EXPECT_EQ(in.only(wanted_kind::terminate).run, started.run);
  in.sleep(5s);
  EXPECT_EQ(in.only(wanted_kind::kill).run, started.run);
}

TEST(Kubelet, APodThatIsRemovedAtOnceTakesItsProcessWithIt) {
  led_node in;
  const kubelet_action started = in.start(plain);
  in.send("DELETE", "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0");
  EXPECT_EQ(in.get("/api/v1/namespaces/default/pods/p").status, 404);
  std::vector<wanted_kind> wanted;
  for (const kubelet_action& action : in.advance()) wanted.push_back(action.kind);
  EXPECT_EQ(wanted, (std::vector<wanted_kind>{wanted_kind::terminate, wanted_kind::kill}));
  in.node.on_ended(started.run, 137, in.now);
  EXPECT_EQ(in.only(wanted_kind::forget).folder, started.launch.pod_folder);
}

TEST(Kubelet, AsksAProbeWhereTheContainerHasItsFiles) {
  led_node in;
  const kubelet_action started = in.start(
      R"("metadata":{"name":"p"},"spec":{"volumes":[{"name":"t","emptyDir":{}}],"containers":[{"name":"app","image":"known",
      "volumeMounts":[{"name":"t","mountPath":"/tmp"}],"readinessProbe":{"exec":{"command":["test","-e","/tmp/healthy"]}},
      "ports":[{"name":"web","containerPort":8080}],"livenessProbe":{"httpGet":{"port":"web","path":"/live"},"initialDelaySeconds":5}}]})");
  EXPECT_FALSE(is_true_at(in.container(), {"ready"}));
  EXPECT_EQ(in.pod()["status"]["conditions"][1]["reason"], "ContainersNotReady");
  in.node.on_probed(started.run, probe_kind::readiness, false, "no file", in.now);
  in.sleep(10s);
  std::vector<kubelet_action> asked = in.advance();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].question.command,
            (std::vector<std::string>{"test", "-e", started.launch.root + "/tmp/healthy"}));
  EXPECT_EQ(asked[1].question.port, 8080);
  EXPECT_EQ(asked[1].question.path, "/live");
  in.node.on_probed(started.run, probe_kind::readiness, true, "", in.now);
  (void)in.advance();
  EXPECT_TRUE(is_true_at(in.container(), {"ready"}));
  const auto reasons = in.reasons();
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "Unhealthy"), 1);
}

TEST(Kubelet, ARepeatedEventIsCountedAndTheOldestGoFirst) {
  led_node in;
  in.create(R"("metadata":{"name":"p"},"spec":{"containers":[{"name":"app","image":"other"}]})");
  for (int i = 0; i < 3; ++i) {
    (void)in.advance();
    in.sleep(10s);
  }
  const json list = in.get("/api/v1/namespaces/default/events").value();
  for (const json& event : list["items"]) {
    if (event["reason"] == "BackOff") {
      EXPECT_EQ(event["count"], 3);
    }
  }
  for (int i = 0; i < 10; ++i) {
    in.create("\"metadata\":{\"name\":\"q" + std::to_string(i) +
              R"("},"spec":{"containers":[{"name":"app","image":"other"}]})");
    (void)in.advance();
  }
  EXPECT_EQ(in.reasons().size(), 20U);
  for (const std::string& reason : in.reasons()) EXPECT_FALSE(reason.empty());
}

TEST(Kubelet, MetricsAreOfWhatRunsAndGoWithIt) {
  led_node in;
  const std::uint64_t run = in.start(plain).run;
  const char* path = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/p";
  EXPECT_EQ(in.get(path).status, 404) << "nobody has looked yet";
  in.node.on_usage(run, {250'000'000, 30 * 1024 * 1024, in.now.wall, 2s});
  const json usage = in.get(path).value()["containers"][0]["usage"];
  EXPECT_EQ(usage["cpu"], "250000000n");
  EXPECT_EQ(usage["memory"], "30720Ki");
  in.node.on_ended(run, 0, in.now);
  (void)in.advance();
  EXPECT_EQ(in.get(path).status, 404);
}

TEST(Kubelet, ARolloutKeepsTheOldPodUntilTheNewOneIsReady) {
  led_node in;
  const auto deployment = [](const std::string& image) {
    return R"({apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: default}, spec: {selector: {matchLabels:
      {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: )" +
           image + "}]}}}}";
  };
  const auto pods = [&] { return in.get("/api/v1/namespaces/default/pods").value()["items"].size(); };
  const auto available = [&] {
    const json one = in.get("/apis/apps/v1/namespaces/default/deployments/d").value();
    return number_at(one, {"status", "availableReplicas"});
  };
  in.load(deployment("known:1"));
  const std::uint64_t before = in.only(wanted_kind::start).run;
  EXPECT_EQ(available(), 0);
  in.node.on_started(before, in.now);
  (void)in.advance();
  EXPECT_EQ(available(), 1);
  in.load(deployment("known:2"));
  const std::uint64_t after = in.only(wanted_kind::start).run;
  EXPECT_EQ(pods(), 2U);
  EXPECT_EQ(available(), 1);
  in.node.on_started(after, in.now);
  EXPECT_EQ(in.only(wanted_kind::terminate).run, before);
  in.node.on_ended(before, 143, in.now);
  (void)in.advance();
  EXPECT_EQ(pods(), 1U);
  EXPECT_EQ(available(), 1);
}

}  // namespace
}  // namespace kitfox::kube
