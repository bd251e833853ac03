#pragma once
#include <cstdint>

#include "runtime/clock.hpp"

namespace kitfox::sim {

/// Which of a machine's two time lines is meant.
enum class time_line { wall, monotonic, both };

/// How one machine's clocks run against true time. Sans-I/O. Both lines follow the same oscillator, so a
/// drift changes both; a jump may change either.
class skewed_time {
 public:
  /// Drift within +-drift_ppb_max parts in 10^9.
  static constexpr std::int64_t drift_ppb_max = 500'000'000;

  explicit skewed_time(runtime::wall_time epoch) : wall_base_{epoch} {}

  [[nodiscard]] runtime::mono_time monotonic(runtime::mono_time now) const noexcept;
  [[nodiscard]] runtime::wall_time wall(runtime::mono_time now) const noexcept;
  /// The first true time at which the monotonic line shows `local` or later, as it runs at present.
  [[nodiscard]] runtime::mono_time true_time(runtime::mono_time local) const noexcept;

  /// Moves a line at once. The monotonic line never moves back: `by` is then at least 0.
  void jump(time_line line, runtime::duration by, runtime::mono_time now);
  /// From now on each true second counts 1 + ppb/10^9 seconds; 0 stops the drift but keeps its effect.
  void set_drift(std::int64_t ppb, runtime::mono_time now);
  /// From now on the wall line is moved by `by` in every second `half_period` (the first one included) until
  /// stop_strobe().
  void strobe(runtime::duration by, runtime::duration half_period, runtime::mono_time now);
  void stop_strobe() noexcept { strobe_half_period_ = {}; }

 private:
  [[nodiscard]] runtime::duration elapsed(runtime::mono_time now) const noexcept;
  void rebase(runtime::mono_time now) noexcept;
  runtime::mono_time true_base_{};
  runtime::mono_time mono_base_{};
  runtime::wall_time wall_base_;
  std::int64_t drift_ppb_ = 0;
  runtime::duration strobe_by_{}, strobe_half_period_{};
  runtime::mono_time strobe_since_{};
};

}  // namespace kitfox::sim
