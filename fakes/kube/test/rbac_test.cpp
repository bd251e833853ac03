#include "fakes/kube/rbac.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/rbac_escalation.hpp"
#include "fakes/kube/resource_catalog.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::kube {
namespace {

rbac_policy policy_of(std::string_view yaml) {
  rbac_policy policy;
  diagnostics where;
  const auto file = load_objects(yaml, where);
  EXPECT_TRUE(file.has_value()) << where.text();
  for (const loaded_object& object : file->objects) policy.put(object.body);
  return policy;
}

access_attributes ask(const char* verb, const char* resource, const char* ns = "", const char* name = "",
                      const char* group = "") {
  access_attributes asked;
  asked.is_resource = true;
  asked.verb = verb;
  const std::string_view text = resource;
  const std::size_t slash = text.find('/');
  asked.resource = text.substr(0, slash);
  if (slash != std::string_view::npos) asked.subresource = text.substr(slash + 1);
  asked.ns = ns;
  asked.name = name;
  asked.api_group = group;
  return asked;
}

access_attributes ask_path(const char* verb, const char* path) {
  access_attributes asked;
  asked.verb = verb;
  asked.path = path;
  return asked;
}

const user_identity alice{"alice", {}, {"devs", "system:authenticated"}, {}};
const user_identity agent{
    "system:serviceaccount:incidentfox:incidentfox-agent",
    {},
    {"system:serviceaccounts", "system:serviceaccounts:incidentfox", "system:authenticated"},
    {}};

policy_rule rule(std::vector<std::string> verbs, std::vector<std::string> groups,
                 std::vector<std::string> resources, std::vector<std::string> names = {}) {
  return {std::move(verbs), std::move(groups), std::move(resources), std::move(names), {}};
}

TEST(RbacRule, MatchesEachPartExactlyOrByWildcard) {
  const policy_rule pods = rule({"get"}, {""}, {"pods"});
  EXPECT_TRUE(rule_allows(pods, ask("get", "pods", "n", "p")));
  EXPECT_FALSE(rule_allows(pods, ask("list", "pods", "n")));
  EXPECT_FALSE(rule_allows(pods, ask("get", "pods", "n", "p", "metrics.k8s.io")));
  EXPECT_FALSE(rule_allows(pods, ask("get", "podsx", "n", "p")));
  EXPECT_FALSE(rule_allows(pods, ask("get", "pods/log", "n", "p")))
      << "a resource does not cover its subresources";
  EXPECT_TRUE(rule_allows(rule({"*"}, {"*"}, {"*"}), ask("delete", "pods/exec", "n", "p", "g")));
  EXPECT_TRUE(rule_allows(rule({"get"}, {""}, {"pods/log"}), ask("get", "pods/log", "n", "p")));
  EXPECT_FALSE(rule_allows(rule({"get"}, {""}, {"pods/log"}), ask("get", "pods", "n", "p")));
  EXPECT_TRUE(
      rule_allows(rule({"get"}, {"apps"}, {"*/scale"}), ask("get", "deployments/scale", "n", "d", "apps")));
  EXPECT_FALSE(
      rule_allows(rule({"get"}, {"apps"}, {"*/scale"}), ask("get", "deployments", "n", "d", "apps")));
  EXPECT_FALSE(
      rule_allows(rule({"get"}, {"apps"}, {"*/scale"}), ask("get", "deployments/xscale", "n", "d", "apps")));
  EXPECT_FALSE(rule_allows(rule({"get"}, {""}, {"pods/*"}), ask("get", "pods/log", "n", "p")))
      << "a wildcard is only known before the slash";
}

TEST(RbacRule, NamesNeverMatchRequestsWithoutOne) {
  const policy_rule one = rule({"get", "list", "create", "deletecollection"}, {""}, {"pods"}, {"cart-0"});
  EXPECT_TRUE(rule_allows(one, ask("get", "pods", "n", "cart-0")));
  EXPECT_FALSE(rule_allows(one, ask("get", "pods", "n", "cart-1")));
  EXPECT_FALSE(rule_allows(one, ask("list", "pods", "n")));
  EXPECT_TRUE(rule_allows(one, ask("list", "pods", "n", "cart-0"))) << "by a metadata.name selector";
  EXPECT_FALSE(rule_allows(one, ask("create", "pods", "n")));
}

TEST(RbacRule, PathsMatchExactlyOrByPrefix) {
  policy_rule paths;
  paths.verbs = {"get"};
  paths.non_resource_urls = {"/healthz", "/apis/*", "/logs*"};
  EXPECT_TRUE(rule_allows(paths, ask_path("get", "/healthz")));
  EXPECT_FALSE(rule_allows(paths, ask_path("get", "/healthz/etcd")));
  EXPECT_TRUE(rule_allows(paths, ask_path("get", "/apis/apps/v1")));
  EXPECT_FALSE(rule_allows(paths, ask_path("get", "/apis")));
  EXPECT_TRUE(rule_allows(paths, ask_path("get", "/logsfoo")));
  EXPECT_FALSE(rule_allows(paths, ask_path("post", "/healthz")));
  EXPECT_FALSE(rule_allows(rule({"*"}, {"*"}, {"*"}), ask_path("get", "/metrics")))
      << "resource rules say nothing about paths";
}

constexpr std::string_view bindings_yaml = R"(
kind: ClusterRole
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
kind: Role
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: writer, namespace: shop}
rules: [{apiGroups: [""], resources: [pods], verbs: [delete]}]
---
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: devs-read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: Group, name: devs}, {kind: ServiceAccount, name: local}]
---
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: alice-writes, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: writer}
subjects: [{kind: User, name: alice}]
---
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: homeless}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: local}]
)";

TEST(Rbac, GrantsClusterRolesInOneNamespaceByRoleBinding) {
  const rbac_policy policy = policy_of(bindings_yaml);
  const access_decision decision = decide_rbac(policy, alice, ask("list", "pods", "shop"));
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.reason,
            "RBAC: allowed by RoleBinding \"devs-read/shop\" of ClusterRole \"reader\" to Group \"devs\"");
  EXPECT_FALSE(decide_rbac(policy, alice, ask("list", "pods", "default")).allowed());
  EXPECT_FALSE(decide_rbac(policy, alice, ask("list", "pods")).allowed()) << "not at the cluster scope";
  EXPECT_EQ(decide_rbac(policy, alice, ask("delete", "pods", "shop", "p")).reason,
            "RBAC: allowed by RoleBinding \"alice-writes/shop\" of Role \"writer\" to User \"alice\"");
}

TEST(Rbac, ServiceAccountSubjectsBelongToTheBindingsNamespaceByDefault) {
  const rbac_policy policy = policy_of(bindings_yaml);
  const user_identity local{"system:serviceaccount:shop:local", {}, {}, {}};
  EXPECT_EQ(decide_rbac(policy, local, ask("get", "pods", "shop", "p")).reason,
            "RBAC: allowed by RoleBinding \"devs-read/shop\" of ClusterRole \"reader\" to ServiceAccount "
            "\"local/shop\"");
  EXPECT_FALSE(decide_rbac(policy, local, ask("get", "pods", "other", "p")).allowed())
      << "a ClusterRoleBinding's account without a namespace matches nobody";
  const user_identity other{"system:serviceaccount:other:local", {}, {}, {}};
  EXPECT_FALSE(decide_rbac(policy, other, ask("get", "pods", "shop", "p")).allowed());
}

TEST(Rbac, MissingRolesAreReportedOnlyWhenNothingAllows) {
  rbac_policy policy = policy_of(bindings_yaml);
  policy.cluster_bindings["dangling"] = {"",
                                         "dangling",
                                         {role_reference::kinds::cluster_role, "ClusterRole", "nosuch"},
                                         {{rbac_subject::kinds::user, "User", "alice", ""}}};
  EXPECT_EQ(decide_rbac(policy, alice, ask("list", "secrets", "shop")).reason,
            "RBAC: clusterrole.rbac.authorization.k8s.io \"nosuch\" not found");
  EXPECT_TRUE(decide_rbac(policy, alice, ask("list", "pods", "shop")).allowed());
  policy.bindings["shop"]["dangling"] = {"shop",
                                         "dangling",
                                         {role_reference::kinds::role, "Role", "none"},
                                         {{rbac_subject::kinds::group, "Group", "devs", ""}}};
  EXPECT_EQ(decide_rbac(policy, alice, ask("list", "secrets", "shop")).reason,
            "RBAC: [clusterrole.rbac.authorization.k8s.io \"nosuch\" not found, "
            "role.rbac.authorization.k8s.io \"none\" not found]");
  EXPECT_EQ(rules_of(policy, alice, "shop").errors.size(), 2U);
}

TEST(Rbac, MastersMayDoEverythingWithoutAReason) {
  const user_identity master{"root", {}, {"system:masters"}, {}};
  const access_decision decision = authorize({}, master, ask("delete", "nodes"));
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.reason, "");
  EXPECT_FALSE(authorize({}, alice, ask("get", "pods", "n", "p")).allowed());
}

TEST(RbacEscalation, ReportsWhatIsMissingCompactedAndSorted) {
  const std::vector<policy_rule> held{rule({"get", "list"}, {""}, {"pods"})};
  const std::vector<policy_rule> wanted{rule({"get", "delete"}, {""}, {"secrets", "pods"})};
  rbac_policy policy;
  policy.cluster_roles["r"] = held;
  policy.cluster_bindings["b"] = {"",
                                  "b",
                                  {role_reference::kinds::cluster_role, "ClusterRole", "r"},
                                  {{rbac_subject::kinds::user, "User", "alice", ""}}};
  EXPECT_EQ(escalation_refusal(policy, alice, "", wanted),
            "user \"alice\" (groups=[\"devs\" \"system:authenticated\"]) is attempting to grant RBAC "
            "permissions not "
            "currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}\n"
            "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"delete\"]}");
  EXPECT_EQ(escalation_refusal(policy, alice, "", {rule({"list"}, {""}, {"pods"}, {"x"})}), std::nullopt)
      << "any name covers one name";
}

TEST(RbacEscalation, OneHeldRuleMustCoverEachPart) {
  EXPECT_TRUE(
      uncovered_rules({rule({"*"}, {"*"}, {"*"})}, {rule({"get"}, {"apps"}, {"deployments/scale"})}).empty());
  EXPECT_TRUE(uncovered_rules({rule({"get"}, {"apps"}, {"*/scale"})}, {rule({"get"}, {"apps"}, {"d/scale"})})
                  .empty());
  EXPECT_EQ(uncovered_rules({rule({"get"}, {""}, {"pods"}, {"a"})}, {rule({"get"}, {""}, {"pods"})}).size(),
            1U)
      << "one name does not cover all";
  EXPECT_EQ(uncovered_rules({rule({"get"}, {""}, {"pods"})}, {rule({"*"}, {""}, {"pods"})}).size(), 1U)
      << "every verb is more than each known verb";
}

rbac_policy new_cluster() {
  rbac_policy policy;
  for (const json& object : bootstrap_client_rbac()) policy.put(object);
  for (const json& object : bootstrap_system_rbac()) policy.put(object);
  return policy;
}

rbac_policy cluster_with(const agent_rbac_options& options) {
  rbac_policy policy = new_cluster();
  for (const json& object : agent_rbac_objects(options)) policy.put(object);
  return policy;
}

// What the agent's documentation promises, cell by cell, over everything that the fake serves.
TEST(DefaultRbac, GrantsTheAgentExactlyWhatIsDocumented) {
  const rbac_policy policy = cluster_with({});
  const std::map<std::string, std::string> documented{
      {"pods", "get list watch"},
      {"pods/log", "get"},
      {"deployments.apps", "get list watch"},
      {"replicasets.apps", "get list watch"},
      {"services", "get list watch"},
      {"nodes", "get list watch"},
      {"events", "get list watch"},
      {"configmaps", "get list watch"},
      {"namespaces", "get list"},
      {"selfsubjectaccessreviews.authorization.k8s.io", "create"},
      {"selfsubjectrulesreviews.authorization.k8s.io", "create"}};
  std::size_t cells = 0;
  for (const resource_type& type : all_resources()) {
    std::vector<std::string> paths{std::string{type.plural}};
    for (const subresource_type& sub : subresources_of(type))
      paths.push_back(paths[0] + "/" + std::string{sub.name});
    for (const std::string& path : paths) {
      const std::string key = type.group.empty() ? path : path + "." + std::string{type.group};
      const auto found = documented.find(key);
      const std::string verbs = found == documented.end() ? "" : " " + found->second + " ";
      for (const char* verb : {"get", "list", "watch", "create", "update", "patch", "delete",
                               "deletecollection", "impersonate", "bind", "escalate"}) {
        for (const char* ns : {"", "default", "incidentfox"}) {
          const bool expected = verbs.find(" " + std::string{verb} + " ") != std::string::npos;
          const auto asked = ask(verb, path.c_str(), ns, "x", std::string{type.group}.c_str());
          EXPECT_EQ(authorize(policy, agent, asked).allowed(), expected)
              << verb << " " << key << " in '" << ns << "'";
          ++cells;
        }
      }
    }
  }
  EXPECT_GT(cells, 2000U);
  EXPECT_FALSE(authorize(policy, agent, ask("get", "widgets", "default", "x", "example.com")).allowed());
  EXPECT_FALSE(authorize(policy, agent, ask_path("get", "/metrics")).allowed());
  EXPECT_TRUE(authorize(policy, agent, ask_path("get", "/apis/apps/v1")).allowed());
}

TEST(DefaultRbac, NamespaceRestrictionReplacesClusterWideAccess) {
  agent_rbac_options options;
  options.restricted_to = {"payments", "shop"};
  const rbac_policy policy = cluster_with(options);
  EXPECT_TRUE(authorize(policy, agent, ask("list", "pods", "payments")).allowed());
  EXPECT_TRUE(authorize(policy, agent, ask("get", "pods/log", "shop", "p")).allowed());
  EXPECT_FALSE(authorize(policy, agent, ask("list", "pods", "default")).allowed());
  EXPECT_FALSE(authorize(policy, agent, ask("list", "pods")).allowed());
  EXPECT_FALSE(authorize(policy, agent, ask("list", "nodes")).allowed());
  EXPECT_FALSE(authorize(policy, agent, ask("list", "namespaces")).allowed());
}

TEST(DefaultRbac, AdditionalRulesAreAppended) {
  agent_rbac_options options;
  options.additional_rules = {rule({"get"}, {"batch"}, {"jobs"})};
  EXPECT_TRUE(authorize(cluster_with(options), agent, ask("get", "jobs", "n", "j", "batch")).allowed());
  EXPECT_FALSE(authorize(cluster_with({}), agent, ask("get", "jobs", "n", "j", "batch")).allowed());
  options.restricted_to = {"n"};
  EXPECT_TRUE(authorize(cluster_with(options), agent, ask("get", "jobs", "n", "j", "batch")).allowed());
  EXPECT_FALSE(authorize(cluster_with(options), agent, ask("get", "jobs", "m", "j", "batch")).allowed());
}

TEST(DefaultRbac, BootstrapRolesReachWhomTheyShould) {
  const rbac_policy policy = new_cluster();
  const user_identity nobody = anonymous_user();
  EXPECT_TRUE(authorize(policy, nobody, ask_path("get", "/healthz")).allowed());
  EXPECT_TRUE(authorize(policy, nobody, ask_path("get", "/version")).allowed());
  EXPECT_FALSE(authorize(policy, nobody, ask_path("get", "/api")).allowed());
  EXPECT_TRUE(authorize(policy, alice, ask_path("get", "/api")).allowed());
  EXPECT_FALSE(authorize(policy, alice, ask("list", "pods", "default")).allowed());
  EXPECT_EQ(policy.cluster_roles.at("view").size(), 8U);
  const user_identity controller{"system:serviceaccount:kube-system:job-controller", {}, {}, {}};
  EXPECT_TRUE(authorize(policy, controller, ask("create", "pods", "default")).allowed());
  EXPECT_FALSE(authorize(policy, controller, ask("list", "secrets", "default")).allowed());
}

}  // namespace
}  // namespace kitfox::kube
