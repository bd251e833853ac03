#include "fakes/sim/timer_queue.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::sim {

timer::~timer() { KITFOX_ASSERT(!armed()); }

void timer_queue::add(timer& one, runtime::mono_time deadline, std::uint64_t order) {
  KITFOX_ASSERT(!one.armed());
  entries_.emplace_back();
  sift_up(entries_.size() - 1, {deadline.time_since_epoch().count(), order, &one});
}

void timer_queue::remove(timer& one) noexcept {
  KITFOX_ASSERT(one.armed());
  const std::size_t slot = std::exchange(one.slot_, timer::unarmed);
  const entry last = entries_.back();
  entries_.pop_back();
  if (slot == entries_.size()) return;
  if (slot > 0 && before(last, entries_[(slot - 1) / 4]))
    sift_up(slot, last);
  else
    sift_down(slot, last);
}

timer& timer_queue::pop() noexcept {
  timer& first = *entries_.front().what;
  first.slot_ = timer::unarmed;
  const entry last = entries_.back();
  entries_.pop_back();
  if (!entries_.empty()) sift_down(0, last);
  return first;
}

void timer_queue::place(std::size_t slot, const entry& one) noexcept {
  entries_[slot] = one;
  one.what->slot_ = slot;
}

void timer_queue::sift_up(std::size_t slot, entry one) noexcept {
  while (slot > 0) {
    const std::size_t parent = (slot - 1) / 4;
    if (!before(one, entries_[parent])) break;
    place(slot, entries_[parent]);
    slot = parent;
  }
  place(slot, one);
}

void timer_queue::sift_down(std::size_t slot, entry one) noexcept {
  for (;;) {
    const std::size_t first_child = slot * 4 + 1;
    if (first_child >= entries_.size()) break;
    const std::size_t end = std::min(first_child + 4, entries_.size());
    std::size_t least = first_child;
    for (std::size_t child = first_child + 1; child < end; ++child)
      if (before(entries_[child], entries_[least])) least = child;
    if (!before(entries_[least], one)) break;
    place(slot, entries_[least]);
    slot = least;
  }
  place(slot, one);
}

}  // namespace kitfox::sim
