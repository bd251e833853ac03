#pragma once
#include <boost/asio/awaitable.hpp>

namespace kitfox::runtime {

namespace asio = boost::asio;

/// A coroutine that starts when awaited and runs on its awaiter's executor.
/// Cancellation: leaf operations return errc::cancelled; afterwards the next await of a leaf throws, unless
/// the coroutine called `asio::this_coro::throw_if_cancelled(false)`. Release what you own in destructors.
template <class T = void>
using task = asio::awaitable<T>;

}  // namespace kitfox::runtime
