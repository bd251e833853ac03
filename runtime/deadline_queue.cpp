#include "runtime/deadline_queue.hpp"

#include <utility>

#include "runtime/assert.hpp"

namespace kitfox::runtime {

deadline_queue::~deadline_queue() { KITFOX_ASSERT(armed_.empty()); }

void deadline_queue::stop() {
  stopped_ = true;
  ++generation_;
  sleepers_.cancel();
}

void deadline_queue::wake_by(mono_time when) {
  if (stopped_ || when >= wake_at_) return;
  wake_at_ = when;
  sleepers_.cancel();
  sleepers_.spawn("deadlines", sleep_and_fire(++generation_));
}

task<void> deadline_queue::sleep_and_fire(std::uint64_t generation) {
  while (generation == generation_) {
    const error_code failure = co_await host_.clock().sleep_until(wake_at_);
    if (failure || generation != generation_) co_return;
    fire_due();
    if (generation != generation_) co_return;
    wake_at_ = armed_.empty() ? mono_time::max() : armed_.begin()->first;
    if (armed_.empty()) co_return;
  }
}

void deadline_queue::fire_due() {
  const mono_time now = host_.clock().now();
  while (!armed_.empty() && armed_.begin()->first <= now && !stopped_) {
    timer& due = *armed_.begin()->second;
    due.disarm();
    due.on_passed_();
  }
}

deadline_queue::timer::timer(deadline_queue& in, std::function<void()> on_passed)
    : queue_{in}, on_passed_{std::move(on_passed)}, place_{in.armed_.end()} {
  tree seed;
  spare_ = seed.extract(seed.emplace(mono_time{}, this));
}

deadline_queue::timer::~timer() { disarm(); }

void deadline_queue::timer::arm(mono_time when) {
  disarm();
  spare_.key() = when;
  place_ = queue_.armed_.insert(std::move(spare_));
  queue_.wake_by(when);
}

void deadline_queue::timer::arm_in(duration span) { arm(queue_.host_.clock().now() + span); }

void deadline_queue::timer::disarm() noexcept {
  if (place_ == queue_.armed_.end()) return;
  spare_ = queue_.armed_.extract(std::exchange(place_, queue_.armed_.end()));
}

}  // namespace kitfox::runtime
