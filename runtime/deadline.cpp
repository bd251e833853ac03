#include "runtime/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "runtime/root.hpp"

namespace kitfox::runtime::detail {

task<race_end> race_deadline(clock& time, mono_time when, task<void> work) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return race_end::cancelled;
  const auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, without_throwing(std::move(work)), asio::deferred),
      asio::co_spawn(executor, time.sleep_until(when), asio::deferred));
  const auto [order, work_failure, sleep_failure, sleep_outcome] =
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (work_failure && !is_cancellation(work_failure)) std::rethrow_exception(work_failure);
  if (sleep_failure && !is_cancellation(sleep_failure)) std::rethrow_exception(sleep_failure);
  if (order[0] == 0) co_return race_end::work_ended;
  // Whoever cancels us cancels both; a sleep that ended first by that is no deadline.
  const bool given_up = sleep_failure != nullptr || sleep_outcome.failed();
  co_return given_up ? race_end::cancelled : race_end::passed;
}

}  // namespace kitfox::runtime::detail
