#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "fakes/kube/json.hpp"

namespace kitfox::kube {

/// The OpenAPI v2 document in protobuf (gnostic's openapi_v2.Document), as far as clients need it: which
/// kinds there are and that the server itself checks fields, so that kubectl and helm leave it to the server.
/// It has no definitions.
[[nodiscard]] const std::string& openapi_v2_protobuf();

/// "/openapi/v3", or the document of one group and version below it, with the fields of every kind but no
/// descriptions; nothing where there is none.
[[nodiscard]] std::optional<json> openapi_v3_document(std::string_view path);

}  // namespace kitfox::kube
