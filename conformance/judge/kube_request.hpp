#pragma once
#include <string>
#include <string_view>

namespace kitfox::conformance {

/// What a request to an API server asks for, in the words of RBAC (Kubernetes API conventions, "Resources").
struct kube_request {
  std::string verb;        ///< get, list, watch, create, update, patch, delete, deletecollection.
  std::string resource;    ///< "pods", or "pods/log" for a subresource; empty: no resource ("/version").
  std::string name_space;  ///< Empty: of the cluster.
  std::string name;
};

/// Total: whatever the bytes, some request comes out.
[[nodiscard]] kube_request parse_kube_request(std::string_view method, std::string_view target);

}  // namespace kitfox::conformance
