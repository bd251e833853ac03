#include "fakes/sim/sim_stream.hpp"

#include "runtime/assert.hpp"

namespace kitfox::sim {

using runtime::errc;
using runtime::error_code;
using runtime::result;
using runtime::task;

task<error_code> sim_stream::handshake() {
  if (const error_code failure = co_await enter(where_)) co_return failure;
  sim::handshake* const tls = link_.tls();
  if (tls == nullptr || !link_.expects_tls(mine_)) {
    co_await yield(where_);
    co_return error_code{};
  }
  link_.start_server_tls();
  if (tls->outcome(mine_)) {
    const error_code outcome = *tls->outcome(mine_);
    co_await yield(where_);
    co_return outcome;
  }
  auto waiting = tls->place(mine_).wait(where_, {});
  const auto waited = co_await std::move(waiting);
  if (waited.first) co_return waited.first;
  co_return *tls->outcome(mine_);
}

task<result<std::size_t>> sim_stream::read_some(std::span<char> into) {
  KITFOX_ASSERT(!into.empty());
  const auto state = co_await runtime::asio::this_coro::cancellation_state;
  if (!may_begin(where_, state)) {
    co_await yield(where_);
    co_return errc::cancelled;
  }
  KITFOX_ASSERT(!link_.reader(mine_).occupied());
  if (const auto at_once = link_.try_read(mine_, into)) {
    co_await yield(where_);
    co_return *at_once;
  }
  link_.await_read(mine_, into);
  auto waiting = link_.reader(mine_).wait(where_, [this] { link_.forget_read(mine_); });
  const auto outcome = co_await std::move(waiting);
  if (outcome.first) co_return outcome.first;
  co_return outcome.second;
}

task<error_code> sim_stream::write(std::string_view bytes) {
  const auto state = co_await runtime::asio::this_coro::cancellation_state;
  if (!may_begin(where_, state)) {
    co_await yield(where_);
    co_return make_error_code(errc::cancelled);
  }
  KITFOX_ASSERT(!link_.writer(mine_).occupied());
  if (const auto at_once = link_.try_write(mine_, bytes)) {
    co_await yield(where_);
    co_return *at_once;
  }
  auto waiting = link_.writer(mine_).wait(where_, [this] { link_.forget_write(mine_); });
  const auto outcome = co_await std::move(waiting);
  co_return outcome.first;
}

task<error_code> sim_stream::shutdown_send() {
  if (const error_code failure = co_await enter(where_)) co_return failure;
  const error_code outcome = link_.shutdown_send(mine_);
  co_await yield(where_);
  co_return outcome;
}

}  // namespace kitfox::sim
