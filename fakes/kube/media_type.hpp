#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// One clause of an Accept header (RFC 9110 §12.5.1), in lower case.
struct media_clause {
  std::string type;  ///< "application/json", "*/*", ...
  std::vector<std::pair<std::string, std::string>> parameters;
  double quality = 1;

  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

/// Clauses by falling quality, then as written; "*/*" where the header is missing or empty.
[[nodiscard]] std::vector<media_clause> parse_accept(std::optional<std::string_view> header);

/// In which form an object or a list is sent.
struct media_choice {
  enum class shapes { object, table, partial_metadata, partial_metadata_list };
  enum class encodings { as_json, as_yaml };
  shapes shape = shapes::object;
  encodings encoding = encodings::as_json;
  std::string meta_version = "v1";  ///< Of meta.k8s.io, for the other shapes.
};

/// Takes the first clause that the fake can serve; protobuf is passed over. Errors: 406 in both wordings.
[[nodiscard]] outcome<media_choice> choose_media(std::optional<std::string_view> accept);
/// Whether errors are wanted as protobuf rather than as JSON or YAML.
[[nodiscard]] bool prefers_protobuf(std::optional<std::string_view> accept);
/// Whether any clause admits text/plain the way kube-apiserver checks it for pod logs. Errors: 406.
[[nodiscard]] outcome<void> check_log_media(std::optional<std::string_view> accept);
/// The type of a Content-Type header without its parameters, in lower case.
[[nodiscard]] std::string base_media_type(std::string_view header);

}  // namespace kitfox::kube
