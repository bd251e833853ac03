#include "gateway/command_fsm.hpp"

namespace kitfox::gateway {

bool command_fsm::finished() const noexcept {
  switch (state_) {
    case command_state::admitted:
    case command_state::queued:
    case command_state::sent:
    case command_state::orphaned:
      return false;
    case command_state::answered:
    case command_state::failed:
    case command_state::cancelled:
    case command_state::expired:
      return true;
  }
  return true;
}

command_action command_fsm::finish(command_state as, command_end tell, command_follow_up then) {
  state_ = as;
  return {tell, then};
}

command_action command_fsm::on_audit_durable() {
  if (state_ != command_state::admitted) return {};
  return {std::nullopt, command_follow_up::route};
}

command_action command_fsm::on_audit_failed() {
  if (state_ != command_state::admitted) return {};
  return finish(command_state::failed, command_end::refused);
}

void command_fsm::on_queued() {
  if (state_ == command_state::admitted) state_ = command_state::queued;
}

command_action command_fsm::on_undelivered() {
  if (state_ != command_state::queued) return {};
  state_ = command_state::admitted;
  return {std::nullopt, command_follow_up::route};
}

command_action command_fsm::on_outbox_full() {
  if (state_ != command_state::admitted) return {};
  return finish(command_state::failed, command_end::busy);
}

command_action command_fsm::on_no_route() {
  if (state_ != command_state::admitted) return {};
  return finish(command_state::failed, command_end::unavailable);
}

void command_fsm::on_sent() {
  if (state_ == command_state::queued) state_ = command_state::sent;
}

command_action command_fsm::on_answer() {
  switch (state_) {
    case command_state::admitted:
    case command_state::sent:
    case command_state::orphaned:
      return finish(command_state::answered, command_end::answered);
    case command_state::queued:
      return finish(command_state::answered, command_end::answered, command_follow_up::withdraw);
    case command_state::answered:
    case command_state::failed:
    case command_state::cancelled:
    case command_state::expired:
      return {};
  }
  return {};
}

command_action command_fsm::on_deadline() {
  switch (state_) {
    case command_state::admitted:
      return finish(command_state::expired, command_end::expired);
    case command_state::queued:
      return finish(command_state::expired, command_end::expired, command_follow_up::withdraw);
    case command_state::sent:
      return finish(command_state::expired, command_end::timeout, command_follow_up::withdraw);
    case command_state::orphaned:
      return finish(command_state::expired, command_end::timeout);
    case command_state::answered:
    case command_state::failed:
    case command_state::cancelled:
    case command_state::expired:
      return {};
  }
  return {};
}

command_action command_fsm::on_caller_left() {
  switch (state_) {
    case command_state::admitted:
    case command_state::orphaned:
      return finish(command_state::cancelled, command_end::cancelled);
    case command_state::queued:
    case command_state::sent:
      return finish(command_state::cancelled, command_end::cancelled, command_follow_up::withdraw);
    case command_state::answered:
    case command_state::failed:
    case command_state::cancelled:
    case command_state::expired:
      return {};
  }
  return {};
}

command_action command_fsm::on_stream_ended(resend_permission again) {
  switch (state_) {
    case command_state::queued:
    case command_state::sent:
      if (again == resend_permission::granted) {
        state_ = command_state::admitted;
        return {std::nullopt, command_follow_up::route};
      }
      state_ = command_state::orphaned;
      return {};
    case command_state::admitted:
    case command_state::orphaned:
    case command_state::answered:
    case command_state::failed:
    case command_state::cancelled:
    case command_state::expired:
      return {};
  }
  return {};
}

void command_fsm::on_stream_resumed() {
  if (state_ == command_state::orphaned) state_ = command_state::sent;
}

command_action command_fsm::on_loss_confirmed() {
  if (state_ != command_state::orphaned) return {};
  return finish(command_state::failed, command_end::unavailable);
}

command_action command_fsm::on_key_revoked() {
  switch (state_) {
    case command_state::queued:  // another key of the cluster may still take it
      state_ = command_state::admitted;
      return {std::nullopt, command_follow_up::route};
    case command_state::sent:
    case command_state::orphaned:
      key_revoked_ = true;
      return finish(command_state::failed, command_end::unavailable);
    case command_state::admitted:
    case command_state::answered:
    case command_state::failed:
    case command_state::cancelled:
    case command_state::expired:
      return {};
  }
  return {};
}

}  // namespace kitfox::gateway
