#pragma once
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "fakes/sim/executor.hpp"
#include "fakes/sim/node.hpp"
#include "runtime/errc.hpp"
#include "runtime/task.hpp"

namespace kitfox::sim {

/// Where at most one coroutine of a node waits for one operation, until it is completed, cancelled, or its
/// node killed. It lives in the frame of the waiting coroutine or in an object that outlives the wait; after
/// the wait the coroutine touches neither. The coroutine comes back by the queue of its node, straight and
/// without a frame in between: nothing in a simulation happens more often.
template <class Value>
class waiting_place : private leaf {
 public:
  using outcome = std::pair<runtime::error_code, Value>;

  /// To be awaited at once, by a task that may_begin(); yields an `outcome`. `on_given_up` runs when the wait
  /// is cancelled or the node killed, before the coroutine goes on. Give the operation a name: GCC 12
  /// destroys closures among the operands of co_await twice.
  [[nodiscard]] auto wait(node& where, std::function<void()> on_given_up) {
    link(where);
    on_given_up_ = std::move(on_given_up);
    return runtime::asio::async_initiate<const runtime::asio::deferred_t&, void(outcome)>(
        [this, &where](auto&& completion) {
          this->begin(where, std::forward<decltype(completion)>(completion));
        },
        runtime::asio::deferred);
  }
  [[nodiscard]] bool occupied() const noexcept { return outcome_ != nullptr; }
  /// Ends the wait. Must be occupied.
  void complete(runtime::error_code failure, Value value) {
    unlink();
    on_given_up_ = nullptr;
    resume({failure, std::move(value)});
  }
  void abandon() override {
    give_up();
    resume({runtime::errc::cancelled, Value{}});
  }

 private:
  /// The suspended coroutine, and what it will be told: posted as it is.
  template <class Completion>
  struct suspended {
    struct contents {
      Completion completion;
      outcome told;
    };
    void operator()() {
      Completion completion = std::move(at->completion);
      outcome told = std::move(at->told);
      at.reset();  // the coroutine may go far
      std::move(completion)(std::move(told));
    }
    std::unique_ptr<contents> at;
  };
  template <class Completion>
  void begin(node& where, Completion completion) {
    // The slot of the stored completion: it has put its own forwarder into the coroutine's.
    using contents = typename suspended<Completion>::contents;
    auto stored = std::make_unique<contents>(contents{std::move(completion), {}});
    on_ = &where;
    outcome_ = &stored->told;
    slot_ = runtime::asio::get_associated_cancellation_slot(stored->completion);
    resumption_ = handler{suspended<Completion>{std::move(stored)}};
    if (where.now == node::state::killed) return abandon();  // by what the operation itself has set off
    if (!slot_.is_connected()) return;
    slot_.assign([this](runtime::asio::cancellation_type) {
      if (occupied()) abandon();  // destroys this very function object: nothing may follow
    });
  }
  void resume(outcome told) {
    *std::exchange(outcome_, nullptr) = std::move(told);
    node& where = *on_;
    handler resumption = std::move(resumption_);
    if (slot_.is_connected()) slot_.clear();
    where.owner->post(where, std::move(resumption));
  }
  void give_up() {
    unlink();
    if (const auto tell = std::exchange(on_given_up_, nullptr)) tell();
  }
  node* on_ = nullptr;
  handler resumption_;
  outcome* outcome_ = nullptr;  ///< In `resumption_`; empty: nobody waits.
  runtime::asio::cancellation_slot slot_;
  std::function<void()> on_given_up_;
};

/// The value of waits that yield none.
struct nothing {};

/// To be awaited: comes back from the queue of the node. Every operation that ends at once goes through it,
/// so that a loop over such operations stays visible to the scheduler.
[[nodiscard]] inline auto yield(node& where) {
  return runtime::asio::async_initiate<const runtime::asio::deferred_t&, void()>(
      [&where](auto&& completion) {
        where.owner->post(
            where, handler{[completion = std::move(completion)]() mutable { std::move(completion)(); }});
      },
      runtime::asio::deferred);
}

/// Asked at the beginning of every operation of a node, with the state of the calling task: false when the
/// node was killed or the task cancelled. The operation then ends with errc::cancelled, by way of the queue.
[[nodiscard]] inline bool may_begin(const node& where,
                                    const runtime::asio::cancellation_state& of_task) noexcept {
  return where.now != node::state::killed && of_task.cancelled() == runtime::asio::cancellation_type::none;
}

/// The same as an operation, for those that do not begin often.
[[nodiscard]] inline runtime::task<runtime::error_code> enter(node& where) {
  const auto state = co_await runtime::asio::this_coro::cancellation_state;
  if (may_begin(where, state)) co_return runtime::error_code{};
  co_await yield(where);
  co_return runtime::errc::cancelled;
}

}  // namespace kitfox::sim
