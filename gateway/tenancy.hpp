#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace kitfox::gateway {

/// A team of an organisation: the owner of clusters, keys, quotas and audit records. Both parts pass
/// protocol::is_opaque_token(); a tenant with an empty part owns nothing and matches nothing.
struct tenant {
  std::string org_id;
  std::string team_node_id;
  auto operator<=>(const tenant&) const = default;
};

/// True if both parts are well-formed; an empty or malformed tenant is never looked up.
[[nodiscard]] bool is_tenant(const tenant& of) noexcept;

/// What the holder of a credential may do; `admin` includes `caller`.
enum class caller_role {
  caller,  ///< Execute commands, list connected clusters.
  admin,   ///< Also create and revoke clusters and keys.
};

/// One accepted value of the `X-Internal-Service` header and the scope it stands for.
struct caller_credential {
  std::string name;    ///< Names the caller in the audit; not secret, unique, not empty.
  std::string secret;  ///< The header's value; at least secret_size_min bytes.
  caller_role role = caller_role::caller;
  /// The only tenant of this credential. None: a trusted internal service, which must name a tenant in every
  /// call; a call without one is refused.
  std::optional<tenant> bound{};
  static constexpr std::size_t secret_size_min = 16;
  static constexpr std::size_t name_size_max = 128;
};

/// Who makes a call, after authentication. Holds no secret.
struct principal {
  std::string name;
  caller_role role = caller_role::caller;
  std::optional<tenant> bound{};
};

/// Why a call has no tenant; both are answered 403.
enum class tenant_refusal {
  not_named,  ///< A trusted service named no tenant, or half of one, or a malformed one.
  not_yours,  ///< The call names another tenant than the credential's.
};

/// The tenant of a call: the credential's, or for a trusted service the one it names (ISO-1). Claims that
/// contradict the credential are refused, never ignored. Fails closed.
struct tenant_decision {
  std::optional<tenant> granted;
  tenant_refusal why = tenant_refusal::not_named;  ///< Meaningful unless granted.
};
[[nodiscard]] tenant_decision decide_tenant(const principal& who,
                                            const std::optional<std::string>& claimed_org_id,
                                            const std::optional<std::string>& claimed_team_node_id);

}  // namespace kitfox::gateway
