#pragma once
#include <atomic>
#include <memory>
#include <thread>

#include "runtime/event_sink.hpp"
#include "runtime/real_host.hpp"
#include "runtime/stop_source.hpp"

namespace kitfox::conformance {

/// Tells of SIGINT and SIGTERM while it lives, for what has no host of its own to be told by: a world in
/// virtual time. A second signal ends the process as it would have without this.
class interrupt_watch {
 public:
  /// `told` becomes true with the first signal, from another thread. It must outlive this.
  explicit interrupt_watch(std::atomic<bool>& told);
  ~interrupt_watch();
  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;

 private:
  runtime::task<int> wait();
  std::atomic<bool>& told_;
  runtime::no_events events_;
  std::unique_ptr<runtime::real_host> host_;
  runtime::stop_source signalled_, over_;  ///< Of the host's executor.
  bool ending_ = false;                    ///< Touched on the host's thread only.
  std::thread thread_;
};

}  // namespace kitfox::conformance
