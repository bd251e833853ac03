#include "conformance/scenario/topology.hpp"

#include <algorithm>

namespace kitfox::conformance {

const named_setting* find_setting(const setting_list& settings, std::string_view name) noexcept {
  const auto found = std::ranges::find(settings, name, &named_setting::name);
  return found == settings.end() ? nullptr : &*found;
}

bool cluster_set::contains(std::size_t cluster) const noexcept {
  return std::ranges::binary_search(clusters, cluster);
}

bool agent_set::contains(std::size_t cluster, std::uint32_t agent) const noexcept {
  return (!number || *number == agent) && std::ranges::binary_search(clusters, cluster);
}

std::vector<std::string> topology::teams() const {
  std::vector<std::string> names;
  for (const cluster_spec& one : clusters) {
    const std::string team = one.team_path();
    if (std::ranges::find(names, team) == names.end()) names.push_back(team);
  }
  return names;
}

}  // namespace kitfox::conformance
