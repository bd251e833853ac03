#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "conformance/scenario/topology.hpp"

namespace kitfox::conformance {

// How processes and links are called in worlds, transcripts and reports alike.

inline constexpr std::string_view gateway_node = "gateway";
inline constexpr std::string_view caller_node = "caller";

/// The cluster's name where it is unique in the scenario, else its path: "prod-us-east-1",
/// "acme/payments/prod".
[[nodiscard]] std::string cluster_label(const topology& of, std::size_t cluster);
/// "prod-us-east-1/0".
[[nodiscard]] std::string agent_node(const topology& of, std::size_t cluster, std::uint32_t number);
/// "prod-us-east-1/kubernetes".
[[nodiscard]] std::string kubernetes_node(const topology& of, std::size_t cluster);
/// The name under which agents dial their API server: "kubernetes.prod.payments.acme".
[[nodiscard]] std::string kubernetes_host(const topology& of, std::size_t cluster);
/// "prod-us-east-1/0->gateway", "caller->gateway".
[[nodiscard]] std::string link_to_gateway(std::string_view node);
/// "prod-us-east-1/0->kubernetes".
[[nodiscard]] std::string link_to_kubernetes(std::string_view node);

}  // namespace kitfox::conformance
