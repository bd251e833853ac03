#include "fakes/kube/impersonation.hpp"

#include <algorithm>

#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

using runtime::lower_case;

struct impersonation_headers {
  std::string user, uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> extra;  ///< Key and value.
};

impersonation_headers read_headers(const runtime::http::fields& headers) {
  constexpr std::string_view extra_prefix = "impersonate-extra-";
  impersonation_headers found;
  for (const auto& field : headers.all()) {
    const std::string name = lower_case(field.name);
    if (name == "impersonate-user") found.user = field.value;
    if (name == "impersonate-uid") found.uid = field.value;
    if (name == "impersonate-group") found.groups.push_back(field.value);
    if (name.starts_with(extra_prefix)) {
      const std::string key = name.substr(extra_prefix.size());
      found.extra.emplace_back(runtime::http::percent_decode(key).value_or(key), field.value);
    }
  }
  return found;
}

access_attributes check(std::string_view resource, std::string_view name) {
  access_attributes asked;
  asked.is_resource = true;
  asked.verb = "impersonate";
  asked.api_version = "v1";
  asked.resource = resource;
  asked.name = name;
  return asked;
}

// As Go prints the object references that the server had built when it gave up.
std::string without_user(const impersonation_headers& headers) {
  std::string list;
  const auto add = [&list](const std::string& entry) { list.append(list.empty() ? "" : " ").append(entry); };
  for (const std::string& group : headers.groups) add("{Group  " + group + "    }");
  for (const auto& [key, value] : headers.extra) {
    add("{UserExtra  " + value + "  authentication.k8s.io/v1  " + key + "}");
  }
  if (!headers.uid.empty()) add("{UID  " + headers.uid + "  authentication.k8s.io/v1  }");
  return "requested [" + list + "] without impersonating a user";
}

void add_implied_group(user_identity& target) {
  const std::string_view implied =
      target.name == user_anonymous ? group_unauthenticated : group_authenticated;
  if (target.in_group(group_authenticated) || target.in_group(group_unauthenticated)) return;
  target.groups.emplace_back(implied);
}

}  // namespace

std::optional<impersonation> parse_impersonation(const runtime::http::fields& headers) {
  const impersonation_headers found = read_headers(headers);
  if (found.user.empty() && found.groups.empty() && found.extra.empty() && found.uid.empty()) {
    return std::nullopt;
  }
  impersonation out;
  if (found.user.empty()) {
    out.contradiction = without_user(found);
    return out;
  }
  out.target.name = found.user;
  const service_account_name account = split_service_account(found.user);
  if (account.name.empty()) {
    out.checks.push_back(check("users", found.user));
  } else {
    out.checks.push_back(check("serviceaccounts", account.name));
    out.checks.back().ns = account.ns;
    if (found.groups.empty()) out.target.groups = service_account_groups(account.ns);
  }
  for (const std::string& group : found.groups) {
    out.checks.push_back(check("groups", group));
    out.target.groups.push_back(group);
  }
  for (const auto& [key, value] : found.extra) {
    out.checks.push_back(check("userextras", value));
    out.checks.back().api_group = "authentication.k8s.io";
    out.checks.back().subresource = key;
    out.target.extra[key].push_back(value);
  }
  if (!found.uid.empty()) {
    out.checks.push_back(check("uids", found.uid));
    out.checks.back().api_group = "authentication.k8s.io";
    out.target.uid = found.uid;
  }
  add_implied_group(out.target);
  return out;
}

}  // namespace kitfox::kube
