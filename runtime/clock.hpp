#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "runtime/outcome.hpp"
#include "runtime/task.hpp"

namespace kitfox::runtime {

using duration = std::chrono::nanoseconds;

/// As metrics, log lines and JSON say it.
[[nodiscard]] constexpr double in_seconds(duration span) noexcept {
  return std::chrono::duration<double>{span}.count();
}

/// Tag of the host's monotonic time line; never read directly.
struct monotonic {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<monotonic>;
  static constexpr bool is_steady = true;
};

/// A point on one host's monotonic clock. Comparable only with points of the same host.
using mono_time = monotonic::time_point;
/// Civil time, which may jump: use it for certificates, deadlines on the wire and log lines only.
using wall_time = std::chrono::sys_time<duration>;

/// Calls a function when a time has passed: for limits that are moved all the time and rarely pass, where a
/// task that sleeps would cost too much. Destroying it clears it. Not thread-safe.
class alarm {
 public:
  virtual ~alarm() = default;
  /// Calls the function once at `when`, or soon if that has passed, instead of any earlier arrangement.
  virtual void set(mono_time when) = 0;
  /// The function will not be called, also when its time has come already.
  virtual void clear() noexcept = 0;
};

/// The only way to read time or to wait. One per host; a simulated host's clock may drift or jump against
/// others. Not thread-safe: use it on the host's executor.
class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual mono_time now() const noexcept = 0;
  [[nodiscard]] virtual wall_time wall_now() const noexcept = 0;
  /// Suspends until `when`; a past time completes without going back in the queue of the same instant.
  /// Returns errc::cancelled when its owner gives up, and no other error.
  [[nodiscard]] virtual task<error_code> sleep_until(mono_time when) = 0;
  [[nodiscard]] task<error_code> sleep_for(duration span) { return sleep_until(now() + span); }
  /// `on_passed` is called from the host's executor, never from inside set(); it may set, clear or destroy
  /// its alarm. The clock must outlive an alarm that is set.
  [[nodiscard]] virtual std::unique_ptr<alarm> make_alarm(std::function<void()> on_passed) = 0;
};

}  // namespace kitfox::runtime
