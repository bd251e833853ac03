#include "fakes/kube/rbac_escalation.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

// Every combination a rule grants, one of each list at a time.
std::vector<policy_rule> break_down(const policy_rule& rule) {
  std::vector<policy_rule> parts;
  const std::vector<std::string> any_name{""};
  for (const std::string& group : rule.api_groups) {
    for (const std::string& resource : rule.resources) {
      for (const std::string& verb : rule.verbs) {
        for (const std::string& name : rule.resource_names.empty() ? any_name : rule.resource_names) {
          policy_rule part{{verb}, {group}, {resource}, {}, {}};
          if (!rule.resource_names.empty()) part.resource_names = {name};
          parts.push_back(std::move(part));
        }
      }
    }
  }
  for (const std::string& url : rule.non_resource_urls) {
    for (const std::string& verb : rule.verbs) parts.push_back({{verb}, {}, {}, {}, {url}});
  }
  return parts;
}

bool covers_resource(const policy_rule& owner, const std::string& resource) {
  if (contains_text(owner.resources, "*") || contains_text(owner.resources, resource)) return true;
  const std::size_t slash = resource.find('/');
  return slash != std::string::npos && contains_text(owner.resources, "*" + resource.substr(slash));
}

bool covers_url(const policy_rule& owner, std::string_view url) {
  return std::any_of(owner.non_resource_urls.begin(), owner.non_resource_urls.end(),
                     [&](std::string_view held) {
                       if (held == "*" || held == url) return true;
                       return held.ends_with('*') && url.starts_with(held.substr(0, held.size() - 1));
                     });
}

bool covers(const policy_rule& owner, const policy_rule& part) {
  if (!contains_text(owner.verbs, "*") && !contains_text(owner.verbs, part.verbs.front())) return false;
  if (!part.non_resource_urls.empty()) return covers_url(owner, part.non_resource_urls.front());
  if (!contains_text(owner.api_groups, "*") && !contains_text(owner.api_groups, part.api_groups.front()))
    return false;
  if (!covers_resource(owner, part.resources.front())) return false;
  if (owner.resource_names.empty()) return true;
  return !part.resource_names.empty() && contains_text(owner.resource_names, part.resource_names.front());
}

std::string compact_text(const policy_rule& rule) {
  std::string out;
  const auto add = [&out](const char* name, const std::vector<std::string>& list) {
    if (!list.empty()) out.append(out.empty() ? "{" : ", ").append(name).append(":").append(go_quote(list));
  };
  add("APIGroups", rule.api_groups);
  add("Resources", rule.resources);
  add("NonResourceURLs", rule.non_resource_urls);
  add("ResourceNames", rule.resource_names);
  add("Verbs", rule.verbs);
  return (out.empty() ? "{" : out) + "}";
}

// Rules that differ by verb alone become one.
std::vector<policy_rule> compact(const std::vector<policy_rule>& parts) {
  std::vector<policy_rule> out;
  std::map<std::tuple<std::string, std::string, std::vector<std::string>>, std::size_t> seen;
  for (const policy_rule& part : parts) {
    if (!part.non_resource_urls.empty()) {
      out.push_back(part);
      continue;
    }
    const auto [at, is_new] =
        seen.try_emplace({part.api_groups.front(), part.resources.front(), part.resource_names}, out.size());
    if (is_new) {
      out.push_back(part);
    } else {
      out[at->second].verbs.push_back(part.verbs.front());
    }
  }
  return out;
}

}  // namespace

std::vector<policy_rule> uncovered_rules(const std::vector<policy_rule>& held,
                                         const std::vector<policy_rule>& wanted) {
  std::vector<policy_rule> missing;
  for (const policy_rule& rule : wanted) {
    for (policy_rule& part : break_down(rule)) {
      const bool covered = std::any_of(held.begin(), held.end(),
                                       [&](const policy_rule& owner) { return covers(owner, part); });
      if (!covered) missing.push_back(std::move(part));
    }
  }
  std::vector<policy_rule> rules = compact(missing);
  std::stable_sort(rules.begin(), rules.end(), [](const policy_rule& left, const policy_rule& right) {
    return compact_text(left) < compact_text(right);
  });
  return rules;
}

std::optional<std::string> escalation_refusal(const rbac_policy& policy, const user_identity& user,
                                              std::string_view ns, const std::vector<policy_rule>& wanted) {
  const held_rules held = rules_of(policy, user, ns);
  const std::vector<policy_rule> missing = uncovered_rules(held.rules, wanted);
  if (missing.empty()) return std::nullopt;
  std::string text = "user " + go_quote(user.name) + " (groups=" + go_quote(user.groups) +
                     ") is attempting to grant RBAC permissions not currently held:";
  for (const policy_rule& rule : missing) text += "\n" + compact_text(rule);
  if (!held.errors.empty()) {
    text += "; resolution errors: [";
    for (const std::string& error : held.errors) text.append(text.ends_with('[') ? "" : ", ").append(error);
    text += "]";
  }
  return text;
}

}  // namespace kitfox::kube
