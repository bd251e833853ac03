#pragma once
#include <optional>

#include "gateway/options.hpp"
#include "gateway/policy.hpp"
#include "gateway/rate_limiter.hpp"
#include "gateway/route_table.hpp"

namespace kitfox::gateway {

/// Why a connect is put off, and for how long.
struct connect_refusal {
  agent_refusal why;
  duration retry_after;
};

/// Bounds how often and how many streams may be opened (CON-9, ISO-4). Two processes that share one instance
/// id would close each other's streams for ever; the limit on replacements slows them down. No I/O.
class connect_limiter {
 public:
  explicit connect_limiter(const gateway_limits& limits);
  /// Counts an attempt with a key whose secret was right: nobody else can use up a key's attempts.
  [[nodiscard]] std::optional<connect_refusal> on_attempt(std::string_view key_id, runtime::mono_time now);
  /// Counts a wrong key from that address, whether its id exists or not.
  [[nodiscard]] std::optional<connect_refusal> on_wrong_key(std::string_view peer, runtime::mono_time now);
  /// Whether `newcomer` may be added to `open`; counts a replacement.
  [[nodiscard]] std::optional<connect_refusal> on_stream(const route& newcomer, const route_table& open,
                                                         runtime::mono_time now);

 private:
  const gateway_limits& limits_;
  rate_limiter attempts_, wrong_keys_, replacements_;
};

}  // namespace kitfox::gateway
