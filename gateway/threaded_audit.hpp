#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/audit_store.hpp"
#include "gateway/store_thread.hpp"

namespace kitfox::gateway {

/// Writes the audit on a thread of its own, so that a slow disk delays the commands that wait for it and
/// nothing else.
class threaded_audit final : public audit_sink {
 public:
  /// `front` is the host that append() is called on; it and `events` must outlive this.
  threaded_audit(runtime::host& front, runtime::event_sink& events, std::unique_ptr<audit_store> to);

  /// Before the first append(); reads on the calling thread.
  [[nodiscard]] runtime::result<audit_head> head() override;
  /// What is under way is written even if the caller is cancelled meanwhile.
  [[nodiscard]] runtime::task<runtime::error_code> append(std::span<const audit_line> lines) override;
  [[nodiscard]] std::string why() const override { return why_; }

 private:
  /// No aggregate: a result could not tell one that can be made of an error from the error.
  struct written {
    written() = default;
    runtime::error_code failure;
    std::string why;
  };
  runtime::task<written> write(std::vector<audit_line> lines);

  std::unique_ptr<audit_store> store_;
  std::string why_;
  store_thread thread_;  ///< Ends before the store does.
};

}  // namespace kitfox::gateway
