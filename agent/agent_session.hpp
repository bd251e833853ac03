#pragma once
#include <optional>
#include <string>

#include "agent/agent_policy.hpp"
#include "agent/exit_code.hpp"
#include "agent/reconnect_policy.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/clock.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::agent {

/// What the driver of a session does next.
enum class session_step {
  dial,          ///< Connect with TLS, within `until`.
  send_request,  ///< Send the request and read the head of its response, within `until`.
  read,          ///< Read the next bytes of the stream, within `until`.
  wait,          ///< Drop the connection and wait until `until`.
  stop,          ///< Drop the connection and end with `code`.
};

/// One end of an attempt or stream, for logs and metrics.
struct session_ending {
  attempt_end end;
  runtime::error_code error{};  ///< What the operation reported; may be empty.
  int status = 0;               ///< HTTP status, 0 where none came.
  runtime::duration delay{};    ///< Until the next attempt; 0 if there is none.
};

struct session_action {
  session_step step = session_step::dial;
  runtime::mono_time until{};
  exit_code code = exit_code::stopped;
  std::optional<session_ending> ended{};  ///< Present when this action ends an attempt.
};

/// What of a response's head matters.
struct stream_head {
  int status = 0;
  std::string content_type;
  std::optional<runtime::duration> retry_after{};
  bool coded = false;  ///< Its body has a Content-Encoding, which was never asked for (RFC 9110 §8.4).
};

enum class session_state {
  idle,                ///< Not started.
  dialling,            ///< Name, TCP, TLS.
  requesting,          ///< Request sent, head awaited.
  awaiting_connected,  ///< A stream, but no `connected` event yet.
  connected,           ///< Commands are taken.
  waiting,             ///< Between two attempts.
  stopped,             ///< For good.
};

/// Decides the life of the stream to the gateway: one attempt at a time, when it counts as connected, when it
/// is dead, and what follows its end. Without I/O; `now` is the host's monotonic time and never goes back.
/// Each on_x below is valid in the states it names (asserted); it returns what to do next.
class agent_session {
 public:
  /// `delays` must outlive the session.
  agent_session(const session_options& options, reconnect_policy& delays)
      : options_{options}, delays_{delays} {}

  /// idle.
  [[nodiscard]] session_action on_start(runtime::mono_time now);
  /// dialling.
  [[nodiscard]] session_action on_dialled(runtime::mono_time now);
  [[nodiscard]] session_action on_dial_failed(runtime::error_code error, runtime::mono_time now);
  /// requesting.
  [[nodiscard]] session_action on_head(const stream_head& head, runtime::mono_time now);
  [[nodiscard]] session_action on_request_failed(runtime::error_code error, runtime::mono_time now);
  /// awaiting_connected or connected, after the events in the bytes were reported by the members below.
  [[nodiscard]] session_action on_bytes(runtime::mono_time now);
  /// The stream ended: no error is an end in order, errc::timed_out means that `until` passed.
  [[nodiscard]] session_action on_read_ended(runtime::error_code error, runtime::mono_time now);
  /// waiting.
  [[nodiscard]] session_action on_waited(runtime::mono_time now);

  /// The `connected` event; again while connected, it only updates the heartbeat interval.
  void on_connected_event(const protocol::connected_event& event, runtime::mono_time now);
  /// The gateway will end the stream; remembered until it does.
  void on_drain_event(const protocol::drain_event& event);
  /// The stream's `retry:`; holds until changed, over connections.
  void on_retry(std::chrono::milliseconds retry) { retry_ = retry; }
  /// A post beside this stream was refused with 401: however the stream ends, the next delay is that of a
  /// refused key.
  void on_key_refused() { key_refused_ = true; }
  /// From now on the end of the stream is followed by `stop`. True if there is no stream to wait for, so
  /// that the driver may be cancelled at once.
  [[nodiscard]] bool on_stop_requested();

  [[nodiscard]] session_state state() const noexcept { return state_; }
  [[nodiscard]] bool connected() const noexcept { return state_ == session_state::connected; }
  /// When the last byte of the stream came, none before the first.
  [[nodiscard]] std::optional<runtime::mono_time> last_byte() const noexcept { return last_byte_; }

 private:
  [[nodiscard]] session_action read_on() const;
  /// When the watchdog fires unless a byte comes.
  [[nodiscard]] runtime::mono_time silent_at() const;
  [[nodiscard]] session_action ended(end_reason reason, runtime::error_code error, int status,
                                     runtime::mono_time now);
  [[nodiscard]] exit_code code_after(end_reason reason) const;
  void become_connected(runtime::mono_time now);

  session_options options_;
  reconnect_policy& delays_;
  session_state state_ = session_state::idle;
  bool ever_connected_ = false;
  bool stopping_ = false;
  bool key_refused_ = false;                             ///< Of this stream.
  std::optional<runtime::duration> heartbeat_interval_;  ///< As this stream's `connected` said.
  std::optional<runtime::duration> retry_;
  std::optional<runtime::duration> drain_;
  std::optional<runtime::duration> retry_after_;
  runtime::mono_time head_at_{}, connected_at_{};
  std::optional<runtime::mono_time> last_byte_;
};

}  // namespace kitfox::agent
