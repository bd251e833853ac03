#include "conformance/run/interrupt_watch.hpp"

namespace kitfox::conformance {

interrupt_watch::interrupt_watch(std::atomic<bool>& told)
    : told_{told},
      host_{runtime::real_host::make(events_)},
      signalled_{host_->executor()},
      over_{host_->executor()} {
  host_->stop_on_signals(signalled_);
  thread_ = std::thread{[this] { static_cast<void>(host_->run(wait())); }};
}

interrupt_watch::~interrupt_watch() {
  host_->post([this] {
    ending_ = true;
    over_.request();
    signalled_.request();
  });
  thread_.join();
}

runtime::task<int> interrupt_watch::wait() {
  const runtime::error_code given_up = co_await signalled_.wait();
  if (!given_up && !ending_) told_ = true;
  // The host stays, so that whoever insists is heard as well.
  const runtime::error_code unneeded = co_await over_.wait();
  static_cast<void>(unneeded);
  co_return 0;
}

}  // namespace kitfox::conformance
