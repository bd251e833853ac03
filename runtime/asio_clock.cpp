#include "runtime/asio_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/errc.hpp"

namespace kitfox::runtime {

mono_time asio_clock::now() const noexcept {
  return mono_time{std::chrono::steady_clock::now().time_since_epoch()};
}

wall_time asio_clock::wall_now() const noexcept { return std::chrono::system_clock::now(); }

task<error_code> asio_clock::sleep_until(mono_time when) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return make_error_code(errc::cancelled);
  asio::steady_timer timer{executor_, std::chrono::steady_clock::time_point{when.time_since_epoch()}};
  const auto [failure] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (failure) co_return make_error_code(errc::cancelled);
  co_return error_code{};
}

}  // namespace kitfox::runtime
