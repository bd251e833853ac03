#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/setting_value.hpp"

namespace kitfox::conformance {

/// A rule as in a Kubernetes Role: what the chart's `rbac.additionalRules` take.
struct rbac_rule {
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> verbs;
};

/// The agent's permissions in one cluster, in the terms of the Helm chart's values.
struct rbac_values {
  enum class grant {
    standard,    ///< The chart's ClusterRole.
    namespaced,  ///< Roles in `namespaces` in its place.
    none,        ///< No role at all: somebody removed the binding.
  };
  grant granted = grant::standard;
  std::vector<std::string> namespaces;
  std::vector<rbac_rule> additional_rules;
};

/// Which key the processes of a cluster are started with.
enum class starting_key {
  issued,        ///< The cluster's own.
  wrong_secret,  ///< Its id with another secret.
  unknown,       ///< Well-formed, of an id that never existed.
  revoked,       ///< Its own, revoked before the agents start.
};

/// One cluster with its API server, its objects and its agents.
struct cluster_spec {
  source_mark where;
  std::string organisation;
  std::string team;
  std::string name;
  std::string objects;  ///< Path of a file of Kubernetes objects, resolved; empty: none.
  std::string canary;   ///< The text that `{{canary}}` in the objects becomes; unique in the scenario.
  std::uint32_t agents = 1;
  enum class start { at_once, by_step } started = start::at_once;
  starting_key key = starting_key::issued;
  /// How the agents are told to reach the gateway.
  enum class scheme { https, http } gateway = scheme::https;
  rbac_values rbac;

  /// "acme/payments", as `as:` names a caller.
  [[nodiscard]] std::string team_path() const { return organisation + "/" + team; }
  /// "acme/payments/prod-us-east-1".
  [[nodiscard]] std::string path() const { return team_path() + "/" + name; }
};

/// Some of the clusters, as a pattern of the file names them.
struct cluster_set {
  source_mark where;
  std::string text;                   ///< As written.
  std::vector<std::size_t> clusters;  ///< Indices into topology::clusters, ascending, at least one.

  [[nodiscard]] bool contains(std::size_t cluster) const noexcept;
};

/// Some of the agent processes. Numbers of agents are not checked against the topology, since steps scale it.
struct agent_set {
  source_mark where;
  std::string text;
  std::vector<std::size_t> clusters;    ///< As in cluster_set.
  std::optional<std::uint32_t> number;  ///< One agent of each of those clusters; empty: all.

  [[nodiscard]] bool contains(std::size_t cluster, std::uint32_t agent) const noexcept;
};

/// Some of the processes or API servers that a step acts on.
struct node_set {
  enum class what { agents, gateway, kubernetes } kind = what::agents;
  agent_set agents;      ///< For `agents`.
  cluster_set clusters;  ///< For `kubernetes`: the API servers of these clusters.
};

/// Some of the links, as "FROM->TO" names them. Agents have a link each to the gateway and to their own API
/// server; all callers share one to the gateway.
struct link_set {
  enum class from { agents, caller } origin = from::agents;
  enum class to { gateway, kubernetes } target = to::gateway;
  source_mark where;
  std::string text;
  agent_set agents;  ///< For `agents`.
};

/// The standing condition of links. Later entries of topology::links win over earlier ones, field by field.
struct link_spec {
  source_mark where;
  link_set links;
  std::optional<duration> latency;  ///< One way.
  std::optional<duration> jitter;
  std::optional<std::int64_t> rate_bytes_per_second;
};

struct topology {
  source_mark where;
  std::vector<cluster_spec> clusters;  ///< In the order of the file; generated ones last.
  std::vector<link_spec> links;

  /// "acme/payments" of every team, in order, without repetition.
  [[nodiscard]] std::vector<std::string> teams() const;
};

}  // namespace kitfox::conformance
