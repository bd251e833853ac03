#pragma once
#include "runtime/notifier.hpp"

namespace kitfox::runtime {

/// A request to stop in order (SIGTERM, or the harness), which happens at most once and is remembered.
class stop_source {
 public:
  explicit stop_source(asio::any_io_executor executor) : changed_{std::move(executor)} {}
  void request() {
    requested_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool requested() const noexcept { return requested_; }
  /// Completes once a stop was requested, at once if it already was; errc::cancelled when its owner gives up.
  [[nodiscard]] task<error_code> wait() {
    while (!requested_) {
      const error_code failure = co_await changed_.wait();
      if (failure && !requested_) co_return failure;
    }
    co_return error_code{};
  }

 private:
  bool requested_ = false;
  notifier changed_;
};

}  // namespace kitfox::runtime
