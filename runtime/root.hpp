#pragma once
#include <exception>

#include "runtime/task.hpp"

namespace kitfox::runtime {

/// The outermost coroutine of everything that is spawned: cancellation shows as errc::cancelled and is never
/// thrown.
[[nodiscard]] task<void> without_throwing(task<void> body);

/// True for the exception by which Asio unwinds a coroutine that was cancelled before it started.
[[nodiscard]] bool is_cancellation(const std::exception_ptr& failure);

}  // namespace kitfox::runtime
