#include "conformance/world/names.hpp"

#include <algorithm>

namespace kitfox::conformance {

std::string cluster_label(const topology& of, std::size_t cluster) {
  const cluster_spec& one = of.clusters.at(cluster);
  const auto same = [&](const cluster_spec& other) { return other.name == one.name; };
  return std::count_if(of.clusters.begin(), of.clusters.end(), same) > 1 ? one.path() : one.name;
}

std::string agent_node(const topology& of, std::size_t cluster, std::uint32_t number) {
  return cluster_label(of, cluster) + "/" + std::to_string(number);
}

std::string kubernetes_node(const topology& of, std::size_t cluster) {
  return cluster_label(of, cluster) + "/kubernetes";
}

std::string kubernetes_host(const topology& of, std::size_t cluster) {
  const cluster_spec& one = of.clusters.at(cluster);
  return "kubernetes." + one.name + "." + one.team + "." + one.organisation;
}

std::string link_to_gateway(std::string_view node) { return std::string{node} + "->gateway"; }
std::string link_to_kubernetes(std::string_view node) { return std::string{node} + "->kubernetes"; }

}  // namespace kitfox::conformance
