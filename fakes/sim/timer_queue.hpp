#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::sim {

/// Something that happens at one instant of virtual time. Owned by whoever arms it, never by the queue, so
/// that arming costs no allocation. Must not be armed when it is destroyed, and stays where it is while
/// armed.
class timer {
 public:
  timer() = default;
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  [[nodiscard]] bool armed() const noexcept { return slot_ != unarmed; }
  /// What the timer belongs to, for the trace; 0: the world itself.
  std::uint32_t node = 0;
  /// Timers of one lane fire in the order in which they were armed, whatever draws the order of an instant:
  /// what is on one wire does not overtake itself. 0: in no lane.
  std::uint64_t lane = 0;

 protected:
  ~timer();

 private:
  friend class timer_queue;
  friend class scheduler;
  /// Called once, at the instant; the timer is no longer armed and may be armed again.
  virtual void fire() = 0;
  static constexpr std::size_t unarmed = static_cast<std::size_t>(-1);
  std::size_t slot_ = unarmed;
};

/// The armed timers in the order in which they fire: by (deadline, order). Sans-I/O: knows no current time.
/// A 4-ary heap of small entries; adding, taking the first and removing are O(log n) without allocation once
/// it has grown.
class timer_queue {
 public:
  /// `order` breaks ties of one instant and must be unique among the armed timers.
  void add(timer& one, runtime::mono_time deadline, std::uint64_t order);
  void remove(timer& one) noexcept;
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Must not be empty.
  [[nodiscard]] runtime::mono_time first_deadline() const noexcept {
    return runtime::mono_time{runtime::duration{entries_.front().deadline}};
  }
  /// Takes the first timer out. Must not be empty.
  timer& pop() noexcept;

 private:
  struct entry {
    std::int64_t deadline;
    std::uint64_t order;
    timer* what;
  };
  static bool before(const entry& a, const entry& b) noexcept {
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.order < b.order;
  }
  void place(std::size_t slot, const entry& one) noexcept;
  void sift_up(std::size_t slot, entry one) noexcept;
  void sift_down(std::size_t slot, entry one) noexcept;
  std::vector<entry> entries_;
};

}  // namespace kitfox::sim
