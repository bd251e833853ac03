#pragma once
#include <string>
#include <vector>

#include "fakes/kube/rbac_policy.hpp"
#include "fakes/kube/request_info.hpp"
#include "fakes/kube/user_identity.hpp"

namespace kitfox::kube {

/// The authorizer's answer. There are no deny rules: what no rule allows is denied.
struct access_decision {
  enum class verdicts { denied, allowed };
  verdicts verdict = verdicts::denied;
  /// Allowed: which binding of which role to which subject. Denied: which bound roles do not exist, or empty.
  std::string reason;

  [[nodiscard]] bool allowed() const noexcept { return verdict == verdicts::allowed; }
};

/// Rules that apply to a user in a namespace, and why the list may be short.
struct held_rules {
  std::vector<policy_rule> rules;
  std::vector<std::string> errors;  ///< Bound roles that do not exist, each once.
};

/// Evaluates RBAC as Kubernetes does (kubernetes v1.20 plugin/pkg/auth/authorizer/rbac/rbac.go and
/// pkg/registry/rbac/validation/rule.go): cluster role bindings first, then those of the request's
/// namespace; the first rule that matches allows. Pure.
[[nodiscard]] access_decision decide_rbac(const rbac_policy& policy, const user_identity& user,
                                          const access_attributes& asked);
/// The same behind the authorizer that lets the group system:masters do everything, without a reason.
[[nodiscard]] access_decision authorize(const rbac_policy& policy, const user_identity& user,
                                        const access_attributes& asked);
/// All rules that a user holds, in the order in which they are evaluated.
[[nodiscard]] held_rules rules_of(const rbac_policy& policy, const user_identity& user, std::string_view ns);
[[nodiscard]] bool rule_allows(const policy_rule& rule, const access_attributes& asked);

}  // namespace kitfox::kube
