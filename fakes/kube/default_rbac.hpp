#pragma once
#include <string>
#include <vector>

#include "fakes/kube/rbac_policy.hpp"

namespace kitfox::kube {

/// What every cluster starts with (kubernetes v1.20
/// plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go). Both are read once, then shared. The roles
/// that people are given and those that every client needs, with their bindings; without them `kubectl --as`
/// cannot even start. The roles view, edit and admin hold the rules that they get of bootstrap_system_rbac().
[[nodiscard]] const std::vector<json>& bootstrap_client_rbac();
/// The roles of controllers and nodes, with their bindings, those that view, edit and admin are made of, and
/// these once more, with their aggregationRule: to be put after the others.
[[nodiscard]] const std::vector<json>& bootstrap_system_rbac();

/// The agent's rights as its Helm chart installs them.
struct agent_rbac_options {
  std::string ns = "incidentfox";
  std::string account = "incidentfox-agent";
  /// rbac.namespaceRestriction: not empty: Roles and RoleBindings in these namespaces instead of a
  /// ClusterRole and a ClusterRoleBinding.
  std::vector<std::string> restricted_to;
  /// rbac.additionalRules: appended to every role.
  std::vector<policy_rule> additional_rules;
};

/// What the agent may do by default: pods, deployments, replica sets, services, nodes, events and config maps
/// get/list/watch; pods/log get; namespaces get/list. Nothing else.
[[nodiscard]] std::vector<policy_rule> agent_default_rules();
/// The same without what only a ClusterRole can grant: nodes, and namespaces.
[[nodiscard]] std::vector<policy_rule> agent_namespaced_rules();

/// The namespace, the ServiceAccount, and its roles and bindings, all named after the account.
[[nodiscard]] std::vector<json> agent_rbac_objects(const agent_rbac_options& options = {});

}  // namespace kitfox::kube
