#include "gateway/threaded_audit.hpp"

#include <utility>

#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

/// One group of lines on its way to the writer and back. `ended` and `failure` belong to the front thread.
struct threaded_audit::errand {
  errand(runtime::asio::any_io_executor front, std::span<const audit_line> to_write)
      : lines{to_write.begin(), to_write.end()}, changed{std::move(front)} {}
  std::vector<audit_line> lines;
  runtime::notifier changed;
  error_code failure;
  bool ended = false;
};

threaded_audit::threaded_audit(runtime::real_host& front, runtime::event_sink& events,
                               std::unique_ptr<audit_store> to)
    : front_{front},
      store_{std::move(to)},
      back_{runtime::real_host::make(events)},
      done_{back_->executor()},
      writes_{*back_},
      thread_{[this] { back_->run(work()); }} {}

threaded_audit::~threaded_audit() {
  back_->post([this] { done_.request(); });
  thread_.join();
}

task<int> threaded_audit::work() {
  static_cast<void>(co_await done_.wait());
  co_await writes_.join();
  co_return 0;
}

runtime::result<audit_head> threaded_audit::head() { return store_->head(); }

task<void> threaded_audit::write(std::shared_ptr<errand> one) {
  const error_code failure = co_await store_->append(one->lines);
  front_.post([one, failure] {
    one->failure = failure;
    one->ended = true;
    one->changed.notify_all();
  });
}

task<error_code> threaded_audit::append(std::span<const audit_line> lines) {
  const auto one = std::make_shared<errand>(front_.executor(), lines);  // owners: see write()
  back_->post([this, one] { writes_.spawn("audit write", write(one)); });
  while (!one->ended) {
    const error_code cancelled = co_await one->changed.wait();
    if (cancelled) co_return cancelled;
  }
  co_return one->failure;
}

}  // namespace kitfox::gateway
