#pragma once
#include <memory>
#include <thread>

#include "runtime/real_host.hpp"

namespace kitfox::runtime {

/// A real host that runs on a thread of its own, for what is handed to it by courier. Its tasks must have
/// ended before join().
class host_thread {
 public:
  /// Starts the thread. `events` must outlive this, and take events from several threads.
  explicit host_thread(event_sink& events, clock_pace pace = {});
  ~host_thread();
  host_thread(const host_thread&) = delete;
  host_thread& operator=(const host_thread&) = delete;

  [[nodiscard]] runtime::host& on() noexcept { return *host_; }
  /// Lets what was posted run, then ends the thread. The host stays, for what refers to it. Idempotent.
  void join();

 private:
  task<int> wait_for_end();
  std::unique_ptr<real_host> host_;
  stop_source end_;  ///< Of that host's executor.
  std::thread thread_;
};

}  // namespace kitfox::runtime
