#include "fakes/kube/default_rbac.hpp"

namespace kitfox::kube {

namespace {

const std::vector<std::string> read_verbs{"get", "list", "watch"};

json role_object(const char* kind, const agent_rbac_options& options, const std::string& ns,
                 std::vector<policy_rule> rules) {
  rules.insert(rules.end(), options.additional_rules.begin(), options.additional_rules.end());
  json role{{"kind", kind},
            {"apiVersion", "rbac.authorization.k8s.io/v1"},
            {"metadata", {{"name", options.account}}},
            {"rules", json::array()}};
  if (!ns.empty()) role["metadata"]["namespace"] = ns;
  for (const policy_rule& rule : rules) role["rules"].push_back(print_rule(rule));
  return role;
}

json binding_object(const char* kind, const char* role_kind, const agent_rbac_options& options,
                    const std::string& ns) {
  json binding{
      {"kind", kind},
      {"apiVersion", "rbac.authorization.k8s.io/v1"},
      {"metadata", {{"name", options.account}}},
      {"roleRef",
       {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", role_kind}, {"name", options.account}}},
      {"subjects",
       json::array({{{"kind", "ServiceAccount"}, {"name", options.account}, {"namespace", options.ns}}})}};
  if (!ns.empty()) binding["metadata"]["namespace"] = ns;
  return binding;
}

}  // namespace

std::vector<policy_rule> agent_namespaced_rules() {
  return {{read_verbs, {""}, {"pods", "services", "events", "configmaps"}, {}, {}},
          {{"get"}, {""}, {"pods/log"}, {}, {}},
          {read_verbs, {"apps"}, {"deployments", "replicasets"}, {}, {}}};
}

std::vector<policy_rule> agent_default_rules() {
  std::vector<policy_rule> rules = agent_namespaced_rules();
  rules.push_back({read_verbs, {""}, {"nodes"}, {}, {}});
  rules.push_back({{"get", "list"}, {""}, {"namespaces"}, {}, {}});
  return rules;
}

std::vector<json> agent_rbac_objects(const agent_rbac_options& options) {
  std::vector<json> objects{
      {{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", options.ns}}}},
      {{"kind", "ServiceAccount"},
       {"apiVersion", "v1"},
       {"metadata", {{"name", options.account}, {"namespace", options.ns}}}}};
  if (options.restricted_to.empty()) {
    objects.push_back(role_object("ClusterRole", options, {}, agent_default_rules()));
    objects.push_back(binding_object("ClusterRoleBinding", "ClusterRole", options, {}));
  }
  for (const std::string& ns : options.restricted_to) {
    objects.push_back(role_object("Role", options, ns, agent_namespaced_rules()));
    objects.push_back(binding_object("RoleBinding", "Role", options, ns));
  }
  return objects;
}

}  // namespace kitfox::kube
