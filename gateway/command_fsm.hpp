#pragma once
#include <optional>

#include "gateway/command_state.hpp"

namespace kitfox::gateway {

/// How a caller's wait ends.
enum class command_end {
  answered,     ///< With what the agent sent.
  unavailable,  ///< No stream, or it was lost with the command on it.
  busy,         ///< The stream's outbox is full.
  expired,      ///< The deadline passed before the command was sent.
  timeout,      ///< The deadline passed after it was sent.
  cancelled,    ///< The caller went away.
  refused,      ///< It could not be audited, so it was not sent.
};

/// What else is to be done about a command.
enum class command_follow_up {
  none,
  route,     ///< Choose a stream and put it into its outbox; else on_no_route().
  withdraw,  ///< Take it out of its stream's outbox, or tell the agent to cancel it.
};

struct command_action {
  std::optional<command_end> tell{};  ///< End the caller's wait.
  command_follow_up then = command_follow_up::none;
};

/// Whether a command of an ended stream may go to another one; the policy decides from its state.
enum class resend_permission { granted, refused };

/// The life of one command. Each event is answered with what is to be done; an event that comes too late for
/// the state changes nothing. The caller is told exactly once. No I/O.
class command_fsm {
 public:
  [[nodiscard]] command_state state() const noexcept { return state_; }
  [[nodiscard]] bool finished() const noexcept;
  /// True if it failed because the key of its stream was revoked.
  [[nodiscard]] bool key_revoked() const noexcept { return key_revoked_; }

  [[nodiscard]] command_action on_audit_durable();
  [[nodiscard]] command_action on_audit_failed();
  /// It stands in a stream's outbox.
  void on_queued();
  /// The stream could not take it after all.
  [[nodiscard]] command_action on_undelivered();
  [[nodiscard]] command_action on_outbox_full();
  /// No stream is there, and the caller's wait for one is over.
  [[nodiscard]] command_action on_no_route();
  /// Its first byte is about to be handed to the network.
  void on_sent();
  /// An answer came that the policy accepts.
  [[nodiscard]] command_action on_answer();
  [[nodiscard]] command_action on_deadline();
  [[nodiscard]] command_action on_caller_left();
  [[nodiscard]] command_action on_stream_ended(resend_permission again);
  /// The instance that has the command opened a new stream.
  void on_stream_resumed();
  /// The stream has been gone for the grace time.
  [[nodiscard]] command_action on_loss_confirmed();
  [[nodiscard]] command_action on_key_revoked();

 private:
  command_action finish(command_state as, command_end tell, command_follow_up then = command_follow_up::none);
  command_state state_ = command_state::admitted;
  bool key_revoked_ = false;
};

}  // namespace kitfox::gateway
