// Jobs and DaemonSets, in a cluster whose pods run nothing: they end as they are told to.
#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::seen;
using test::server_fixture;

const std::string job_pods = "/api/v1/namespaces/shop/pods";
const std::string shop_jobs = "/apis/batch/v1/namespaces/shop/jobs";
const std::string shop_daemons = "/apis/apps/v1/namespaces/shop/daemonsets";

api_server_options making_workloads() {
  api_server_options options;
  options.controllers = cluster_controllers::workloads;
  return options;
}

class JobController : public ::testing::Test {
 protected:
  JobController() : with_{making_workloads()} {
    with_.load("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
  }

  void create(const std::string& target, const std::string& name, const std::string& spec) {
    const std::string body = R"({"metadata":{"name":")" + name + R"("},"spec":{)" + spec +
                             R"("template":{"metadata":{"labels":{"app":"w"}},
        "spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}})";
    const seen made = with_.send("POST", target, "admin", body);
    ASSERT_EQ(made.status, 201) << made.body;
  }
  std::vector<json> pods(const std::string& phase = {}) {
    std::vector<json> found;
    const json list = with_.get(job_pods).value();
    for (const json& pod : list["items"]) {
      if (phase.empty() || pod["status"]["phase"] == phase) found.push_back(pod);
    }
    return found;
  }
  void end_one(const std::string& phase) {
    const auto running = pods("Running");
    ASSERT_FALSE(running.empty());
    const std::string name = running.front()["metadata"]["name"];
    ASSERT_EQ(patch(job_pods + "/" + name + "/status", R"({"status":{"phase":")" + phase + R"("}})"), 200);
  }
  int patch(const std::string& target, const std::string& body) {
    return with_.send("PATCH", target, "admin", body, {{"Content-Type", "application/merge-patch+json"}})
        .status;
  }
  json job() { return with_.get(shop_jobs + "/j").value(); }

  server_fixture with_;
};

TEST_F(JobController, RunsPodsUntilEnoughHaveSucceeded) {
  create(shop_jobs, "j", R"("completions":3,"parallelism":2,)");
  EXPECT_EQ(pods().size(), 2U);
  EXPECT_EQ(job()["status"]["active"], 2);
  end_one("Succeeded");
  EXPECT_EQ(pods("Running").size(), 2U) << "the third has begun";
  end_one("Succeeded");
  EXPECT_EQ(pods("Running").size(), 1U) << "no more than are needed";
  end_one("Succeeded");
  const json status = job()["status"];
  EXPECT_EQ(status["succeeded"], 3);
  EXPECT_EQ(status["conditions"][0]["type"], "Complete");
  EXPECT_TRUE(status.contains("completionTime"));
  EXPECT_FALSE(status.contains("active"));
  EXPECT_EQ(pods().size(), 3U);
}

TEST_F(JobController, ReplacesFailedPodsUpToTheLimit) {
  create(shop_jobs, "j", R"("backoffLimit":1,)");
  end_one("Failed");
  EXPECT_EQ(job()["status"]["failed"], 1);
  EXPECT_EQ(pods("Running").size(), 1U);
  end_one("Failed");
  EXPECT_EQ(job()["status"]["conditions"][0]["type"], "Failed");
  EXPECT_EQ(job()["status"]["conditions"][0]["reason"], "BackoffLimitExceeded");
  EXPECT_EQ(pods("Running").size(), 0U);
  EXPECT_EQ(pods().size(), 2U);
}

TEST_F(JobController, ChoosesItsPodsByItsUid) {
  create(shop_jobs, "j", "");
  const json uid = job()["metadata"]["uid"];
  EXPECT_EQ(job()["spec"]["selector"]["matchLabels"]["controller-uid"], uid);
  const json pod = pods().front();
  EXPECT_EQ(pod["metadata"]["labels"]["controller-uid"], uid);
  EXPECT_EQ(pod["metadata"]["labels"]["job-name"], "j");
  EXPECT_EQ(pod["metadata"]["labels"]["app"], "w");
  EXPECT_EQ(with_.send("DELETE", shop_jobs + "/j?propagationPolicy=Background").status, 200);
  EXPECT_TRUE(pods().empty());
}

TEST_F(JobController, ADaemonSetHasAPodOnEachNode) {
  with_.load(R"(
{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {unschedulable: true}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}}
)");
  create(shop_daemons, "d", R"("selector":{"matchLabels":{"app":"w"}},)");
  const auto nodes = [&] {
    std::string all;
    for (const json& pod : pods()) all += pod["spec"]["nodeName"].get<std::string>();
    std::sort(all.begin(), all.end());
    return all;
  };
  EXPECT_EQ(nodes(), "ab") << "a cordoned node too";
  const json status = with_.get(shop_daemons + "/d").value()["status"];
  EXPECT_EQ(status["desiredNumberScheduled"], 2);
  EXPECT_EQ(status["numberReady"], 2);
  const auto before = pods();
  ASSERT_EQ(with_.send("POST", "/api/v1/nodes", "admin", R"({"metadata":{"name":"c"}})").status, 201);
  EXPECT_EQ(nodes(), "abc");
  ASSERT_EQ(patch(shop_daemons + "/d", R"({"spec":{"template":{"metadata":{"annotations":{"x":"y"}}}}})"),
            200);
  EXPECT_EQ(nodes(), "abc");
  for (const json& pod : pods()) EXPECT_EQ(pod["metadata"]["annotations"]["x"], "y");
}

}  // namespace
}  // namespace kitfox::kube
