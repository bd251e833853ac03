#pragma once
#include <memory>
#include <semaphore>
#include <span>
#include <vector>

#include "gateway/audit_store.hpp"
#include "runtime/courier.hpp"
#include "runtime/host_thread.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::gateway {

/// Writes the audit on a thread of its own, so that a slow disk delays the commands that wait for it and
/// nothing else. The two threads share nothing: lines and outcomes go to and fro as messages.
class threaded_audit final : public audit_sink {
 public:
  /// `front` is the host that append() is called on; it and `events` must outlive this.
  threaded_audit(runtime::host& front, runtime::event_sink& events, std::unique_ptr<audit_store> to);
  /// Waits for the last write.
  ~threaded_audit() override;

  /// Before the first append(); reads on the calling thread.
  [[nodiscard]] runtime::result<audit_head> head() override;
  /// What is under way is written even if the caller is cancelled meanwhile.
  [[nodiscard]] runtime::task<runtime::error_code> append(std::span<const audit_line> lines) override;

 private:
  /// No aggregate: a result could not tell one that can be made of an error from the error.
  struct written {
    written() = default;
    runtime::error_code failure;
  };
  runtime::task<written> write(std::vector<audit_line> lines);
  runtime::task<void> wait_for_writes(std::binary_semaphore& all_written);

  std::unique_ptr<audit_store> store_;
  runtime::host_thread thread_;
  runtime::task_group writes_, ending_;  ///< Of that thread.
  runtime::courier to_thread_;
};

}  // namespace kitfox::gateway
