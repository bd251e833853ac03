#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/topology.hpp"

namespace kitfox::conformance {

/// What a question in words comes to: one command for one cluster.
struct asked_command {
  std::size_t cluster = 0;  ///< Index into the topology.
  std::string command;
  std::string params;         ///< JSON text of an object.
  bool failing_only = false;  ///< Of the pods in the result, only those that are not well matter.
};

/// The questions that the product's documentation shows, with their names replaced:
///   show me failing pods in CLUSTER
///   what's happening with deployment NAME in NAMESPACE
///   get logs from pod NAME in NAMESPACE
///   list pods in namespace NAMESPACE on cluster CLUSTER
/// Where NAMESPACE is the name of a cluster of the team, that cluster is meant, and its default namespace.
/// Without a cluster the team's first one is asked. Empty when the question is none of these.
[[nodiscard]] std::optional<asked_command> understand(std::string_view question, const std::string& team,
                                                      const topology& of);

/// Leaves only the pods that are not well in the `result` of a list_pods answer: neither Running with all
/// containers ready, nor Succeeded.
void keep_failing_pods(nlohmann::json& answer);

}  // namespace kitfox::conformance
