#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "fakes/kube/discovery.hpp"

namespace kitfox::kube {

/// The version of apidiscovery.k8s.io, "v2" or "v2beta1", that a client prefers to one document a group;
/// nothing where it takes plain JSON first.
[[nodiscard]] std::optional<std::string> wanted_discovery(std::optional<std::string_view> accept);
/// The Content-Type of such a document: clients take it for the old kind without the parameters.
[[nodiscard]] std::string discovery_media_type(std::string_view version);
/// An APIGroupDiscoveryList of all that is below /api or /apis (k8s.io/api/apidiscovery/v2), which takes one
/// request where the documents by group take dozens. Empty for any other path.
[[nodiscard]] std::optional<json> aggregated_discovery(const server_identity& identity, std::string_view path,
                                                       std::string_view version);

}  // namespace kitfox::kube
