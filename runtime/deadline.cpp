#include "runtime/deadline.hpp"

#include <boost/asio/this_coro.hpp>
#include <exception>

#include "runtime/pending.hpp"
#include "runtime/root.hpp"

namespace kitfox::runtime::detail {
namespace {

struct nothing {};

/// Two coroutines, of which the first to end cancels the other.
struct race {
  struct runner {
    child_task running;
    std::exception_ptr failure;
  };
  void start(const asio::any_io_executor& executor, runner& one, task<void> body) {
    ++left;
    one.running.start(executor, std::move(body),
                      [this, &one](const std::exception_ptr& failure) { on_end(one, failure); });
  }
  void on_end(runner& one, const std::exception_ptr& failure) {
    one.failure = failure;
    --left;
    if (first == nullptr) first = &one;
    if (left != 0) {
      cancel();
    } else {
      ended.complete({}, {});
    }
  }
  void cancel() {
    work.running.cancel();
    sleep.running.cancel();
  }

  runner work, sleep;
  runner* first = nullptr;
  int left = 0;
  pending<nothing> ended;
};

task<void> sleep_into(clock& time, mono_time when, error_code& out) { out = co_await time.sleep_until(when); }

}  // namespace

task<race_end> race_deadline(clock& time, mono_time when, task<void> work) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return race_end::cancelled;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  race both;
  error_code sleep_outcome;
  both.start(executor, both.work, std::move(work));
  both.start(executor, both.sleep, sleep_into(time, when, sleep_outcome));
  co_await both.ended.wait_passing_on(executor, [&both] { both.cancel(); });
  if (both.work.failure) std::rethrow_exception(both.work.failure);
  if (both.sleep.failure) std::rethrow_exception(both.sleep.failure);
  if (both.first == &both.work) co_return race_end::work_ended;
  // Whoever cancels us cancels both; a sleep that ended first by that is no deadline.
  co_return sleep_outcome ? race_end::cancelled : race_end::passed;
}

}  // namespace kitfox::runtime::detail
