#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <utility>

#include "runtime/errc.hpp"
#include "runtime/task.hpp"

namespace kitfox::runtime {

/// One suspended operation of a leaf (timer, stream, notifier): the bridge from callbacks to coroutines, used
/// by sources only. It lives in the frame of the waiting coroutine or in an object that outlives the wait.
/// `Value` is what the operation yields; default constructed and passed on cancellation together with
/// errc::cancelled.
template <class Value>
class pending {
 public:
  /// `on_cancel` runs when the wait is cancelled, before its completion is posted: unlink yourself there.
  /// A coroutine that was cancelled earlier gets errc::cancelled at its next wait too.
  template <class OnCancel>
  [[nodiscard]] task<std::pair<error_code, Value>> wait(asio::any_io_executor executor, OnCancel on_cancel) {
    executor_ = std::move(executor);
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool late = state.cancelled() != asio::cancellation_type::none;
    // Named, since GCC 12 destroys closures among the operands of co_await twice.
    auto initiate = [this, on_cancel, late](auto&& completion) mutable {
      completion_.emplace(std::forward<decltype(completion)>(completion));
      // The slot of the stored handler: it has put its own forwarder into the coroutine's.
      auto slot = asio::get_associated_cancellation_slot(*completion_);
      if (late) {
        on_cancel();
        complete(errc::cancelled, Value{});
      } else if (slot.is_connected()) {
        slot.assign([this, on_cancel](asio::cancellation_type) mutable {
          if (!waiting()) return;
          on_cancel();
          complete(errc::cancelled, Value{});  // destroys this very function object: nothing may follow
        });
      }
    };
    auto operation =
        asio::async_initiate<const asio::deferred_t&, void(outcome)>(std::move(initiate), asio::deferred);
    auto [failure, value] = co_await std::move(operation);
    co_return std::pair{failure, std::move(value)};
  }

  /// Waits on even if the coroutine is cancelled; only complete() ends it.
  [[nodiscard]] task<Value> wait_uncancelled(asio::any_io_executor executor) {
    return wait_passing_on(std::move(executor), [] {});
  }
  /// The same, and calls `on_cancel` when the coroutine is cancelled meanwhile, so that what is waited for
  /// can be told.
  template <class OnCancel>
  [[nodiscard]] task<Value> wait_passing_on(asio::any_io_executor executor, OnCancel on_cancel) {
    executor_ = std::move(executor);
    auto initiate = [this, on_cancel](auto&& completion) mutable {
      completion_.emplace(std::forward<decltype(completion)>(completion));
      auto slot = asio::get_associated_cancellation_slot(*completion_);
      if (slot.is_connected()) {
        slot.assign([this, on_cancel](asio::cancellation_type) mutable {
          if (waiting()) on_cancel();
        });
      }
    };
    auto operation =
        asio::async_initiate<const asio::deferred_t&, void(outcome)>(std::move(initiate), asio::deferred);
    auto [failure, value] = co_await std::move(operation);
    static_cast<void>(failure);  // complete() was called with the empty one
    co_return std::move(value);
  }

  [[nodiscard]] bool waiting() const noexcept { return completion_.has_value(); }

  /// Resumes the waiting coroutine from the executor's queue, never from inside this call. Must be waiting.
  void complete(error_code failure, Value value) {
    auto completion = std::move(*completion_);
    completion_.reset();
    const asio::any_io_executor executor = executor_;
    asio::get_associated_cancellation_slot(completion).clear();
    asio::post(executor, [completion = std::move(completion), failure, value = std::move(value)]() mutable {
      std::move(completion)(outcome{failure, std::move(value)});
    });
  }

 private:
  using outcome = std::pair<error_code, Value>;
  std::optional<asio::any_completion_handler<void(outcome)>> completion_;
  asio::any_io_executor executor_;
};

}  // namespace kitfox::runtime
