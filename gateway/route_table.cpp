#include "gateway/route_table.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::gateway {

template <class Predicate>
std::vector<route> route_table::take_if(std::string_view cluster_id, Predicate leaves) {
  std::vector<route> taken;
  const auto found = by_cluster_.find(cluster_id);
  if (found == by_cluster_.end()) return taken;
  routes& present = found->second;
  const auto gone =
      std::stable_partition(present.begin(), present.end(), [&](const route& one) { return !leaves(one); });
  taken.assign(std::make_move_iterator(gone), std::make_move_iterator(present.end()));
  present.erase(gone, present.end());
  if (present.empty()) by_cluster_.erase(found);
  for (const route& one : taken) forget(one);
  return taken;
}

void route_table::forget(const route& one) {
  const auto key = count_by_key_.find(one.key_id);
  const auto team = count_by_team_.find(one.owner);
  KITFOX_ASSERT(key != count_by_key_.end() && team != count_by_team_.end() && size_ > 0);
  if (--key->second == 0) count_by_key_.erase(key);
  if (--team->second == 0) count_by_team_.erase(team);
  --size_;
}

std::vector<route> route_table::add(route newcomer) {
  std::vector<route> replaced =
      take_if(newcomer.cluster_id, [&](const route& present) { return policy_.replaces(newcomer, present); });
  routes& present = by_cluster_[newcomer.cluster_id];
  KITFOX_ASSERT(present.empty() || present.back().id < newcomer.id);
  ++count_by_key_[newcomer.key_id];
  ++count_by_team_[newcomer.owner];
  ++size_;
  present.push_back(std::move(newcomer));
  return replaced;
}

std::vector<route> route_table::remove(const route& ended) {
  return take_if(ended.cluster_id,
                 [&](const route& registered) { return policy_.unregisters(ended, registered); });
}

std::vector<route> route_table::remove_by_key(std::string_view cluster_id, std::string_view key_id) {
  return take_if(cluster_id, [&](const route& open) { return policy_.ends_with_key(open, key_id); });
}

route* route_table::find(std::string_view cluster_id, session_id stream) {
  const auto found = by_cluster_.find(cluster_id);
  if (found == by_cluster_.end()) return nullptr;
  for (route& one : found->second)
    if (one.id == stream) return &one;
  return nullptr;
}

void route_table::set_health(const route& of, route_health health) {
  if (route* one = find(of.cluster_id, of.id)) one->health = health;
}

void route_table::on_unanswered(std::string_view cluster_id, session_id stream) {
  if (route* one = find(cluster_id, stream)) ++one->unanswered;
}

void route_table::on_evidence(std::string_view cluster_id, session_id stream) {
  if (route* one = find(cluster_id, stream)) one->unanswered = 0;
}

void route_table::on_evidence_of_key(std::string_view cluster_id, std::string_view key_id) {
  if (count_of_key(key_id) != 1) return;
  for (const route& one : of_cluster(cluster_id))
    if (one.key_id == key_id) return on_evidence(cluster_id, one.id);
}

std::optional<session_id> route_table::choose(std::string_view cluster_id,
                                              std::span<const session_id> besides) const {
  const std::span<const route> all = of_cluster(cluster_id);
  if (besides.empty()) return policy_.choose_route(all);
  routes left;
  for (const route& one : all)
    if (std::find(besides.begin(), besides.end(), one.id) == besides.end()) left.push_back(one);
  return policy_.choose_route(left);
}

std::span<const route> route_table::of_cluster(std::string_view cluster_id) const {
  const auto found = by_cluster_.find(cluster_id);
  if (found == by_cluster_.end()) return {};
  return found->second;
}

const route* route_table::find_instance(std::string_view cluster_id, std::string_view instance_id) const {
  if (instance_id.empty()) return nullptr;
  const std::span<const route> all = of_cluster(cluster_id);
  const auto found = std::find_if(all.rbegin(), all.rend(),
                                  [&](const route& one) { return one.instance_id == instance_id; });
  return found == all.rend() ? nullptr : &*found;
}

bool route_table::contains(const route& one) const {
  const std::span<const route> all = of_cluster(one.cluster_id);
  return std::any_of(all.begin(), all.end(), [&](const route& other) { return other.id == one.id; });
}

std::set<std::pair<std::string, std::string>> route_table::open_keys() const {
  std::set<std::pair<std::string, std::string>> all;
  for (const auto& [cluster_id, streams] : by_cluster_)
    for (const route& one : streams) all.emplace(cluster_id, one.key_id);
  return all;
}

std::size_t route_table::count_of_key(std::string_view key_id) const {
  const auto found = count_by_key_.find(key_id);
  return found == count_by_key_.end() ? 0 : found->second;
}

std::size_t route_table::count_of_team(const tenant& owner) const {
  const auto found = count_by_team_.find(owner);
  return found == count_by_team_.end() ? 0 : found->second;
}

}  // namespace kitfox::gateway
