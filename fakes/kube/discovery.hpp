#pragma once
#include <optional>
#include <string>

#include "fakes/kube/json.hpp"

namespace kitfox::kube {

/// What the server says about itself.
struct server_identity {
  std::string git_version = "v1.20.2";  ///< As in /version; major and minor are read from it.
  std::string address = "127.0.0.1:6443";
  /// Whether metrics.k8s.io is among the groups. The server sets it.
  enum class metrics_groups { absent, served } metrics = metrics_groups::absent;
  /// Kubernetes 1.20 has a document for each group; since 1.26 there is one of all, too.
  enum class discovery_forms { by_group, aggregated_too } discovery = discovery_forms::by_group;
};

/// A document of the API's description: /version, /api, /apis, /api/v1, /apis/GROUP and /apis/GROUP/VERSION,
/// each also with a trailing slash. Empty for any other path.
[[nodiscard]] std::optional<json> discovery_document(const server_identity& identity, std::string_view path);
/// `{"paths": [...]}`, the answer at "/" and, with 404, at unknown paths.
[[nodiscard]] json path_index(const server_identity& identity);

}  // namespace kitfox::kube
