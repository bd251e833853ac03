#include "gateway/store_thread.hpp"

namespace kitfox::gateway {

store_thread::store_thread(runtime::host& front, runtime::event_sink& events)
    : thread_{events},
      answers_{thread_.on()},
      ending_{thread_.on()},
      to_thread_{front, thread_.on(), answers_, runtime::courier::way::queued} {}

store_thread::~store_thread() {
  std::binary_semaphore all_given{0};
  to_thread_.post([this, &all_given] { ending_.spawn("last answer", wait_for_answers(all_given)); });
  all_given.acquire();
  thread_.join();
}

runtime::task<void> store_thread::wait_for_answers(std::binary_semaphore& all_given) {
  co_await answers_.join();
  all_given.release();
}

}  // namespace kitfox::gateway
