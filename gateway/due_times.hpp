#pragma once
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// At most one due time per id, earliest first; ids due at the same time come in order of id. No I/O.
template <class Id>
class due_times {
 public:
  /// Replaces the id's due time.
  void set(Id id, runtime::mono_time due) {
    const auto [place, fresh] = due_by_id_.try_emplace(id, due);
    if (!fresh) {
      if (place->second == due) return;
      order_.erase({place->second, id});
      place->second = due;
    }
    order_.emplace(due, id);
  }
  void erase(Id id) {
    const auto found = due_by_id_.find(id);
    if (found == due_by_id_.end()) return;
    order_.erase({found->second, id});
    due_by_id_.erase(found);
  }
  [[nodiscard]] std::optional<runtime::mono_time> next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
  }
  /// Removes and returns everything due by `now`.
  [[nodiscard]] std::vector<Id> take_due(runtime::mono_time now) {
    std::vector<Id> due;
    while (!order_.empty() && order_.begin()->first <= now) {
      due.push_back(order_.begin()->second);
      due_by_id_.erase(due.back());
      order_.erase(order_.begin());
    }
    return due;
  }
  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

 private:
  std::set<std::pair<runtime::mono_time, Id>> order_;
  std::unordered_map<Id, runtime::mono_time> due_by_id_;
};

}  // namespace kitfox::gateway
