#pragma once
#include <functional>
#include <memory>
#include <string>

#include "runtime/clock_pace.hpp"
#include "runtime/host.hpp"
#include "runtime/stop_source.hpp"

namespace kitfox::runtime {

/// The host of a real process: one io_context, one thread, real time, sockets by Asio, TLS by OpenSSL.
/// Make one per thread; hosts share nothing.
class real_host : public host {
 public:
  /// `events` must outlive the host.
  static std::unique_ptr<real_host> make(event_sink& events, clock_pace pace = {});

  /// Runs until `main` has ended, then lets what is still scheduled finish. Returns main's value.
  /// Blocks the calling thread; not reentrant. Rethrows what leaves `main`.
  virtual int run(task<int> main) = 0;
  /// Calls `stop.request()` on SIGTERM and SIGINT from now on; a second signal ends the process at once.
  /// `stop` must outlive the last run().
  virtual void stop_on_signals(stop_source& stop) = 0;
  /// Runs `work` on this host's thread soon. The only member that may be called from another thread.
  virtual void post(std::function<void()> work) = 0;
};

}  // namespace kitfox::runtime
