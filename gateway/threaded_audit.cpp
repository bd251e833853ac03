#include "gateway/threaded_audit.hpp"

#include <utility>

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

threaded_audit::threaded_audit(runtime::host& front, runtime::event_sink& events,
                               std::unique_ptr<audit_store> to)
    : store_{std::move(to)},
      thread_{events},
      writes_{thread_.on()},
      ending_{thread_.on()},
      to_thread_{front, thread_.on(), writes_, runtime::courier::way::queued} {}

threaded_audit::~threaded_audit() {
  std::binary_semaphore all_written{0};
  to_thread_.post([this, &all_written] { ending_.spawn("last audit write", wait_for_writes(all_written)); });
  all_written.acquire();
  thread_.join();
}

task<void> threaded_audit::wait_for_writes(std::binary_semaphore& all_written) {
  co_await writes_.join();
  all_written.release();
}

runtime::result<audit_head> threaded_audit::head() { return store_->head(); }

task<threaded_audit::written> threaded_audit::write(std::vector<audit_line> lines) {
  written out;
  out.failure = co_await store_->append(lines);
  co_return out;
}

task<error_code> threaded_audit::append(std::span<const audit_line> lines) {
  auto question = [this, copy = std::vector<audit_line>{lines.begin(), lines.end()}] { return write(copy); };
  auto asked = to_thread_.ask<written>(std::move(question), [](const written&) {});
  const auto outcome = co_await std::move(asked);
  co_return outcome ? outcome->failure : outcome.error();
}

}  // namespace kitfox::gateway
