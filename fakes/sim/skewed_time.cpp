#include "fakes/sim/skewed_time.hpp"

#include "runtime/assert.hpp"

namespace kitfox::sim {
namespace {
// Nanoseconds of a century times 10^9 do not fit in 64 bits.
__extension__ using wide = __int128;
constexpr wide billion = 1'000'000'000;
}  // namespace

runtime::duration skewed_time::elapsed(runtime::mono_time now) const noexcept {
  const runtime::duration span = now - true_base_;
  if (drift_ppb_ == 0) return span;
  return runtime::duration{static_cast<std::int64_t>(span.count() * (billion + drift_ppb_) / billion)};
}

runtime::mono_time skewed_time::monotonic(runtime::mono_time now) const noexcept {
  return mono_base_ + elapsed(now);
}

runtime::wall_time skewed_time::wall(runtime::mono_time now) const noexcept {
  const runtime::wall_time time = wall_base_ + elapsed(now);
  if (strobe_half_period_ == runtime::duration::zero()) return time;
  const bool moved = ((now - strobe_since_) / strobe_half_period_) % 2 == 0;
  return moved ? time + strobe_by_ : time;
}

runtime::mono_time skewed_time::true_time(runtime::mono_time local) const noexcept {
  const runtime::duration span = local - mono_base_;
  wide needed = span.count();
  if (drift_ppb_ != 0 && needed > 0) {
    const wide rate = billion + drift_ppb_;
    needed = (needed * billion + rate - 1) / rate;
  }
  // A sleep "for ever" stays one, however late or slow the clock is.
  const wide most = (runtime::mono_time::max() - true_base_).count();
  return true_base_ + runtime::duration{static_cast<std::int64_t>(needed < most ? needed : most)};
}

void skewed_time::rebase(runtime::mono_time now) noexcept {
  const runtime::duration span = elapsed(now);
  mono_base_ += span;
  wall_base_ += span;
  true_base_ = now;
}

void skewed_time::jump(time_line line, runtime::duration by, runtime::mono_time now) {
  KITFOX_ASSERT(line == time_line::wall || by >= runtime::duration::zero());
  rebase(now);
  if (line != time_line::wall) mono_base_ += by;
  if (line != time_line::monotonic) wall_base_ += by;
}

void skewed_time::set_drift(std::int64_t ppb, runtime::mono_time now) {
  KITFOX_ASSERT(ppb >= -drift_ppb_max && ppb <= drift_ppb_max);
  rebase(now);
  drift_ppb_ = ppb;
}

void skewed_time::strobe(runtime::duration by, runtime::duration half_period, runtime::mono_time now) {
  KITFOX_ASSERT(half_period > runtime::duration::zero());
  strobe_by_ = by;
  strobe_half_period_ = half_period;
  strobe_since_ = now;
}

}  // namespace kitfox::sim
