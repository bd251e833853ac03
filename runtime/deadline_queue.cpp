#include "runtime/deadline_queue.hpp"

#include <utility>

#include "runtime/assert.hpp"

namespace kitfox::runtime {

deadline_queue::deadline_queue(host& on) : host_{on}, alarm_{on.clock().make_alarm([this] { on_alarm(); })} {}

deadline_queue::~deadline_queue() { KITFOX_ASSERT(armed_.empty()); }

void deadline_queue::stop() {
  stopped_ = true;
  alarm_->clear();
}

void deadline_queue::wake_by(mono_time when) {
  if (stopped_ || when >= wake_at_) return;
  wake_at_ = when;
  alarm_->set(when);
}

void deadline_queue::on_alarm() {
  const mono_time now = host_.clock().now();
  while (!armed_.empty() && armed_.begin()->first <= now && !stopped_) {
    timer& due = *armed_.begin()->second;
    due.disarm();
    due.on_passed_();
  }
  // What was armed meanwhile found the time of this alarm, which no later one is before.
  wake_at_ = mono_time::max();
  if (!armed_.empty()) wake_by(armed_.begin()->first);
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
