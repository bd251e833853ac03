#include "fakes/kube/rbac_policy.hpp"

namespace kitfox::kube {

namespace {

rbac_subject read_subject(const json& from) {
  rbac_subject subject;
  subject.kind_text = text_at(from, {"kind"});
  subject.name = text_at(from, {"name"});
  subject.ns = text_at(from, {"namespace"});
  if (subject.kind_text == "User") subject.kind = rbac_subject::kinds::user;
  if (subject.kind_text == "Group") subject.kind = rbac_subject::kinds::group;
  if (subject.kind_text == "ServiceAccount") subject.kind = rbac_subject::kinds::service_account;
  return subject;
}

}  // namespace

std::vector<policy_rule> read_rules(const json& role) {
  std::vector<policy_rule> rules;
  const json& list = value_at(role, {"rules"});
  if (!list.is_array()) return rules;
  for (const json& from : list) {
    rules.push_back({texts_at(from, {"verbs"}), texts_at(from, {"apiGroups"}), texts_at(from, {"resources"}),
                     texts_at(from, {"resourceNames"}), texts_at(from, {"nonResourceURLs"})});
  }
  return rules;
}

role_binding read_binding(const json& from) {
  role_binding binding;
  binding.ns = text_at(from, {"metadata", "namespace"});
  binding.name = text_at(from, {"metadata", "name"});
  binding.role.kind_text = text_at(from, {"roleRef", "kind"});
  binding.role.name = text_at(from, {"roleRef", "name"});
  if (binding.role.kind_text == "Role") binding.role.kind = role_reference::kinds::role;
  if (binding.role.kind_text == "ClusterRole") binding.role.kind = role_reference::kinds::cluster_role;
  if (const json& subjects = value_at(from, {"subjects"}); subjects.is_array()) {
    for (const json& subject : subjects) binding.subjects.push_back(read_subject(subject));
  }
  return binding;
}

json print_rule(const policy_rule& rule) {
  json out{{"verbs", rule.verbs}};
  if (!rule.api_groups.empty()) out["apiGroups"] = rule.api_groups;
  if (!rule.resources.empty()) out["resources"] = rule.resources;
  if (!rule.resource_names.empty()) out["resourceNames"] = rule.resource_names;
  if (!rule.non_resource_urls.empty()) out["nonResourceURLs"] = rule.non_resource_urls;
  return out;
}

void rbac_policy::put(const json& object) {
  const std::string_view kind = text_at(object, {"kind"});
  const std::string ns{text_at(object, {"metadata", "namespace"})};
  const std::string name{text_at(object, {"metadata", "name"})};
  if (kind == "ClusterRole") cluster_roles[name] = read_rules(object);
  if (kind == "Role") roles[ns][name] = read_rules(object);
  if (kind == "ClusterRoleBinding") {
    role_binding binding = read_binding(object);
    binding.ns.clear();
    cluster_bindings[name] = std::move(binding);
  }
  if (kind == "RoleBinding") bindings[ns][name] = read_binding(object);
}

}  // namespace kitfox::kube
