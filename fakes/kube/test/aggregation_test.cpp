#include <gtest/gtest.h>

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
  aggregation() { load(roles); }
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

}  // namespace
}  // namespace kitfox::kube
