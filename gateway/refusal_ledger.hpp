#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/audit_record.hpp"
#include "gateway/options.hpp"
#include "gateway/rate_limiter.hpp"

namespace kitfox::gateway {

/// Refusals of one reason and one source that were counted instead of being written one by one.
struct refusal_summary {
  std::string peer, actor, key_id;  ///< What all of them share; empty: nothing.
  std::string outcome;              ///< "various": of sources and reasons beyond refusal_summaries_max.
  std::uint64_t count = 0;
  runtime::wall_time first{}, last{};
};

/// Decides which refusals are audited one by one and which are counted and summarised once per
/// connect_window, so that no stranger can make the audit grow faster than limits allow: at most
/// refusals_audited_max records and refusal_summaries_max summaries a window, and one more. A source is an
/// address, or a caller's credential where no address is told. No I/O. Times must not go back.
class refusal_ledger {
 public:
  /// `limits` must outlive this.
  explicit refusal_ledger(const gateway_limits& limits);
  /// Whether a refusal is to be written; if not, pass it to count().
  [[nodiscard]] bool may_write(const audit_record& refusal, runtime::mono_time now);
  void count(const audit_record& refusal, runtime::mono_time now, runtime::wall_time at);
  /// What was counted so far; from then on another window counts.
  [[nodiscard]] std::vector<refusal_summary> take_all();
  /// When what was counted should be written; none: nothing was.
  [[nodiscard]] std::optional<runtime::mono_time> due() const noexcept { return due_; }
  [[nodiscard]] std::size_t summaries() const noexcept { return counted_.size(); }

 private:
  const gateway_limits& limits_;
  rate_limiter by_source_, all_;
  std::map<std::pair<std::string, std::string>, refusal_summary> counted_;  ///< By source and outcome.
  std::optional<runtime::mono_time> due_;
};

}  // namespace kitfox::gateway
