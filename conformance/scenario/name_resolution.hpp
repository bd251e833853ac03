#pragma once
#include <string>
#include <vector>

#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/topology.hpp"

namespace kitfox::conformance {

/// Finds what the names and patterns of a scenario stand for in its topology. A pattern is read from its
/// last part: "prod/*" are the agents of every cluster called prod, "payments/prod/*" those of team payments.
/// What matches nothing, or a plain name that matches more than one cluster, is a mistake.
class name_resolution {
 public:
  name_resolution(const topology& among, problem_list& problems) : topology_{among}, problems_{problems} {}

  [[nodiscard]] cluster_set clusters(const yaml_node& node, const std::string& path) const;
  [[nodiscard]] agent_set agents(const yaml_node& node, const std::string& path) const;
  [[nodiscard]] node_set nodes(const yaml_node& node, const std::string& path) const;
  [[nodiscard]] link_set links(const yaml_node& node, const std::string& path) const;
  [[nodiscard]] std::string team(const yaml_node& node, const std::string& path) const;
  /// Every agent of some clusters.
  [[nodiscard]] agent_set agents_of(const cluster_set& clusters) const;
  /// The agents, API servers or gateway behind a key that must be there.
  [[nodiscard]] cluster_set clusters_at(const map_reader& map, std::string_view key) const;
  [[nodiscard]] agent_set agents_at(const map_reader& map, std::string_view key) const;
  [[nodiscard]] node_set nodes_at(const map_reader& map, std::string_view key) const;
  [[nodiscard]] link_set links_at(const map_reader& map, std::string_view key) const;
  [[nodiscard]] std::string team_at(const map_reader& map, std::string_view key) const;

  [[nodiscard]] const topology& among() const noexcept { return topology_; }

 private:
  struct place {
    yaml_mark where;
    const std::string& path;
  };
  [[nodiscard]] cluster_set find_clusters(const std::string& pattern, place at) const;
  [[nodiscard]] agent_set find_agents(const std::string& pattern, place at) const;
  [[nodiscard]] std::vector<std::string> cluster_names() const;
  [[nodiscard]] bool is_cluster(const std::string& name) const;

  const topology& topology_;
  problem_list& problems_;
};

}  // namespace kitfox::conformance
