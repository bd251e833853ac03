#include "gateway/status_table.hpp"

#include <utility>

namespace kitfox::gateway {

status_table::node& status_table::touch(std::string_view cluster_id) {
  const auto found = by_cluster_.find(cluster_id);
  if (found != by_cluster_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second.place);
    return found->second;
  }
  if (by_cluster_.size() >= clusters_max_) {
    by_cluster_.erase(recent_.back());
    recent_.pop_back();
  }
  recent_.emplace_front(cluster_id);
  node& fresh = by_cluster_[recent_.front()];
  fresh.place = recent_.begin();
  return fresh;
}

void status_table::on_connected(const route& stream, agent_facts facts, runtime::wall_time now) {
  node& of = touch(stream.cluster_id);
  of.open.insert_or_assign(stream.id, told{now, std::move(facts)});
  if (of.open.rbegin()->first == stream.id) of.status.refused = false;
  show_newest(of);
}

void status_table::on_ended(const route& stream) {
  const auto found = by_cluster_.find(stream.cluster_id);
  if (found == by_cluster_.end() || found->second.open.erase(stream.id) == 0) return;
  if (!found->second.open.empty()) show_newest(found->second);
}

void status_table::show_newest(node& of) {
  const auto& [newest, said] = *of.open.rbegin();
  if (of.status.newest == newest) return;
  of.status.newest = newest;
  of.status.connected_at = said.connected_at;
  of.status.facts = said.facts;
}

void status_table::on_signal(std::string_view cluster_id, liveness_signal signal, runtime::wall_time now) {
  if (policy_.is_evidence(signal)) touch(cluster_id).status.last_seen = now;
}

void status_table::on_refused(std::string_view cluster_id) { touch(cluster_id).status.refused = true; }

const cluster_status_entry* status_table::find(std::string_view cluster_id) const {
  const auto found = by_cluster_.find(cluster_id);
  return found == by_cluster_.end() ? nullptr : &found->second.status;
}

}  // namespace kitfox::gateway
