#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::server_fixture;

constexpr std::string_view roles = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: monitoring}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: monitoring}}, {matchExpressions: [{key: extra, operator: Exists}]}]}
rules: [{verbs: [get], apiGroups: [""], resources: [secrets]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: pods, labels: {to: monitoring}}
rules: [{verbs: [get], apiGroups: [""], resources: [pods]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: unrelated, labels: {to: others}}
rules: [{verbs: [get], apiGroups: [""], resources: [nodes]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: noperm}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: monitoring}
subjects: [{kind: User, name: noperm, apiGroup: rbac.authorization.k8s.io}]
)";

struct aggregation : server_fixture {
  explicit aggregation(cluster_controllers running = cluster_controllers::none)
      : server_fixture{options_with(running)} {
    load(roles);
  }
  static api_server_options options_with(cluster_controllers running) {
    api_server_options options;
    options.controllers = running;
    return options;
  }
  json shown_rules(const std::string& role) {
    return get("/apis/rbac.authorization.k8s.io/v1/clusterroles/" + role).value()["rules"];
  }
  bool may_get(const std::string& resource) {
    return get("/api/v1/namespaces/n/" + resource + "/x", "noperm").status == 404;
  }
};

TEST(Aggregation, GivesARoleTheRulesOfThoseItChooses) {
  aggregation with;
  EXPECT_TRUE(with.may_get("pods"));
  EXPECT_FALSE(with.may_get("configmaps"));
  EXPECT_FALSE(with.may_get("secrets")) << "its own rules are replaced, as the controller replaces them";
}

TEST(Aggregation, FollowsChangesAtOnce) {
  aggregation with;
  with.load(
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: maps, labels: {extra: "
      "a}},"
      " rules: [{verbs: [get], apiGroups: [''], resources: [configmaps]}]}");
  EXPECT_TRUE(with.may_get("configmaps")) << "by the other selector";
  ASSERT_FALSE(with.server.remove("clusterroles.rbac.authorization.k8s.io", "", "pods"));
  EXPECT_FALSE(with.may_get("pods"));
}

TEST(Aggregation, ReachesThroughRolesThatAreAggregatedThemselves) {
  aggregation with;
  with.load(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: between, labels: {to: monitoring}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: between}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: maps, labels: {to: between}}
rules: [{verbs: [get], apiGroups: [""], resources: [configmaps]}]
)");
  EXPECT_TRUE(with.may_get("configmaps"));
}

TEST(Aggregation, ChoosesNothingByASelectorThatIsMalformed) {
  aggregation with;
  with.load(
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: monitoring},"
      " aggregationRule: {clusterRoleSelectors: [{matchLabels: {'to!': x}}, 7]}}");
  EXPECT_FALSE(with.may_get("pods"));
}

constexpr std::string_view one_more_for_viewers = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: secret-readers, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
rules: [{verbs: [get], apiGroups: [""], resources: [secrets]}]
)";

TEST(Aggregation, AddsWhatIsLabelledToTheRolesThatPeopleAreGiven) {
  aggregation with;
  with.load(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: viewer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: User, name: noperm, apiGroup: rbac.authorization.k8s.io}]
)");
  EXPECT_TRUE(with.may_get("configmaps"));
  EXPECT_FALSE(with.may_get("secrets"));
  with.load(one_more_for_viewers);
  EXPECT_TRUE(with.may_get("secrets"));
}

TEST(Aggregation, ShowsWhatARoleGrantsWhereControllersRun) {
  aggregation with{cluster_controllers::lifecycle};
  const json pods = json::parse(R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
  EXPECT_EQ(with.shown_rules("monitoring"), pods);
  const json secrets = json::parse(R"({"verbs":["get"],"apiGroups":[""],"resources":["secrets"]})");
  for (const char* role : {"view", "edit", "admin"}) {
    const std::size_t before = with.shown_rules(role).size();
    EXPECT_GT(before, 5u) << role;
    with.load(one_more_for_viewers);
    const json rules = with.shown_rules(role);
    EXPECT_EQ(rules.size(), before + 1) << role;
    EXPECT_NE(std::find(rules.begin(), rules.end(), secrets), rules.end()) << role;
    ASSERT_FALSE(with.server.remove("clusterroles.rbac.authorization.k8s.io", "", "secret-readers"));
  }
}

TEST(Aggregation, ShowsWhatWasWrittenOnABareApiServer) {
  aggregation with;
  EXPECT_EQ(with.shown_rules("monitoring")[0]["resources"][0], "secrets");
}

}  // namespace
}  // namespace kitfox::kube
