#include "gateway/threaded_audit.hpp"

#include <utility>

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

threaded_audit::threaded_audit(runtime::host& front, runtime::event_sink& events,
                               std::unique_ptr<audit_store> to)
    : store_{std::move(to)}, thread_{front, events} {}

runtime::result<audit_head> threaded_audit::head() { return store_->head(); }

task<threaded_audit::written> threaded_audit::write(std::vector<audit_line> lines) {
  written out;
  out.failure = co_await store_->append(lines);
  if (out.failure) out.why = store_->why();
  co_return out;
}

task<error_code> threaded_audit::append(std::span<const audit_line> lines) {
  auto question = [this, copy = std::vector<audit_line>{lines.begin(), lines.end()}] { return write(copy); };
  auto asked = thread_.to_thread().ask<written>(std::move(question), [](const written&) {});
  auto outcome = co_await std::move(asked);
  if (outcome) why_ = std::move(outcome->why);
  co_return outcome ? outcome->failure : outcome.error();
}

}  // namespace kitfox::gateway
