#include "runtime/deadline.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace kitfox::runtime::detail {

task<bool> race_deadline(clock& time, mono_time when, task<void> work) {
  using namespace asio::experimental::awaitable_operators;
  const auto winner = co_await (std::move(work) || time.sleep_until(when));
  co_return winner.index() == 0;
}

}  // namespace kitfox::runtime::detail
