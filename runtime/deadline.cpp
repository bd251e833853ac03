#include "runtime/deadline.hpp"

#include <boost/asio/this_coro.hpp>
#include <exception>

#include "runtime/pending.hpp"
#include "runtime/root.hpp"

namespace kitfox::runtime::detail {
namespace {

struct nothing {};

/// The work, and whether its deadline came first.
struct race {
  void begin_limit(mono_time when) {
    if (!over) limit->set(when);
  }
  void on_deadline() {
    passed = true;
    running.cancel();
  }
  void on_end(const std::exception_ptr& why) {
    failure = why;
    over = true;
    limit->clear();
    ended.complete({}, {});
  }
  child_task running;
  std::unique_ptr<alarm> limit;
  bool passed = false, over = false;
  std::exception_ptr failure;
  pending<nothing> ended;
};

}  // namespace

task<race_end> race_deadline(clock& time, mono_time when, task<void> work) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return race_end::cancelled;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  race both;
  both.limit = time.make_alarm([&both] { both.on_deadline(); });
  both.running.start(executor, std::move(work),
                     [&both](const std::exception_ptr& failure) { both.on_end(failure); });
  // After the first step of the work, so that what it waits for until the same instant comes first. It is
  // queued before anything that could end the race.
  asio::post(executor, [&both, when] { both.begin_limit(when); });
  co_await both.ended.wait_passing_on(executor, [&both] { both.running.cancel(); });
  if (both.failure) std::rethrow_exception(both.failure);
  co_return both.passed ? race_end::passed : race_end::work_ended;
}

}  // namespace kitfox::runtime::detail
