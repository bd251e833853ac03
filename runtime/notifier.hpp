#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <utility>

#include "runtime/outcome.hpp"
#include "runtime/task.hpp"

namespace kitfox::runtime {

/// A condition that coroutines of one host wait for: the one way to wake another coroutine. Not thread-safe.
/// There is no memory: check your condition, then wait, then check again.
///
///     while (queue.empty()) {
///       if (const error_code failure = co_await changed.wait()) co_return failure;
///     }
class notifier {
 public:
  explicit notifier(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  notifier(const notifier&) = delete;
  notifier& operator=(const notifier&) = delete;
  /// Everyone still waiting is completed with errc::cancelled.
  ~notifier();

  /// Completes, in order of arrival, every wait that began before this call.
  void notify_all();
  /// Suspends until the next notify_all(). Returns errc::cancelled when its owner gives up. The notifier may
  /// be destroyed while coroutines wait; they are told errc::cancelled.
  [[nodiscard]] task<error_code> wait();

 private:
  struct waiter;
  void unlink(waiter&) noexcept;
  asio::any_io_executor executor_;
  waiter* first_ = nullptr;
  waiter* last_ = nullptr;
};

}  // namespace kitfox::runtime
