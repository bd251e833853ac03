#include "fakes/kube/user_identity.hpp"

#include <algorithm>

namespace kitfox::kube {

namespace {
constexpr std::string_view account_prefix = "system:serviceaccount:";
}

bool user_identity::in_group(std::string_view group) const noexcept {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string service_account_user(const service_account_name& account) {
  return std::string{account_prefix} + account.ns + ":" + account.name;
}

service_account_name split_service_account(std::string_view user) {
  if (!user.starts_with(account_prefix)) return {};
  user.remove_prefix(account_prefix.size());
  const std::size_t colon = user.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == user.size()) return {};
  if (user.find(':', colon + 1) != std::string_view::npos) return {};
  return {std::string{user.substr(0, colon)}, std::string{user.substr(colon + 1)}};
}

std::vector<std::string> service_account_groups(std::string_view ns) {
  return {"system:serviceaccounts", "system:serviceaccounts:" + std::string{ns}};
}

user_identity anonymous_user() {
  return {std::string{user_anonymous}, {}, {std::string{group_unauthenticated}}, {}};
}

}  // namespace kitfox::kube
