#include "gateway/audit_log.hpp"

#include <iterator>
#include <utility>

namespace kitfox::gateway {

using runtime::error_code;
using runtime::result;
using runtime::task;

audit_log::audit_log(runtime::host& on, audit_sink& to, const gateway_limits& limits)
    : host_{on}, sink_{to}, limits_{limits}, appended_{on.executor()}, settled_{on.executor()} {}

error_code audit_log::open() {
  const auto found = sink_.head();
  if (found.has_error()) return found.error();
  head_ = found.value();
  durable_through_ = failed_through_ = head_.sequence;
  return {};
}

bool audit_log::has_room(audit_room in) const noexcept {
  if (pending_.size() >= limits_.audit_pending_max) return false;
  return in == audit_room::whole || pending_refusals_ < limits_.audit_refusals_pending_max;
}

void audit_log::put(const audit_record& record) {
  pending_.push_back(
      print_audit_line(record, host_.clock().wall_now(), limits_.audit_field_bytes_max, head_));
}

void audit_log::note_loss() {
  ++failures_;
  lost_.last = host_.clock().wall_now();
  if (lost_.count++ == 0) lost_.first = lost_.last;
}

// May take one place more than there is, once per time that the backlog was full.
void audit_log::report_losses() {
  if (lost_.count == 0) return;
  audit_record record;
  record.kind = audit_kind::records_lost;
  record.count = lost_.count;
  record.first = lost_.first;
  record.last = lost_.last;
  lost_ = {};
  put(record);
}

result<std::uint64_t> audit_log::append(const audit_record& record, audit_room in) {
  if (!has_room(in)) {
    note_loss();
    return gateway_errc::audit_backlog_full;
  }
  report_losses();
  put(record);
  if (in == audit_room::refusals) ++pending_refusals_;
  appended_.notify_all();
  return head_.sequence;
}

task<error_code> audit_log::durable(std::uint64_t sequence) {
  while (durable_through_ < sequence) {
    if (failed_through_ >= sequence || impatient_) co_return gateway_errc::audit_failed;
    if (const error_code failure = co_await settled_.wait()) co_return failure;
  }
  co_return error_code{};
}

task<void> audit_log::write_group() {
  if (pending_.empty()) co_return;
  std::vector<audit_line> group = std::exchange(pending_, {});
  const std::size_t refusals = std::exchange(pending_refusals_, 0);
  const error_code failure = co_await sink_.append(group);
  if (!failure) {
    durable_through_ = group.back().sequence;
    set_down(false);
  } else {
    ++failures_;
    set_down(true);
    failed_through_ = group.back().sequence;
    group.insert(group.end(), std::make_move_iterator(pending_.begin()),
                 std::make_move_iterator(pending_.end()));
    pending_ = std::move(group);
    pending_refusals_ += refusals;
  }
  settled_.notify_all();
}

void audit_log::set_down(bool down) {
  if (down == std::exchange(down_, down)) return;
  if (down) {
    const std::string why = sink_.why();
    host_.events().error("audit_failed", {{"reason", why.empty() ? "sink refused" : std::string_view{why}}});
  } else {
    host_.events().info("audit_works", {});
  }
  if (changed_) changed_();
}

task<error_code> audit_log::wait_for_work() {
  if (down_) co_return co_await host_.clock().sleep_for(retry_pause);
  if (!pending_.empty()) co_return error_code{};
  co_return co_await appended_.wait();
}

task<void> audit_log::run() {
  while (!stopping_) {
    const error_code cancelled = co_await wait_for_work();
    if (cancelled) co_return;  // the process is no more
    co_await write_group();
  }
  report_losses();
  co_await write_group();
  tell_what_is_lost();
}

void audit_log::tell_what_is_lost() {
  if (pending_.empty()) return;
  const std::string first{time_of_audit_line(pending_.front().text)};
  const std::string last{time_of_audit_line(pending_.back().text)};
  host_.events().error("audit_lost",
                       {{"count", std::uint64_t{pending_.size()}}, {"first", first}, {"last", last}});
}

void audit_log::stop() {
  stopping_ = true;
  appended_.notify_all();
}

void audit_log::stop_waiting() {
  impatient_ = true;
  settled_.notify_all();
}

}  // namespace kitfox::gateway
