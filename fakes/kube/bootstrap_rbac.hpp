#pragma once
#include <string_view>

namespace kitfox::kube {

// Private to default_rbac.cpp, which reads both once.

/// The roles that people are given, and what every client needs to start, with their bindings, as YAML.
/// Aggregated roles hold the rules that the controller would have filled in.
[[nodiscard]] std::string_view bootstrap_rbac_yaml() noexcept;
/// The roles of controllers and nodes, and what the aggregated roles are made of, with their bindings: a JSON
/// array of objects without apiVersion and without the labels and annotations that all have.
[[nodiscard]] std::string_view bootstrap_system_rbac_json() noexcept;

}  // namespace kitfox::kube
