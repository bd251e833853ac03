#include "runtime/host_thread.hpp"

namespace kitfox::runtime {

host_thread::host_thread(event_sink& events, clock_pace pace)
    : host_{real_host::make(events, pace)}, end_{host_->executor()}, thread_{[this] {
        host_->run(wait_for_end());
      }} {}

host_thread::~host_thread() { join(); }

void host_thread::join() {
  if (!thread_.joinable()) return;
  host_->post([this] { end_.request(); });
  thread_.join();
}

task<int> host_thread::wait_for_end() {
  static_cast<void>(co_await end_.wait());
  co_return 0;
}

}  // namespace kitfox::runtime
