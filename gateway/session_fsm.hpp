#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/options.hpp"
#include "gateway/policy.hpp"

namespace kitfox::gateway {

/// Why an agent's stream ended; the words stand in audit, log and metrics.
enum class stream_end {
  client_gone,      ///< The agent, or something on the way, closed or reset the connection.
  write_failed,     ///< A write ended in an error.
  write_stalled,    ///< The peer took no bytes for limits.write_timeout (LIV-3).
  replaced,         ///< The same instance opened a newer stream (HA-2).
  revoked,          ///< Its key was revoked (REV-1).
  max_age,          ///< It reached its age (LIV-7).
  drained,          ///< The gateway is about to stop (DRN-1).
  outbox_overflow,  ///< Heartbeats found no room in the outbox: the peer reads too slowly.
  stopped,          ///< The gateway stopped at once.
};
[[nodiscard]] std::string_view to_string(stream_end why) noexcept;

/// What the stream's driver must do next.
enum class session_step {
  write,  ///< Write `bytes`, then on_written() or on_write_failed().
  wait,   ///< Nothing to do until something happens, or `until`.
  end,    ///< End the stream in order, with reason `why`.
  cut,    ///< Close the connection at once, with reason `why`.
};
struct session_action {
  session_step step = session_step::wait;
  std::string bytes{};                        ///< For write.
  std::vector<std::string> sent{};            ///< For write: request ids of the commands in `bytes`.
  bool heartbeat = false;                     ///< For write: a heartbeat of ours is among `bytes`.
  std::optional<runtime::mono_time> until{};  ///< For wait.
  stream_end why = stream_end::client_gone;   ///< For end and cut.
};

/// Whether something found room in a stream's outbox.
enum class outbox_answer { taken, full, closed };

/// What a stream needs to know at its start.
struct session_settings {
  runtime::mono_time opened_at;
  duration heartbeat_interval;
  std::optional<duration> age;  ///< After which it retires.
  duration reconnect_hint;      ///< Told to the agent when the stream retires.
};

/// One agent stream from its first byte to its end: outbox, heartbeats, age and retirement. Everything that
/// is put in before the first next() is written first, in order. No I/O; times must not go back.
class session_fsm {
 public:
  /// `limits` and `policy` must outlive this.
  session_fsm(const gateway_limits& limits, const gateway_policy& policy, session_settings settings)
      : limits_{limits},
        policy_{policy},
        settings_{settings},
        last_heartbeat_{settings.opened_at},
        last_write_{settings.opened_at} {}

  /// Puts an event without a command into the outbox.
  [[nodiscard]] outbox_answer push_event(std::string bytes);
  /// Puts a command into the outbox.
  [[nodiscard]] outbox_answer push_command(std::string request_id, std::string bytes);
  /// Takes a command back: out of the outbox, or by a cancel event if it was sent.
  void withdraw(std::string_view request_id);
  /// The command has ended, one way or another; a retiring stream waits for that.
  void on_command_ended(std::string_view request_id);

  /// What to do now; `wall` goes into heartbeats.
  [[nodiscard]] session_action next(runtime::mono_time now, runtime::wall_time wall);
  void on_written(runtime::mono_time now);

  void on_client_gone() { close(session_step::cut, stream_end::client_gone); }
  void on_write_failed(stream_end why) {
    writing_since_.reset();
    close(session_step::cut, why);
  }
  /// Somebody wants it closed at once: a newer stream, a revocation, the gateway's end.
  void on_cut(stream_end why) { close(session_step::cut, why); }
  /// Ends the stream in order once its commands have ended, at the latest after limits.retire_grace.
  void retire(runtime::mono_time now, stream_end why);

  /// Of the route, `opening` until the first write has ended.
  [[nodiscard]] route_health health(runtime::mono_time now) const noexcept;
  /// When next() or health() may change by itself, after `now`.
  [[nodiscard]] std::optional<runtime::mono_time> next_deadline(runtime::mono_time now) const;
  [[nodiscard]] bool closed() const noexcept { return closing_.has_value(); }
  [[nodiscard]] bool retiring() const noexcept { return retire_until_.has_value(); }
  [[nodiscard]] std::size_t outbox_bytes() const noexcept { return outbox_bytes_; }

 private:
  struct item {
    std::string request_id, bytes;
  };
  struct closing {
    session_step step;
    stream_end why;
  };
  void close(session_step step, stream_end why);
  void beat(runtime::mono_time now, runtime::wall_time wall);
  [[nodiscard]] std::optional<runtime::mono_time> heartbeat_due() const;
  [[nodiscard]] std::optional<runtime::mono_time> retirement_due() const;
  session_action take_outbox(runtime::mono_time now);
  [[nodiscard]] session_action end_action() const;

  const gateway_limits& limits_;
  const gateway_policy& policy_;
  session_settings settings_;
  std::deque<item> outbox_;
  std::size_t outbox_bytes_ = 0;
  std::size_t outbox_commands_ = 0;
  std::vector<std::string> in_flight_;
  runtime::mono_time last_heartbeat_, last_write_;
  std::optional<runtime::mono_time> writing_since_;
  std::optional<runtime::mono_time> retire_until_;
  stream_end retire_why_ = stream_end::max_age;
  std::optional<closing> closing_;
  bool opened_ = false;
  bool beat_ = false;
};

}  // namespace kitfox::gateway
