#include "conformance/scenario/name_resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "conformance/scenario/scalar_text.hpp"
#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == text.npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

/// Compares from the last part on, so that what stands before may be left out.
bool fits(const cluster_spec& cluster, const std::vector<std::string_view>& pattern) {
  const std::string_view names[] = {cluster.organisation, cluster.team, cluster.name};
  if (pattern.size() > std::size(names)) return false;
  const std::size_t skipped = std::size(names) - pattern.size();
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (!fits_glob(pattern[i], names[skipped + i])) return false;
  return true;
}

}  // namespace

std::vector<std::string> name_resolution::cluster_names() const {
  std::vector<std::string> names;
  for (const cluster_spec& one : topology_.clusters) {
    names.push_back(one.name);
    names.push_back(one.team + "/" + one.name);
    names.push_back(one.path());
  }
  return names;
}

bool name_resolution::is_cluster(const std::string& name) const {
  const auto names = cluster_names();
  return std::ranges::find(names, name) != names.end();
}

cluster_set name_resolution::find_clusters(const std::string& pattern, place at) const {
  cluster_set set;
  set.where = problems_.mark(at.where);
  set.text = pattern;
  const auto parts = split(pattern);
  for (std::size_t i = 0; i < topology_.clusters.size(); ++i)
    if (fits(topology_.clusters[i], parts)) set.clusters.push_back(i);
  if (set.clusters.empty()) {
    problems_.add(at.where, at.path,
                  fmt::format("no cluster \"{}\"{}", pattern, suggestion(pattern, cluster_names())));
  } else if (set.clusters.size() > 1 && pattern.find('*') == std::string::npos) {
    const cluster_spec& first = topology_.clusters[set.clusters[0]];
    const cluster_spec& second = topology_.clusters[set.clusters[1]];
    problems_.add(
        at.where, at.path,
        fmt::format("\"{}\" may be {} or {}; name the team too", pattern, first.path(), second.path()));
  }
  return set;
}

agent_set name_resolution::find_agents(const std::string& pattern, place at) const {
  agent_set set;
  set.where = problems_.mark(at.where);
  set.text = pattern;
  if (pattern == "*") {
    for (std::size_t i = 0; i < topology_.clusters.size(); ++i) set.clusters.push_back(i);
    return set;
  }
  const std::size_t slash = pattern.rfind('/');
  if (slash == std::string::npos) {
    problems_.add(at.where, at.path,
                  is_cluster(pattern)
                      ? fmt::format("\"{0}\" is a cluster; its agents are \"{0}/*\"", pattern)
                      : fmt::format("no agents \"{}\"; expected CLUSTER/* or CLUSTER/NUMBER", pattern));
    return set;
  }
  const std::string_view last = std::string_view{pattern}.substr(slash + 1);
  if (last != "*") {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
    if (last.empty() || error != std::errc{} || end != last.data() + last.size()) {
      problems_.add(
          at.where, at.path,
          fmt::format("\"{}\" after the last slash; expected * or the number of an agent, from 0", last));
      return set;
    }
    set.number = number;
  }
  set.clusters = find_clusters(pattern.substr(0, slash), at).clusters;
  return set;
}

cluster_set name_resolution::clusters(const yaml_node& node, const std::string& path) const {
  return find_clusters(node.text, {node.where, path});
}

agent_set name_resolution::agents(const yaml_node& node, const std::string& path) const {
  return find_agents(node.text, {node.where, path});
}

node_set name_resolution::nodes(const yaml_node& node, const std::string& path) const {
  constexpr std::string_view api_servers = "kubernetes:";
  node_set set;
  if (node.text == "gateway") {
    set.kind = node_set::what::gateway;
  } else if (node.text.starts_with(api_servers)) {
    set.kind = node_set::what::kubernetes;
    set.clusters = find_clusters(node.text.substr(api_servers.size()), {node.where, path});
  } else if (const std::vector<std::string> gateway{"gateway"}; !nearest_word(node.text, gateway).empty()) {
    problems_.add(node.where, path, fmt::format("no process \"{}\"; did you mean \"gateway\"?", node.text));
  } else {
    set.agents = find_agents(node.text, {node.where, path});
  }
  return set;
}

link_set name_resolution::links(const yaml_node& node, const std::string& path) const {
  link_set set;
  set.where = problems_.mark(node.where);
  set.text = node.text;
  const std::size_t arrow = node.text.rfind("->");
  const std::string from = node.text.substr(0, arrow);
  const std::string to = arrow == std::string::npos ? std::string{} : node.text.substr(arrow + 2);
  static const std::vector<std::string> places{"gateway", "kubernetes"}, callers{"caller"};
  if (std::ranges::find(places, to) == places.end()) {
    const std::string near = suggestion(to, places);
    problems_.add(node.where, path,
                  fmt::format("no link leads to \"{}\"{}", to,
                              near.empty() ? "; expected gateway or kubernetes" : near));
  }
  set.target = to == "kubernetes" ? link_set::to::kubernetes : link_set::to::gateway;
  if (from == "caller") {
    set.origin = link_set::from::caller;
    if (set.target == link_set::to::kubernetes)
      problems_.add(node.where, path, "callers have no link to an API server");
    return set;
  }
  if (const std::string near = suggestion(from, callers); !near.empty() && !is_cluster(from)) {
    problems_.add(node.where, path, fmt::format("no link comes from \"{}\"{}", from, near));
    return set;
  }
  set.agents = find_agents(from, {node.where, path});
  return set;
}

std::string name_resolution::team(const yaml_node& node, const std::string& path) const {
  const auto teams = topology_.teams();
  if (std::ranges::find(teams, node.text) == teams.end())
    problems_.add(node.where, path, fmt::format("no team \"{}\"{}", node.text, suggestion(node.text, teams)));
  return node.text;
}

agent_set name_resolution::agents_of(const cluster_set& clusters) const {
  agent_set set;
  set.where = clusters.where;
  set.text = clusters.text == "*" ? clusters.text : clusters.text + "/*";
  set.clusters = clusters.clusters;
  return set;
}

cluster_set name_resolution::clusters_at(const map_reader& map, std::string_view key) const {
  return clusters(*map.find(key), map.path_of(key));
}

agent_set name_resolution::agents_at(const map_reader& map, std::string_view key) const {
  return agents(*map.find(key), map.path_of(key));
}

node_set name_resolution::nodes_at(const map_reader& map, std::string_view key) const {
  return nodes(*map.find(key), map.path_of(key));
}

link_set name_resolution::links_at(const map_reader& map, std::string_view key) const {
  return links(*map.find(key), map.path_of(key));
}

std::string name_resolution::team_at(const map_reader& map, std::string_view key) const {
  const yaml_node* const found = map.find(key);
  return found == nullptr ? std::string{} : team(*found, map.path_of(key));
}

}  // namespace kitfox::conformance
