#pragma once
#include <memory>
#include <thread>

#include "gateway/audit_store.hpp"
#include "runtime/real_host.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::gateway {

/// Writes the audit on a thread of its own, so that a slow disk delays the commands that wait for it and
/// nothing else. The two threads share nothing: lines and outcomes go to and fro as messages.
class threaded_audit final : public audit_sink {
 public:
  /// `front` is the host that append() is called on; it and `events` must outlive this.
  threaded_audit(runtime::real_host& front, runtime::event_sink& events, std::unique_ptr<audit_store> to);
  /// Waits for the last write.
  ~threaded_audit() override;

  /// Before the first append(); reads on the calling thread.
  [[nodiscard]] runtime::result<audit_head> head() override;
  [[nodiscard]] runtime::task<runtime::error_code> append(std::span<const audit_line> lines) override;

 private:
  struct errand;
  runtime::task<int> work();
  runtime::task<void> write(std::shared_ptr<errand> one);  // owners: the appender and the writer

  runtime::real_host& front_;
  std::unique_ptr<audit_store> store_;
  std::unique_ptr<runtime::real_host> back_;
  runtime::stop_source done_;   ///< Of the back host's executor.
  runtime::task_group writes_;  ///< Likewise.
  std::thread thread_;
};

}  // namespace kitfox::gateway
