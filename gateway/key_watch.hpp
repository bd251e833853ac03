#pragma once
#include "gateway/store.hpp"
#include "gateway/switchboard.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::gateway {

/// Cuts the streams whose key somebody else revoked, who has the same file open: another gateway, or a tool
/// (REV-4). Asks the store every `interval` whether others have changed it, and only then looks the keys of
/// open streams up again. While it cannot be asked streams stay (HA-7) and nothing counts as seen.
class key_watch {
 public:
  struct parts {
    runtime::host& on;
    store& clusters;
    key_source& keys;
    switchboard& board;
  };
  /// Everything in `with` must outlive this.
  key_watch(parts with, duration interval) : with_{with}, interval_{interval}, stopped_{with.on.executor()} {}
  /// Until stop() or cancellation.
  [[nodiscard]] runtime::task<void> run();
  void stop();

 private:
  runtime::task<runtime::error_code> look();
  runtime::task<runtime::error_code> look_up_open_keys();
  /// Errors: timed_out, when `span` has passed; anything else: it is time to end.
  runtime::task<runtime::error_code> wait_for(duration span);

  parts with_;
  duration interval_;
  runtime::notifier stopped_;
  bool stopping_ = false;
  std::int64_t seen_ = 0;  ///< The store's change number when every key was known to be good.
};

}  // namespace kitfox::gateway
