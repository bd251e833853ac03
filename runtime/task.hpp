#pragma once
#include <boost/asio/awaitable.hpp>

namespace kitfox::runtime {

namespace asio = boost::asio;

/// A coroutine that starts when awaited and runs on its awaiter's executor.
/// Cancellation: once a task was cancelled, its pending leaf operation and every later one return
/// errc::cancelled; nothing is thrown. That holds for tasks started by task_group, with_deadline() and
/// real_host::run(); a coroutine spawned in another way first calls
/// `co_await asio::this_coro::throw_if_cancelled(false)`, else its next await after a cancellation throws. A
/// loop must therefore end when a leaf fails. A task that is cancelled before it started never runs: release
/// what it owns in destructors, not at its end.
template <class T = void>
using task = asio::awaitable<T>;

}  // namespace kitfox::runtime
