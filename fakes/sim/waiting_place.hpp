#pragma once
#include <functional>
#include <utility>

#include "fakes/sim/executor.hpp"
#include "fakes/sim/node.hpp"
#include "runtime/pending.hpp"

namespace kitfox::sim {

/// Where at most one coroutine of a node waits for one operation: a runtime::pending that killing the node
/// ends. It lives in the frame of the waiting coroutine or in an object that outlives the wait; after the
/// wait the coroutine touches neither.
template <class Value>
class waiting_place : private leaf {
 public:
  using outcome = std::pair<runtime::error_code, Value>;

  /// `on_given_up` runs when the wait is cancelled or the node killed, before the coroutine goes on.
  [[nodiscard]] runtime::task<outcome> wait(node& where, std::function<void()> on_given_up) {
    link(where);
    on_given_up_ = std::move(on_given_up);
    return operation_.wait(runtime::asio::any_io_executor{executor{where}}, [this] { give_up(); });
  }
  [[nodiscard]] bool occupied() const noexcept { return operation_.waiting(); }
  /// Ends the wait. Must be occupied.
  void complete(runtime::error_code failure, Value value) {
    unlink();
    on_given_up_ = nullptr;
    operation_.complete(failure, std::move(value));
  }
  void abandon() override {
    give_up();
    operation_.complete(runtime::errc::cancelled, Value{});
  }

 private:
  void give_up() {
    unlink();
    if (const auto tell = std::exchange(on_given_up_, nullptr)) tell();
  }
  runtime::pending<Value> operation_;
  std::function<void()> on_given_up_;
};

/// The value of waits that yield none.
struct nothing {};

/// Comes back from the queue of the node: every operation that ends at once goes through it, so that a loop
/// over such operations stays visible to the scheduler.
[[nodiscard]] inline runtime::task<void> yield(node& where) {
  co_await runtime::asio::post(runtime::asio::any_io_executor{executor{where}}, runtime::asio::use_awaitable);
}

/// Begins every operation of a node: errc::cancelled, by way of the queue, when the node was killed or the
/// calling task was cancelled.
[[nodiscard]] inline runtime::task<runtime::error_code> enter(node& where) {
  const auto state = co_await runtime::asio::this_coro::cancellation_state;
  if (where.now != node::state::killed && state.cancelled() == runtime::asio::cancellation_type::none)
    co_return runtime::error_code{};
  co_await yield(where);
  co_return runtime::errc::cancelled;
}

}  // namespace kitfox::sim
