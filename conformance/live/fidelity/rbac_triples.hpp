#pragma once
#include <string>
#include <vector>

#include "conformance/live/fidelity/api_twin.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::conformance {

/// One random policy, a few roles and bindings of all kinds in two namespaces, and what is asked about it.
struct rbac_trial {
  std::vector<twin_request> policy;     ///< Makes it.
  std::vector<twin_request> questions;  ///< SubjectAccessReviews of resources and of other paths.
  std::vector<twin_request> removal;    ///< Takes it out again.
};

/// The two namespaces of every trial.
[[nodiscard]] std::vector<twin_request> trial_namespaces();
/// Roles that exist and roles that do not, users, groups and accounts, `*` in every place, subresources,
/// names, paths. The same for the same numbers.
[[nodiscard]] rbac_trial make_rbac_trial(runtime::entropy& random, std::size_t questions);

}  // namespace kitfox::conformance
