#include "fakes/sim/sim_clock.hpp"

#include "fakes/sim/waiting_place.hpp"

namespace kitfox::sim {

/// What is due at a time of this clock.
struct sim_clock::waiter : timer {
  explicit waiter(sim_clock& on) : clock{on} { node = clock.where_.number; }
  void begin(runtime::mono_time until) {
    end();
    when = until;
    linked = true;
    next = nullptr;
    previous = clock.last_;
    (previous != nullptr ? previous->next : clock.first_) = this;
    clock.last_ = this;
    clock.time_.arm(*this, clock.skew_.true_time(when));
  }
  void unlink() noexcept {
    if (!linked) return;
    linked = false;
    (previous != nullptr ? previous->next : clock.first_) = next;
    (next != nullptr ? next->previous : clock.last_) = previous;
  }
  void end() noexcept {
    if (!linked) return;
    clock.time_.disarm(*this);
    unlink();
  }

  sim_clock& clock;
  runtime::mono_time when{};
  bool linked = false;
  waiter* previous = nullptr;
  waiter* next = nullptr;

 protected:
  ~waiter() { end(); }
};

struct sim_clock::sleeper final : waiter {
  sleeper(sim_clock& on, runtime::mono_time until) : waiter{on} { begin(until); }
  void fire() override {
    unlink();
    place.complete({}, {});
  }
  waiting_place<nothing> place;
};

/// Killing the host ends it as it ends what coroutines wait for. Moved to a later time, it stays where it is
/// among the timers until the earlier one has come: limits are moved far more often than that.
class sim_clock::sim_alarm final : public runtime::alarm, private waiter, private leaf {
 public:
  sim_alarm(sim_clock& on, std::function<void()> on_passed) : waiter{on}, call_{std::make_shared<call>()} {
    call_->on_passed = std::move(on_passed);
  }
  ~sim_alarm() override { clear(); }
  void set(runtime::mono_time until) override {
    call_->due = false;
    if (clock.where_.now == node::state::killed) return;
    wanted_ = until;
    if (linked && when <= until) return;
    if (!linked) link(clock.where_);
    begin(until);
  }
  void clear() noexcept override {
    call_->due = false;
    leaf::unlink();
    end();
  }

 private:
  struct call {
    std::function<void()> on_passed;
    bool due = false;  ///< The time has passed, and the function waits for its turn.
  };
  void abandon() override { clear(); }
  void fire() override {
    waiter::unlink();
    if (wanted_ > when) return begin(wanted_);
    leaf::unlink();
    call_->due = true;
    clock.time_.post(clock.where_, handler{[call = call_] {
                       if (std::exchange(call->due, false)) call->on_passed();
                     }});
  }
  std::shared_ptr<call> call_;  // owners: this, the handler that is posted
  runtime::mono_time wanted_{};
};

std::unique_ptr<runtime::alarm> sim_clock::make_alarm(std::function<void()> on_passed) {
  return std::make_unique<sim_alarm>(*this, std::move(on_passed));
}

runtime::task<runtime::error_code> sim_clock::sleep_until(runtime::mono_time when) {
  const auto state = co_await runtime::asio::this_coro::cancellation_state;
  if (!may_begin(where_, state)) {
    co_await yield(where_);
    co_return runtime::errc::cancelled;
  }
  if (when <= now()) {
    if (!time_.count_inline_step(where_)) co_await yield(where_);
    co_return runtime::error_code{};
  }
  sleeper self{*this, when};
  auto waiting = self.place.wait(where_, [&self] { self.end(); });
  const auto outcome = co_await std::move(waiting);
  co_return outcome.first;
}

void sim_clock::rearm() {
  for (waiter* one = first_; one != nullptr; one = one->next) time_.arm(*one, skew_.true_time(one->when));
}

}  // namespace kitfox::sim
