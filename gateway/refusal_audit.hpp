#pragma once
#include "gateway/audit_log.hpp"
#include "gateway/refusal_ledger.hpp"
#include "runtime/deadline_queue.hpp"

namespace kitfox::gateway {

/// Audits refusals as a refusal_ledger decides. While the audit has no room for refusals they are counted
/// too, and summarised once it has. On the hub.
class refusal_audit {
 public:
  /// Everything must outlive this.
  refusal_audit(runtime::host& on, audit_log& to, const gateway_limits& limits,
                runtime::deadline_queue& timers);
  void note(const audit_record& refusal);
  /// Writes what was counted, whatever room there is: the gateway is about to end.
  void finish();

 private:
  void write_summaries();
  void on_due();

  runtime::host& host_;
  audit_log& audit_;
  const gateway_limits& limits_;
  refusal_ledger ledger_;
  runtime::deadline_queue::timer timer_;
};

}  // namespace kitfox::gateway
