#pragma once
#include <array>
#include <cstddef>
#include <optional>

#include "protocol/agent_messages.hpp"
#include "runtime/clock.hpp"

namespace kitfox::agent {

/// Estimates what the gateway's clock shows, so that absolute deadlines hold on a host whose own civil clock
/// is wrong or jumps. Learns from the time stamps of heartbeats, or from the Date header until the first of
/// them. A message is never early, so the latest estimate of the recent ones is the best. Stamps outside of
/// the years 1970 to 2199 are ignored. No I/O.
class gateway_clock {
 public:
  /// A new stream began, perhaps to another replica: forget the old one's clock.
  void on_stream_started(std::optional<runtime::wall_time> date_header, runtime::mono_time received);
  void on_heartbeat(runtime::wall_time stamped, runtime::mono_time received);
  /// The gateway's time at `now`; `own`, this host's civil time, while nothing is known.
  [[nodiscard]] runtime::wall_time at(runtime::mono_time now, runtime::wall_time own) const;

 private:
  static constexpr std::size_t samples_max = 8;
  /// A stamp this far behind the estimate is no delay, since the watchdog would have fired: the clock moved.
  static constexpr std::chrono::seconds jump{45};
  /// What to add to a monotonic time to get the gateway's civil time.
  using offset = runtime::duration;
  [[nodiscard]] std::optional<offset> best() const;

  std::array<offset, samples_max> heartbeats_{};
  std::size_t count_ = 0;
  std::optional<offset> date_;
};

/// When a command must have ended: after its timeout, or at its absolute deadline by the gateway's clock,
/// whichever comes first. Not later than `received` if it has expired already.
[[nodiscard]] runtime::mono_time command_deadline(const protocol::command_event& command,
                                                  runtime::mono_time received,
                                                  runtime::wall_time gateway_now);

}  // namespace kitfox::agent
