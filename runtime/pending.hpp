#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
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
  template <class OnCancel>
  [[nodiscard]] task<std::pair<error_code, Value>> wait(asio::any_io_executor executor, OnCancel on_cancel) {
    executor_ = std::move(executor);
    auto [failure, value] = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(outcome)>(
        [this, on_cancel](auto&& completion) mutable {
          auto slot = asio::get_associated_cancellation_slot(completion);
          if (slot.is_connected()) {
            slot.assign([this, on_cancel](asio::cancellation_type) mutable {
              if (!waiting()) return;
              on_cancel();
              complete(errc::cancelled, Value{});
            });
          }
          completion_.emplace(std::forward<decltype(completion)>(completion));
        },
        asio::use_awaitable);
    co_return std::pair{failure, std::move(value)};
  }

  [[nodiscard]] bool waiting() const noexcept { return completion_.has_value(); }

  /// Resumes the waiting coroutine from the executor's queue, never from inside this call. Must be waiting.
  void complete(error_code failure, Value value) {
    auto completion = std::move(*completion_);
    completion_.reset();
    asio::get_associated_cancellation_slot(completion).clear();
    asio::post(executor_, [completion = std::move(completion), failure, value = std::move(value)]() mutable {
      std::move(completion)(outcome{failure, std::move(value)});
    });
  }

 private:
  using outcome = std::pair<error_code, Value>;
  std::optional<asio::any_completion_handler<void(outcome)>> completion_;
  asio::any_io_executor executor_;
};

}  // namespace kitfox::runtime
