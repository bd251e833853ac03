#pragma once
#include <string_view>

#include "fakes/kube/json.hpp"
#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// Decodes a request body in Kubernetes' protobuf envelope ("k8s\0", then runtime.Unknown) to the JSON that
/// an older client would have sent, for every kind of api_schema; unknown fields are skipped.
/// Errors: 400 when it is cut short or of another kind.
[[nodiscard]] outcome<json> decode_protobuf_body(std::string_view bytes);

}  // namespace kitfox::kube
