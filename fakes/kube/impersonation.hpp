#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fakes/kube/request_info.hpp"
#include "fakes/kube/user_identity.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::kube {

/// What the Impersonate-* headers of a request ask for (k8s.io/apiserver v0.20 endpoints/filters,
/// impersonation.go; Impersonate-Uid as in v0.22).
struct impersonation {
  user_identity target;
  /// Every one of these must be allowed to the real user, in this order.
  std::vector<access_attributes> checks;
  /// Not empty: the headers make no sense, answered with 500 and this text.
  std::string contradiction;
};

/// Empty when the request impersonates nobody.
[[nodiscard]] std::optional<impersonation> parse_impersonation(const runtime::http::fields& headers);

}  // namespace kitfox::kube
