#include "conformance/judge/scenario_view.hpp"

#include <algorithm>
#include <charconv>

namespace kitfox::conformance {
namespace {

/// "prod/3" as cluster label and number; empty when it names no agent.
std::optional<std::pair<std::string, std::uint32_t>> split_agent(const std::string& node) {
  const std::size_t slash = node.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  std::uint32_t number = 0;
  const char* begin = node.data() + slash + 1;
  const char* end = node.data() + node.size();
  const auto [stop, failure] = std::from_chars(begin, end, number);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return std::pair{node.substr(0, slash), number};
}

bool labels(const topology& of, std::size_t cluster, const std::string& label) {
  const cluster_spec& one = of.clusters[cluster];
  return label == one.name || label == one.path();
}

}  // namespace

scenario_view::scenario_view(const scenario& what, const evidence& about)
    : what_{what},
      about_{about},
      end_{about.end},
      step_begun_(what.steps.size()),
      step_ended_(what.steps.size()) {
  for (const record* one : about.steps) {
    if (one->id == "start") begin_ = one->t;
    if (one->id == "end") end_ = one->t;
    std::size_t index = 0;
    const auto [stop, failure] = std::from_chars(one->id.data(), one->id.data() + one->id.size(), index);
    if (one->id.empty() || failure != std::errc{} || stop != one->id.data() + one->id.size()) continue;
    if (index >= what.steps.size()) continue;
    (one->kind == record_kind::step_begun ? step_begun_ : step_ended_)[index] = one->t;
  }
}

std::optional<instant> scenario_view::time_of(const moment& at) const {
  switch (at.from) {
    case moment::anchor::scenario_start:
      return begin_ + at.offset.count();
    case moment::anchor::scenario_end:
      return end_ + at.offset.count();
    case moment::anchor::step_begin:
    case moment::anchor::step_end: {
      const auto& times = at.from == moment::anchor::step_begin ? step_begun_ : step_ended_;
      if (!times[at.step]) return std::nullopt;
      return *times[at.step] + at.offset.count();
    }
  }
  return std::nullopt;
}

std::optional<span_of_time> scenario_view::window_of(const check_window& window) const {
  // What happens in the very last instant belongs to the run.
  span_of_time out{begin_, end_ + 1};
  if (window.after) {
    const auto from = time_of(*window.after);
    if (!from) return std::nullopt;
    out.from = *from;
  }
  if (window.until) {
    const auto until = time_of(*window.until);
    if (!until) return std::nullopt;
    out.until = *until;
  }
  return out;
}

bool scenario_view::contains(const agent_set& set, const std::string& node) const {
  const auto agent = split_agent(node);
  if (!agent) return false;
  return std::any_of(set.clusters.begin(), set.clusters.end(), [&](std::size_t cluster) {
    return labels(what_.topology, cluster, agent->first) && set.contains(cluster, agent->second);
  });
}

bool scenario_view::contains(const node_set& set, const std::string& node) const {
  switch (set.kind) {
    case node_set::what::agents:
      return contains(set.agents, node);
    case node_set::what::gateway:
      return node == "gateway";
    case node_set::what::kubernetes: {
      constexpr std::string_view suffix = "/kubernetes";
      if (!node.ends_with(suffix)) return false;
      return labels_of(set.clusters).contains(node.substr(0, node.size() - suffix.size()));
    }
  }
  return false;
}

std::set<std::string> scenario_view::labels_of(const cluster_set& set) const {
  std::set<std::string> out;
  for (const std::size_t cluster : set.clusters) {
    const cluster_spec& one = what_.topology.clusters[cluster];
    const auto same = [&](const cluster_spec& other) { return other.name == one.name; };
    const bool unique =
        std::count_if(what_.topology.clusters.begin(), what_.topology.clusters.end(), same) == 1;
    out.insert(unique ? one.name : one.path());
  }
  return out;
}

std::vector<std::string> scenario_view::nodes_of(const agent_set& set) const {
  std::vector<std::string> out;
  for (const process& one : about_.processes) {
    if (one.kind != "agent" || !contains(set, one.node)) continue;
    if (std::find(out.begin(), out.end(), one.node) == out.end()) out.push_back(one.node);
  }
  return out;
}

std::vector<span_of_time> scenario_view::connected_spans(const std::string& node) const {
  std::vector<span_of_time> out;
  for (const stream& one : about_.streams) {
    if (about_.connections[one.connection].from != node || !one.connected) continue;
    instant until = one.over_at_agent.value_or(about_.end + 1);
    const auto by = about_.connections[one.connection].by;
    if (by && about_.processes[*by].exited) until = std::min(until, *about_.processes[*by].exited);
    out.push_back({*one.connected, until});
  }
  return out;
}

}  // namespace kitfox::conformance
