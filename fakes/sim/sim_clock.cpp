#include "fakes/sim/sim_clock.hpp"

#include "fakes/sim/waiting_place.hpp"

namespace kitfox::sim {

struct sim_clock::sleeper final : timer {
  sleeper(sim_clock& on, runtime::mono_time until) : clock{on}, when{until} {
    node = clock.where_.number;
    previous = clock.last_;
    (previous != nullptr ? previous->next : clock.first_) = this;
    clock.last_ = this;
    clock.time_.arm(*this, clock.skew_.true_time(when));
  }
  ~sleeper() {
    clock.time_.disarm(*this);
    unlink();
  }
  void unlink() noexcept {
    if (!linked) return;
    linked = false;
    (previous != nullptr ? previous->next : clock.first_) = next;
    (next != nullptr ? next->previous : clock.last_) = previous;
  }
  void fire() override {
    unlink();
    place.complete({}, {});
  }

  sim_clock& clock;
  runtime::mono_time when;
  waiting_place<nothing> place;
  bool linked = true;
  sleeper* previous = nullptr;
  sleeper* next = nullptr;
};

runtime::task<runtime::error_code> sim_clock::sleep_until(runtime::mono_time when) {
  if (const runtime::error_code failure = co_await enter(where_)) co_return failure;
  if (when <= now()) {
    if (!time_.count_inline_step(where_)) co_await yield(where_);
    co_return runtime::error_code{};
  }
  sleeper self{*this, when};
  const auto outcome = co_await self.place.wait(where_, [&self] {
    self.clock.time_.disarm(self);
    self.unlink();
  });
  co_return outcome.first;
}

void sim_clock::rearm() {
  for (sleeper* one = first_; one != nullptr; one = one->next) time_.arm(*one, skew_.true_time(one->when));
}

}  // namespace kitfox::sim
