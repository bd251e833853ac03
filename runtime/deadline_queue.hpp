#pragma once
#include <functional>
#include <map>

#include "runtime/host.hpp"

namespace kitfox::runtime {

/// Many time limits on one alarm: for owners of thousands of objects that each have a limit which is moved
/// all the time and rarely passes. Arming and disarming cost a tree insertion and no allocation. Not
/// thread-safe.
class deadline_queue {
 public:
  explicit deadline_queue(host& on);
  deadline_queue(const deadline_queue&) = delete;
  deadline_queue& operator=(const deadline_queue&) = delete;
  /// No timer may be left.
  ~deadline_queue();

  /// One limit. Must not outlive the queue.
  class timer;

  /// Nothing fires from here on.
  void stop();

 private:
  using tree = std::multimap<mono_time, timer*>;
  void wake_by(mono_time when);
  void on_alarm();

  host& host_;
  std::unique_ptr<alarm> alarm_;
  tree armed_;
  mono_time wake_at_ = mono_time::max();
  bool stopped_ = false;
};

class deadline_queue::timer {
 public:
  /// `on_passed` runs on the host's executor once an armed time has passed, and may arm or destroy this
  /// timer.
  timer(deadline_queue& in, std::function<void()> on_passed);
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  ~timer();

  /// Fires once at `when`, instead of any earlier arrangement.
  void arm(mono_time when);
  void arm_in(duration span);
  void disarm() noexcept;

 private:
  friend class deadline_queue;
  deadline_queue& queue_;
  std::function<void()> on_passed_;
  tree::iterator place_;
  tree::node_type spare_;  ///< Kept while disarmed, so that arming again does not allocate.
};

}  // namespace kitfox::runtime
