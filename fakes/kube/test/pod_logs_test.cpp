#include "fakes/kube/pod_logs.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using test::seen;
using test::server_fixture;

constexpr std::string_view pods_with_logs = R"(
{apiVersion: v1, kind: Namespace, metadata: {name: 'n'}}
---
{apiVersion: v1, kind: Pod, metadata: {name: one, namespace: 'n'}, spec: {nodeName: x, containers: [{name: app}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: multi, namespace: 'n'}
spec: {nodeName: x, initContainers: [{name: init}], containers: [{name: a}, {name: b}]}
---
apiVersion: v1
kind: Pod
metadata: {name: starting, namespace: 'n'}
spec: {nodeName: x, containers: [{name: app}]}
status: {containerStatuses: [{name: app, state: {waiting: {reason: ContainerCreating}}}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: unscheduled, namespace: 'n'}, spec: {containers: [{name: app}]}}
---
{apiVersion: kitfox.dev/v1, kind: PodLog, metadata: {name: one, namespace: 'n'}, start: "2026-11-22T09:00:00Z",
 step_ms: 1000, open: true, log: "a\nbb\nccc\n"}
---
{apiVersion: kitfox.dev/v1, kind: PodLog, metadata: {name: one, namespace: 'n'}, previous: true, log: "before"}
---
{apiVersion: kitfox.dev/v1, kind: PodLog, metadata: {name: multi, namespace: 'n'}, container: b, log: "of b"}
)";

struct log_bench : server_fixture {
  log_bench() { load(pods_with_logs); }
  seen log(const std::string& pod, const std::string& query = "") {
    return get("/api/v1/namespaces/n/pods/" + pod + "/log?" + query);
  }
  const log_name name{"n", "one", "", log_instance::current};
};

TEST(PodLogs, AreCutAsAsked) {
  log_bench with;
  EXPECT_EQ(with.log("one").body, "a\nbb\nccc\n");
  EXPECT_EQ(with.log("one", "tailLines=2").body, "bb\nccc\n");
  EXPECT_EQ(with.log("one", "tailLines=0").body, "");
  EXPECT_EQ(with.log("one", "tailLines=99").body, "a\nbb\nccc\n");
  EXPECT_EQ(with.log("one", "limitBytes=4").body, "a\nbb");
  EXPECT_EQ(with.log("one", "previous=True").body, "before\n");
  EXPECT_EQ(with.log("one", "sinceTime=2026-11-22T09:00:01Z").body, "bb\nccc\n");
  EXPECT_EQ(with.log("one", "sinceSeconds=9999999999999").body, "a\nbb\nccc\n");
  EXPECT_EQ(with.log("one", "sinceSeconds=60").body, "");
  EXPECT_EQ(with.log("one", "timestamps=1&tailLines=1").body, "2026-11-22T09:00:02.000000000Z ccc\n");
  EXPECT_EQ(with.log("one").content_type, "text/plain");
}

TEST(PodLogs, LoseTheNewestLinesWhenTheTailExceedsTheLimit) {
  log_bench with;
  // As the kubelet does: to the begin of the tail first, then up to the limit.
  EXPECT_EQ(with.log("one", "tailLines=2&limitBytes=4").body, "bb\nc");
  EXPECT_EQ(with.log("one", "limitBytes=1&tailLines=1").body, "c");
}

TEST(PodLogs, NameTheContainersToChooseFrom) {
  log_bench with;
  EXPECT_EQ(with.log("multi").message(),
            "a container name must be specified for pod multi, choose one of: [init a b]");
  EXPECT_EQ(with.log("multi", "container=b").body, "of b\n");
  EXPECT_EQ(with.log("multi", "container=a").body, "") << "a running container that has said nothing";
  EXPECT_EQ(with.log("multi", "container=z").message(), "container z is not valid for pod multi");
}

TEST(PodLogs, SayWhyThereAreNone) {
  log_bench with;
  EXPECT_EQ(with.log("starting").message(),
            "container \"app\" in pod \"starting\" is waiting to start: ContainerCreating");
  EXPECT_EQ(with.log("multi", "container=a&previous=1").message(),
            "previous terminated container \"a\" in pod \"multi\" not found");
  EXPECT_EQ(with.log("unscheduled").status, 204);
  EXPECT_EQ(with.log("none").status, 404);
}

TEST(PodLogs, AreFollowedUntilTheContainerEnds) {
  log_bench with;
  api_answer follow = with.start(with.request("/api/v1/namespaces/n/pods/one/log?follow=1&tailLines=1"));
  EXPECT_EQ(with.read(follow).body, "ccc\n");
  EXPECT_EQ(with.read(follow).ending, seen::endings::open);
  with.server.logs().append(with.name, {with.now.wall, "dddd"});
  EXPECT_EQ(with.read(follow).body, "dddd\n");
  with.server.logs().append(with.name, {with.now.wall, "e"});
  with.server.logs().close(with.name);
  const seen last = with.read(follow);
  EXPECT_EQ(last.body, "e\n");
  EXPECT_EQ(last.ending, seen::endings::whole);
}

TEST(PodLogs, EndForFollowersWhenThePodIsDeleted) {
  log_bench with;
  api_answer follow = with.start(with.request("/api/v1/namespaces/n/pods/one/log?follow=1"));
  static_cast<void>(with.read(follow));
  ASSERT_FALSE(with.server.remove("pods", "n", "one"));
  EXPECT_EQ(with.read(follow).ending, seen::endings::whole);
}

TEST(PodLogs, FollowersStopAtTheirLimit) {
  log_bench with;
  api_answer follow = with.start(with.request("/api/v1/namespaces/n/pods/one/log?follow=1&limitBytes=3"));
  const seen read = with.read(follow);
  EXPECT_EQ(read.body, "a\nb");
  EXPECT_EQ(read.ending, seen::endings::whole);
}

TEST(PodLogs, KeepTheLatestBytesOfEachContainer) {
  pod_logs logs{{.bytes_per_container_max = 10}};
  const log_name name{"n", "p", "c", log_instance::current};
  for (int i = 0; i < 10; ++i) logs.append(name, {{}, "l" + std::to_string(i)});
  const container_log* log = logs.find(name);
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->lines.size(), 3U);
  EXPECT_EQ(log->first_index, 7U);
  EXPECT_EQ(log->lines.front().text, "l7");
  logs.append(name, {{}, std::string(100, 'x')});
  EXPECT_EQ(logs.find(name)->lines.size(), 1U) << "one long line is kept whole";
}

TEST(PodLogs, CarryAnyBytes) {
  log_bench with;
  const std::string bytes = std::string(2'000'000, 'x') + "\xff\xfe";
  with.server.logs().append(with.name, {with.now.wall, bytes});
  EXPECT_EQ(with.log("one", "tailLines=1").body, bytes + "\n");
}

}  // namespace
}  // namespace kitfox::kube
