#include "fakes/kube/rbac.hpp"

#include <algorithm>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

bool has_or_all(const std::vector<std::string>& list, std::string_view wanted) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& entry) { return entry == "*" || entry == wanted; });
}

bool resource_matches(const policy_rule& rule, const access_attributes& asked) {
  return std::any_of(rule.resources.begin(), rule.resources.end(), [&](std::string_view entry) {
    if (entry == "*") return true;
    if (asked.subresource.empty()) return entry == asked.resource;
    if (entry.starts_with("*/")) return entry.substr(2) == asked.subresource;
    return entry.size() == asked.resource.size() + 1 + asked.subresource.size() &&
           entry.starts_with(asked.resource) && entry[asked.resource.size()] == '/' &&
           entry.ends_with(asked.subresource);
  });
}

bool url_matches(const policy_rule& rule, std::string_view path) {
  return std::any_of(rule.non_resource_urls.begin(), rule.non_resource_urls.end(),
                     [&](std::string_view entry) {
                       if (entry == "*" || entry == path) return true;
                       if (!entry.ends_with('*')) return false;
                       while (entry.ends_with('*')) entry.remove_suffix(1);
                       return path.starts_with(entry);
                     });
}

bool is_account(std::string_view user, std::string_view ns, std::string_view name) {
  constexpr std::string_view prefix = "system:serviceaccount:";
  return user.size() == prefix.size() + ns.size() + 1 + name.size() && user.starts_with(prefix) &&
         user.substr(prefix.size()).starts_with(ns) && user[prefix.size() + ns.size()] == ':' &&
         user.ends_with(name);
}

bool applies(const rbac_subject& subject, const user_identity& user, std::string_view binding_ns) {
  switch (subject.kind) {
    case rbac_subject::kinds::user:
      return subject.name == user.name;
    case rbac_subject::kinds::group:
      return user.in_group(subject.name);
    case rbac_subject::kinds::service_account: {
      const std::string_view ns = subject.ns.empty() ? binding_ns : std::string_view{subject.ns};
      return !ns.empty() && is_account(user.name, ns, subject.name);
    }
    case rbac_subject::kinds::unknown:
      return false;
  }
  return false;
}

const rbac_subject* first_subject(const role_binding& binding, const user_identity& user) {
  const auto found =
      std::find_if(binding.subjects.begin(), binding.subjects.end(),
                   [&](const rbac_subject& subject) { return applies(subject, user, binding.ns); });
  return found == binding.subjects.end() ? nullptr : &*found;
}

const std::vector<policy_rule>* find_rules(const rbac_policy& policy, const role_binding& binding) {
  switch (binding.role.kind) {
    case role_reference::kinds::cluster_role: {
      const auto found = policy.cluster_roles.find(binding.role.name);
      return found == policy.cluster_roles.end() ? nullptr : &found->second;
    }
    case role_reference::kinds::role: {
      const auto ns = policy.roles.find(binding.ns);
      if (ns == policy.roles.end()) return nullptr;
      const auto found = ns->second.find(binding.role.name);
      return found == ns->second.end() ? nullptr : &found->second;
    }
    case role_reference::kinds::unknown:
      return nullptr;
  }
  return nullptr;
}

std::string missing_role(const role_reference& role) {
  switch (role.kind) {
    case role_reference::kinds::cluster_role:
      return "clusterrole.rbac.authorization.k8s.io " + go_quote(role.name) + " not found";
    case role_reference::kinds::role:
      return "role.rbac.authorization.k8s.io " + go_quote(role.name) + " not found";
    case role_reference::kinds::unknown:
      break;
  }
  return "unsupported role reference kind: " + go_quote(role.kind_text);
}

std::string describe(const role_binding& binding, const rbac_subject& subject) {
  const bool cluster_wide = binding.ns.empty();
  std::string out = cluster_wide ? "ClusterRoleBinding " + go_quote(binding.name)
                                 : "RoleBinding " + go_quote(binding.name + "/" + binding.ns);
  out +=
      " of " + binding.role.kind_text + " " + go_quote(binding.role.name) + " to " + subject.kind_text + " ";
  if (subject.kind != rbac_subject::kinds::service_account) return out + go_quote(subject.name);
  return out + go_quote(subject.name + "/" + (subject.ns.empty() ? binding.ns : subject.ns));
}

// utilerrors.NewAggregate: one text alone, several in brackets, each once.
std::string aggregate(const std::vector<std::string>& errors) {
  if (errors.size() == 1) return errors.front();
  std::string out = "[";
  for (const std::string& error : errors) out.append(out.size() > 1 ? ", " : "").append(error);
  return out + "]";
}

enum class visit_step { go_on, stop };

/// Calls `visit(binding, subject, rule)` for each rule the user holds, until told to stop.
template <class Visit>
void visit_rules(const rbac_policy& policy, const user_identity& user, std::string_view ns,
                 std::vector<std::string>& errors, Visit visit) {
  const auto visit_binding = [&](const role_binding& binding) {
    const rbac_subject* subject = first_subject(binding, user);
    if (subject == nullptr) return visit_step::go_on;
    const std::vector<policy_rule>* rules = find_rules(policy, binding);
    if (rules == nullptr) {
      const std::string error = missing_role(binding.role);
      if (!contains_text(errors, error)) errors.push_back(error);
      return visit_step::go_on;
    }
    for (const policy_rule& rule : *rules) {
      if (visit(binding, *subject, rule) == visit_step::stop) return visit_step::stop;
    }
    return visit_step::go_on;
  };
  for (const auto& [name, binding] : policy.cluster_bindings) {
    if (visit_binding(binding) == visit_step::stop) return;
  }
  if (ns.empty()) return;
  const auto in_namespace = policy.bindings.find(ns);
  if (in_namespace == policy.bindings.end()) return;
  for (const auto& [name, binding] : in_namespace->second) {
    if (visit_binding(binding) == visit_step::stop) return;
  }
}

}  // namespace

bool rule_allows(const policy_rule& rule, const access_attributes& asked) {
  if (!has_or_all(rule.verbs, asked.verb)) return false;
  if (!asked.is_resource) return url_matches(rule, asked.path);
  return has_or_all(rule.api_groups, asked.api_group) && resource_matches(rule, asked) &&
         (rule.resource_names.empty() || contains_text(rule.resource_names, asked.name));
}

access_decision decide_rbac(const rbac_policy& policy, const user_identity& user,
                            const access_attributes& asked) {
  access_decision decision;
  std::vector<std::string> errors;
  visit_rules(
      policy, user, asked.ns, errors,
      [&](const role_binding& binding, const rbac_subject& subject, const policy_rule& rule) {
        if (!rule_allows(rule, asked)) return visit_step::go_on;
        decision = {access_decision::verdicts::allowed, "RBAC: allowed by " + describe(binding, subject)};
        return visit_step::stop;
      });
  if (!decision.allowed() && !errors.empty()) decision.reason = "RBAC: " + aggregate(errors);
  return decision;
}

access_decision authorize(const rbac_policy& policy, const user_identity& user,
                          const access_attributes& asked) {
  if (user.in_group(group_masters)) return {access_decision::verdicts::allowed, {}};
  return decide_rbac(policy, user, asked);
}

held_rules rules_of(const rbac_policy& policy, const user_identity& user, std::string_view ns) {
  held_rules held;
  visit_rules(policy, user, ns, held.errors,
              [&](const role_binding&, const rbac_subject&, const policy_rule& rule) {
                held.rules.push_back(rule);
                return visit_step::go_on;
              });
  return held;
}

}  // namespace kitfox::kube
