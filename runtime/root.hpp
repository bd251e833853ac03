#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "runtime/task.hpp"

namespace kitfox::runtime {

/// The outermost coroutine of everything that is spawned: cancellation shows as errc::cancelled and is never
/// thrown.
[[nodiscard]] task<void> without_throwing(task<void> body);

/// A coroutine running beside others, and the means to cancel it: what task_group and with_deadline() are
/// made of. It must stay where it is until `on_end` is called. Bare co_spawn() will not do: in Asio 1.81 it
/// loses the completion of a coroutine that is cancelled before its first step, and it defers the
/// cancellation of handlers made by bind_cancellation_slot().
class child_task {
 public:
  /// `on_end(std::exception_ptr)` is called once, from the executor, and may destroy this object.
  template <class OnEnd>
  void start(const asio::any_io_executor& executor, task<void> body, OnEnd on_end) {
    asio::co_spawn(executor, run(std::move(body)), completion<OnEnd>{this, std::move(on_end)});
  }
  /// Idempotent. A body that has not started yet never will.
  void cancel() {
    cancelled_ = true;
    if (started_) signal_.emit(asio::cancellation_type::terminal);
  }

 private:
  template <class OnEnd>
  struct completion {
    using cancellation_slot_type = asio::cancellation_slot;
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
      return self->signal_.slot();
    }
    void operator()(const std::exception_ptr& failure) { on_end(failure); }
    child_task* self;
    OnEnd on_end;
  };
  task<void> run(task<void> body);

  asio::cancellation_signal signal_;
  bool started_ = false;
  bool cancelled_ = false;
};

}  // namespace kitfox::runtime
