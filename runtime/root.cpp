#include "runtime/root.hpp"

#include <boost/asio/this_coro.hpp>

namespace kitfox::runtime {

task<void> without_throwing(task<void> body) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await std::move(body);
}

task<void> child_task::run(task<void> body) {
  co_await asio::this_coro::throw_if_cancelled(false);
  started_ = true;
  if (!cancelled_) co_await std::move(body);
}

}  // namespace kitfox::runtime
