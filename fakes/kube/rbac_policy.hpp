#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/json.hpp"

namespace kitfox::kube {

/// A rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1 PolicyRule). "*" means all, in each list.
/// Whether a list of a rule holds just that text; wildcards are the caller's business.
[[nodiscard]] bool contains_text(const std::vector<std::string>& list, std::string_view wanted);

struct policy_rule {
  std::vector<std::string> verbs, api_groups, resources;
  std::vector<std::string> resource_names;     ///< Empty: any name, and requests without one.
  std::vector<std::string> non_resource_urls;  ///< Exact, or a prefix before a final "*".
  bool operator==(const policy_rule&) const = default;
};

struct rbac_subject {
  enum class kinds { user, group, service_account, unknown };
  kinds kind = kinds::unknown;
  std::string kind_text;  ///< As written.
  std::string name;
  std::string ns;  ///< Of a service account; empty: the binding's namespace.
};

struct role_reference {
  enum class kinds { role, cluster_role, unknown };
  kinds kind = kinds::unknown;
  std::string kind_text;  ///< As written.
  std::string name;
};

/// A RoleBinding, or a ClusterRoleBinding with an empty namespace.
struct role_binding {
  std::string ns, name;
  role_reference role;
  std::vector<rbac_subject> subjects;
};

/// The rules under "rules" of a Role or ClusterRole object; what is malformed grants nothing.
[[nodiscard]] std::vector<policy_rule> read_rules(const json& role);
[[nodiscard]] role_binding read_binding(const json& binding);
[[nodiscard]] json print_rule(const policy_rule& rule);

/// The roles and bindings of a cluster, ready for evaluation. A value: copy it to ask "what if".
struct rbac_policy {
  template <class Value>
  using by_name = std::map<std::string, Value, std::less<>>;

  by_name<std::vector<policy_rule>> cluster_roles;
  by_name<by_name<std::vector<policy_rule>>> roles;  ///< By namespace, then name.
  by_name<role_binding> cluster_bindings;
  by_name<by_name<role_binding>> bindings;  ///< By namespace, then name.

  /// Adds or replaces a Role, ClusterRole, RoleBinding or ClusterRoleBinding; other kinds change nothing.
  void put(const json& object);
  /// Gives each ClusterRole with an aggregationRule the rules of those that its selectors choose, and no
  /// others, as the cluster's controller does. Call it after put(), with every ClusterRole object.
  void aggregate(std::span<const json* const> cluster_role_objects);
};

}  // namespace kitfox::kube
