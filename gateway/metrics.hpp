#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/policy.hpp"
#include "gateway/session_fsm.hpp"

namespace kitfox::gateway {

/// What is true at the moment of a scrape.
struct gauge_values {
  std::size_t connected = 0;
  std::size_t commands_in_flight = 0;
  std::size_t commands_queued = 0;
  std::size_t audit_pending = 0;
  std::uint64_t audit_failures = 0;  ///< A counter, kept by the audit log.
};

/// The metrics of one gateway (OBS-3), kept by prometheus-cpp. No label has a value that an agent or a caller
/// chose, and none names a tenant.
class metrics {
 public:
  metrics();
  ~metrics();
  void count_connect();
  void count_refusal(agent_refusal why);
  void count_disconnect(stream_end why);
  /// `code` is "ok" or a word of protocol::command_error.
  void count_command(std::string_view code, runtime::duration took);
  void observe_dispatch(runtime::duration took);
  void observe_revocation(runtime::duration took);
  void count_response(response_verdict verdict);
  void count_caller_refusal();

  /// Prometheus text format 0.0.4.
  [[nodiscard]] std::string print(const gauge_values& now) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

[[nodiscard]] std::string_view to_string(agent_refusal why) noexcept;
[[nodiscard]] std::string_view to_string(response_verdict verdict) noexcept;

}  // namespace kitfox::gateway
