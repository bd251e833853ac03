#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/reconnect_policy.hpp"
#include "protocol/error_list.hpp"
#include "runtime/clock.hpp"

namespace kitfox::agent {

/// What an agent counts about itself. Plain numbers, written by their owners; printed by print_metrics().
struct agent_metrics {
  static constexpr std::size_t reasons = static_cast<std::size_t>(end_reason::event_too_large) + 1;

  bool connected = false;
  std::optional<runtime::mono_time> last_byte{};  ///< Of the stream.
  runtime::duration backoff{};                    ///< The delay being waited, 0 while none is.
  std::array<std::uint64_t, reasons> reconnects{};
  std::uint64_t commands_ok = 0;
  std::array<std::uint64_t, protocol::command_errors.size()> commands_failed{};
  std::uint64_t denials = 0;
  std::uint64_t response_retries = 0;
  std::uint64_t responses_undelivered = 0;
  std::uint64_t events_skipped = 0;

  void count_end(end_reason reason) { ++reconnects[static_cast<std::size_t>(reason)]; }
  void count_command(std::optional<protocol::command_error> error);
};

/// Prometheus text format 0.0.4. The names are listed in README.md.
[[nodiscard]] std::string print_metrics(const agent_metrics& metrics, runtime::mono_time now);

}  // namespace kitfox::agent
