#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::kube {

/// Who makes a request, as the authenticator (or impersonation) established it.
struct user_identity {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;

  [[nodiscard]] bool in_group(std::string_view group) const noexcept;
  bool operator==(const user_identity&) const = default;
};

/// Namespace and name of a service account.
struct service_account_name {
  std::string ns, name;
  bool operator==(const service_account_name&) const = default;
};

inline constexpr std::string_view group_masters = "system:masters";
inline constexpr std::string_view group_authenticated = "system:authenticated";
inline constexpr std::string_view group_unauthenticated = "system:unauthenticated";
inline constexpr std::string_view user_anonymous = "system:anonymous";

/// "system:serviceaccount:NS:NAME".
[[nodiscard]] std::string service_account_user(const service_account_name& account);
/// The reverse; empty names where `user` is no service account.
[[nodiscard]] service_account_name split_service_account(std::string_view user);
/// The two groups every token of an account carries, without system:authenticated.
[[nodiscard]] std::vector<std::string> service_account_groups(std::string_view ns);
/// The identity of a request without credentials.
[[nodiscard]] user_identity anonymous_user();

}  // namespace kitfox::kube
