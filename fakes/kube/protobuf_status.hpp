#pragma once
#include <string>

#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// A refusal in Kubernetes' protobuf envelope, byte for byte as apimachinery 1.20 writes a metav1.Status: for
/// clients that accept protobuf before JSON.
[[nodiscard]] std::string print_protobuf_status(const status_error& failure);

}  // namespace kitfox::kube
