#pragma once
#include "fakes/sim/scheduler.hpp"
#include "fakes/sim/skewed_time.hpp"
#include "runtime/clock.hpp"

namespace kitfox::sim {

/// The clock of one simulated host: virtual time as its machine sees it.
class sim_clock final : public runtime::clock {
 public:
  sim_clock(scheduler& time, node& where, runtime::wall_time wall_at_zero)
      : time_{time}, where_{where}, skew_{wall_at_zero} {}

  [[nodiscard]] runtime::mono_time now() const noexcept override { return skew_.monotonic(time_.now()); }
  [[nodiscard]] runtime::wall_time wall_now() const noexcept override { return skew_.wall(time_.now()); }
  [[nodiscard]] runtime::task<runtime::error_code> sleep_until(runtime::mono_time when) override;
  [[nodiscard]] std::unique_ptr<runtime::alarm> make_alarm(std::function<void()> on_passed) override;

  /// Call after every change of `skew()`: whoever sleeps is woken when the changed clock says so, and alarms
  /// follow it too.
  void rearm();
  [[nodiscard]] skewed_time& skew() noexcept { return skew_; }

 private:
  struct waiter;
  struct sleeper;
  class sim_alarm;
  scheduler& time_;
  node& where_;
  skewed_time skew_;
  waiter* first_ = nullptr;
  waiter* last_ = nullptr;
};

}  // namespace kitfox::sim
