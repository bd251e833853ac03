// Verbs that act on links, keys, processes and clocks.
#include <fmt/format.h>

#include "conformance/world/names.hpp"
#include "conformance/world/player.hpp"

namespace kitfox::conformance {

std::vector<node_ref> player::agents_of(const agent_set& set) const {
  std::vector<node_ref> out;
  for (const std::size_t cluster : set.clusters) {
    if (set.number) {
      out.push_back({node_set::what::agents, cluster, *set.number});
      continue;
    }
    for (std::uint32_t n = 0; n < scale_[cluster]; ++n) out.push_back({node_set::what::agents, cluster, n});
  }
  return out;
}

std::set<std::string> player::names_of(const agent_set& set) const {
  std::set<std::string> out;
  for (const node_ref& one : agents_of(set)) out.insert(agent_node(what_.topology, one.cluster, one.number));
  return out;
}

std::vector<node_ref> player::nodes_of(const node_set& set) const {
  switch (set.kind) {
    case node_set::what::agents:
      return agents_of(set.agents);
    case node_set::what::gateway:
      return {{node_set::what::gateway, 0, 0}};
    case node_set::what::kubernetes: {
      std::vector<node_ref> out;
      for (const std::size_t cluster : set.clusters.clusters)
        out.push_back({node_set::what::kubernetes, cluster, 0});
      return out;
    }
  }
  return {};
}

player::outcome player::plant(std::size_t index, const fault_verb& what) {
  step_result result;
  const runtime::error_code failure =
      world_.links().plant(index, what, world_.harness().clock().now(), result.why);
  if (failure) {
    result.ok = false;
    result.harness = true;
  }
  co_return result;
}

runtime::task<runtime::error_code> player::stop_and_wait(node_ref node) {
  const runtime::error_code failure = co_await world_.act(node, node_action::stop, socket_fate::fin);
  if (failure) co_return failure;
  constexpr runtime::duration patience = std::chrono::seconds{60};
  const runtime::mono_time until = world_.harness().clock().now() + patience;
  for (;;) {
    const std::uint64_t known = world_.state().version();
    if (!world_.running(node)) break;
    auto changed = world_.state().change_since(known);
    const runtime::error_code late =
        co_await runtime::with_deadline(world_.harness().clock(), until, std::move(changed));
    if (late) co_return late;
  }
  co_return runtime::error_code{};
}

player::outcome player::revoke(const revoke_verb& what) {
  step_result result;
  for (const std::size_t cluster : what.clusters.clusters) {
    runtime::error_code failure;
    const auto& keys = keys_.of(cluster).keys;
    std::size_t which = 0;
    if (what.which == revoke_verb::keys::all) {
      failure = co_await keys_.revoke_all(cluster, result.why);
    } else {
      std::vector<std::size_t> live;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!keys[i].revoked) live.push_back(i);
      }
      if (live.empty()) continue;
      which = what.which == revoke_verb::keys::oldest ? live.front() : live.back();
      failure = co_await keys_.revoke(cluster, which, result.why);
    }
    if (failure) {
      result.ok = false;
      co_return result;
    }
  }
  co_return result;
}

player::outcome player::issue(const issue_key_verb& what) {
  step_result result;
  for (const std::size_t cluster : what.clusters.clusters) {
    const runtime::error_code failure = co_await keys_.issue(cluster, result.why);
    if (failure) result.ok = false;
  }
  co_return result;
}

player::outcome player::rotate(const rotate_verb& what) {
  step_result result;
  for (const std::size_t cluster : what.clusters.clusters) {
    const std::size_t old = keys_.of(cluster).keys.size() - 1;
    const runtime::error_code issued = co_await keys_.issue(cluster, result.why);
    if (issued) {
      result.ok = false;
      co_return result;
    }
    for (std::uint32_t n = 0; n < scale_[cluster]; ++n) {
      const node_ref node{node_set::what::agents, cluster, n};
      const runtime::error_code stopped = co_await stop_and_wait(node);
      result.ok = result.ok && !stopped;
      std::string key = key_for(cluster);
      const runtime::error_code restarted = co_await world_.start(node, std::move(key));
      result.ok = result.ok && !restarted;
      const runtime::error_code paused = co_await world_.harness().clock().sleep_for(what.pause);
      result.ok = result.ok && !paused;
    }
    const runtime::error_code revoked = co_await keys_.revoke(cluster, old, result.why);
    result.ok = result.ok && !revoked;
  }
  co_return result;
}

player::outcome player::use_wrong_secret(const wrong_secret_verb& what) {
  step_result result;
  for (const node_ref& node : agents_of(what.agents)) {
    const runtime::error_code stopped = co_await stop_and_wait(node);
    std::string key = keyring::with_wrong_secret(*keys_.current(node.cluster));
    const runtime::error_code started = co_await world_.start(node, std::move(key));
    result.ok = result.ok && !stopped && !started;
  }
  co_return result;
}

player::outcome player::act_on(std::vector<node_ref> nodes, node_action action, socket_fate sockets) {
  step_result result;
  for (const node_ref& node : nodes) {
    const runtime::error_code failure = co_await world_.act(node, action, sockets);
    if (!failure) continue;
    result.ok = false;
    result.harness = true;
    result.why = failure.message();
  }
  co_return result;
}

player::outcome player::start_nodes(const node_set& nodes) {
  step_result result;
  if (nodes.kind == node_set::what::agents) {
    // Agents that the topology left to a step come to be here.
    for (const std::size_t cluster : nodes.agents.clusters) {
      const std::uint32_t least =
          nodes.agents.number ? *nodes.agents.number + 1 : what_.topology.clusters[cluster].agents;
      scale_[cluster] = std::max(scale_[cluster], least);
    }
  }
  for (const node_ref& node : nodes_of(nodes)) {
    if (world_.running(node)) continue;
    std::string key = node.kind == node_set::what::agents ? key_for(node.cluster) : std::string{};
    const runtime::error_code failure = co_await world_.start(node, std::move(key));
    if (!failure) continue;
    result.ok = false;
    result.harness = true;
    result.why = failure.message();
  }
  co_return result;
}

player::outcome player::restart(const restart_verb& what) {
  outcome killed = act_on(nodes_of(what.nodes), node_action::kill, what.sockets);
  step_result result = co_await std::move(killed);
  if (!result.ok) co_return result;
  const runtime::error_code failure = co_await world_.harness().clock().sleep_for(what.down);
  if (!failure) result = co_await start_nodes(what.nodes);
  co_return result;
}

player::outcome player::scale(const scale_verb& what) {
  step_result result;
  for (const std::size_t cluster : what.clusters.clusters) {
    for (std::uint32_t n = what.agents; n < scale_[cluster]; ++n) {
      const node_ref node{node_set::what::agents, cluster, n};
      const runtime::error_code failure = co_await world_.act(node, node_action::stop, socket_fate::fin);
      result.ok = result.ok && !failure;
    }
    for (std::uint32_t n = scale_[cluster]; n < what.agents; ++n) {
      const node_ref node{node_set::what::agents, cluster, n};
      std::string key = key_for(cluster);
      const runtime::error_code failure = co_await world_.start(node, std::move(key));
      result.ok = result.ok && !failure;
    }
    scale_[cluster] = what.agents;
  }
  result.harness = !result.ok;
  co_return result;
}

player::outcome player::set_clock(const clock_verb& what) {
  step_result result;
  for (const node_ref& node : nodes_of(what.nodes)) {
    const runtime::error_code failure = world_.set_clock(node, what.jump, what.drift);
    if (!failure) continue;
    result.ok = false;
    result.harness = true;
    result.why = "clock: " + failure.message();
  }
  co_return result;
}

runtime::task<void> player::undo_processes(std::size_t index) {
  const step& one = what_.steps[index];
  if (const auto* paused = std::get_if<pause_verb>(&one.action)) {
    outcome resuming = act_on(nodes_of(paused->nodes), node_action::resume, socket_fate::fin);
    const step_result resumed = co_await std::move(resuming);
    static_cast<void>(resumed);
  } else if (const auto* killed = std::get_if<kill_verb>(&one.action)) {
    const step_result started = co_await start_nodes(killed->nodes);
    if (started.harness && failure_.empty()) failure_ = started.why;
  } else if (const auto* stopped = std::get_if<stop_verb>(&one.action)) {
    const step_result started = co_await start_nodes(stopped->nodes);
    if (started.harness && failure_.empty()) failure_ = started.why;
  }
}

}  // namespace kitfox::conformance
