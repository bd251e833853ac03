#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/audit_record.hpp"
#include "gateway/audit_store.hpp"
#include "gateway/options.hpp"
#include "runtime/host.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::gateway {

/// Which part of the backlog a record may take: refusals, which anybody can cause, leave the rest of it to
/// commands, administration and streams.
enum class audit_room { whole, refusals };

/// Writes audit records in groups: everything that was appended while the last group was being written goes
/// out as one, so that a slow disk costs latency and not throughput. A group that fails is kept and tried
/// again, so the chain has no gap; meanwhile what waits for it fails, and down() holds. Numbers here count
/// what this log was given; the sink gives others to lines of an audit that several processes keep.
class audit_log {
 public:
  /// The sink and the limits must outlive this.
  audit_log(runtime::host& on, audit_sink& to, const gateway_limits& limits);

  /// Continues the sink's chain. Errors: gateway_errc::audit_failed, audit_chain_broken.
  [[nodiscard]] runtime::error_code open();
  /// Puts a record behind the others and returns its number. Errors: audit_backlog_full; how many were lost
  /// so, and when, becomes a record of its own as soon as there is room.
  runtime::result<std::uint64_t> append(const audit_record& record, audit_room in = audit_room::whole);
  [[nodiscard]] bool has_room(audit_room in) const noexcept;
  /// Waits until the record is durable. Errors: audit_failed, also after stop_waiting(); cancelled.
  [[nodiscard]] runtime::task<runtime::error_code> durable(std::uint64_t sequence);
  /// Writes until stop(), then what is left, once. Cancelling it leaves what is pending unwritten. What is
  /// left unwritten then is told by the error event `audit_lost`: how many records (`count`), and the times
  /// of the `first` and the `last` one.
  [[nodiscard]] runtime::task<void> run();
  void stop();
  /// Whoever waits for a record, now or later, is told at once how things stand: the gateway is about to end.
  void stop_waiting();

  /// Called whenever down() changes.
  void on_change(std::function<void()> call) { changed_ = std::move(call); }

  /// The last attempt to write failed.
  [[nodiscard]] bool down() const noexcept { return down_; }
  [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }
  /// Failed attempts and lost records so far.
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

 private:
  runtime::task<runtime::error_code> wait_for_work();
  runtime::task<void> write_group();
  void note_loss();
  void report_losses();
  void put(const audit_record& record);
  void set_down(bool down);
  void tell_what_is_lost();
  static constexpr duration retry_pause = std::chrono::seconds{1};

  runtime::host& host_;
  audit_sink& sink_;
  const gateway_limits& limits_;
  runtime::notifier appended_, settled_;
  std::vector<audit_line> pending_;
  std::size_t pending_refusals_ = 0;
  struct losses {
    std::uint64_t count = 0;
    runtime::wall_time first{}, last{};
  } lost_{};  ///< Not yet reported.
  audit_head head_;
  std::uint64_t durable_through_ = 0;
  std::uint64_t failed_through_ = 0;
  std::uint64_t failures_ = 0;
  std::function<void()> changed_;
  bool down_ = false;
  bool stopping_ = false;
  bool impatient_ = false;
};

}  // namespace kitfox::gateway
