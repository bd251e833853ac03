#pragma once
#include <optional>
#include <string>

#include "fakes/kube/rbac.hpp"

namespace kitfox::kube {

/// What `wanted` grants beyond `held`, compacted and sorted as Kubernetes reports it; empty when covered.
/// Each broken-down part of a wanted rule (group, resource, name, verb) must be covered by one held rule
/// (kubernetes v1.20 pkg/registry/rbac/validation/policy_comparator.go and policy_compact.go).
[[nodiscard]] std::vector<policy_rule> uncovered_rules(const std::vector<policy_rule>& held,
                                                       const std::vector<policy_rule>& wanted);

/// Why `user` may not grant `wanted` in `ns` (empty: everywhere); nothing when it may.
[[nodiscard]] std::optional<std::string> escalation_refusal(const rbac_policy& policy,
                                                            const user_identity& user, std::string_view ns,
                                                            const std::vector<policy_rule>& wanted);

}  // namespace kitfox::kube
