#include "fakes/kube/rbac_policy.hpp"

#include <algorithm>

#include "fakes/kube/label_selector.hpp"

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

/// A key that the text form of a selector keeps as it is.
bool is_label_key(std::string_view key) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  return !key.empty() && key.find_first_not_of(letters) == std::string_view::npos;
}

bool has_label_keys(const json& selector) {
  const json& labels = value_at(selector, {"matchLabels"});
  const json& terms = value_at(selector, {"matchExpressions"});
  if (labels.is_object()) {
    for (const auto& [key, value] : labels.items()) {
      if (!is_label_key(key)) return false;
    }
  }
  return !terms.is_array() || std::all_of(terms.begin(), terms.end(), [](const json& term) {
    return is_label_key(text_at(term, {"key"}));
  });
}

/// The selectors of an aggregationRule, any of which may match; what is malformed chooses nothing.
std::vector<label_selector> read_selectors(const json& role) {
  std::vector<label_selector> selectors;
  const json& list = value_at(role, {"aggregationRule", "clusterRoleSelectors"});
  if (!list.is_array()) return selectors;
  for (const json& from : list) {
    if (!from.is_object() || !has_label_keys(from)) continue;
    if (value_at(from, {"matchLabels"}).empty() && value_at(from, {"matchExpressions"}).empty()) {
      selectors.emplace_back();  // an empty selector chooses everything
      continue;
    }
    auto parsed = parse_label_selector(print_label_selector(from));
    if (parsed) selectors.push_back(std::move(*parsed));
  }
  return selectors;
}

}  // namespace

bool contains_text(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

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

void rbac_policy::aggregate(std::span<const json* const> cluster_role_objects) {
  const auto is_aggregated = [](const json* role) {
    return value_at(*role, {"aggregationRule"}).is_object();
  };
  // What is aggregated may be chosen itself: rules reach the end of a chain after as many rounds as it has
  // links.
  const auto rounds = std::count_if(cluster_role_objects.begin(), cluster_role_objects.end(), is_aggregated);
  for (auto round = rounds; round > 0; --round) {
    for (const json* const role : cluster_role_objects) {
      if (!is_aggregated(role)) continue;
      const std::vector<label_selector> selectors = read_selectors(*role);
      std::vector<policy_rule> rules;
      for (const json* const other : cluster_role_objects) {
        const json& labels = value_at(*other, {"metadata", "labels"});
        const bool chosen =
            other != role && std::any_of(selectors.begin(), selectors.end(),
                                         [&](const auto& one) { return one.matches(labels); });
        if (!chosen) continue;
        for (const policy_rule& rule : cluster_roles[std::string{text_at(*other, {"metadata", "name"})}]) {
          if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
        }
      }
      cluster_roles[std::string{text_at(*role, {"metadata", "name"})}] = std::move(rules);
    }
  }
}

}  // namespace kitfox::kube
