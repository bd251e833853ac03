#include "fakes/kube/default_rbac.hpp"

#include "fakes/kube/bootstrap_rbac.hpp"
#include "fakes/kube/yaml_objects.hpp"
#include "runtime/assert.hpp"

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

std::vector<json> read_client_rbac() {
  diagnostics where;
  auto file = load_objects(bootstrap_rbac_yaml(), where);
  KITFOX_ASSERT(file.has_value());
  std::vector<json> all;
  for (loaded_object& object : file->objects) all.push_back(std::move(object.body));
  return all;
}

/// `role` as it is where the roles that its rules come from are there too.
json aggregated(json role) {
  const std::string label =
      "rbac.authorization.k8s.io/aggregate-to-" + std::string{text_at(role, {"metadata", "name"})};
  role["aggregationRule"]["clusterRoleSelectors"] = json::array({{{"matchLabels", {{label, "true"}}}}});
  return role;
}

std::vector<json> read_system_rbac() {
  auto all = parse_json(bootstrap_system_rbac_json());
  KITFOX_ASSERT(all.has_value());
  for (json& object : *all) {
    object["apiVersion"] = "rbac.authorization.k8s.io/v1";
    object["metadata"]["labels"]["kubernetes.io/bootstrapping"] = "rbac-defaults";
    object["metadata"]["annotations"]["rbac.authorization.kubernetes.io/autoupdate"] = "true";
  }
  std::vector<json> objects{all->begin(), all->end()};
  for (const json& one : bootstrap_client_rbac()) {
    const std::string_view name = text_at(one, {"metadata", "name"});
    if (name == "view" || name == "edit" || name == "admin") objects.push_back(aggregated(one));
  }
  return objects;
}

}  // namespace

const std::vector<json>& bootstrap_client_rbac() {
  static const std::vector<json> all = read_client_rbac();
  return all;
}

const std::vector<json>& bootstrap_system_rbac() {
  static const std::vector<json> all = read_system_rbac();
  return all;
}

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
