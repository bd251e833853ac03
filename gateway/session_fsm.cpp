#include "gateway/session_fsm.hpp"

#include <algorithm>
#include <utility>

#include "protocol/sse_encoder.hpp"
#include "runtime/assert.hpp"

namespace kitfox::gateway {

using runtime::mono_time;

std::string_view to_string(stream_end why) noexcept {
  switch (why) {
    case stream_end::client_gone:
      return "client_gone";
    case stream_end::write_failed:
      return "write_failed";
    case stream_end::write_stalled:
      return "write_stalled";
    case stream_end::replaced:
      return "replaced";
    case stream_end::revoked:
      return "revoked";
    case stream_end::max_age:
      return "max_age";
    case stream_end::drained:
      return "drained";
    case stream_end::outbox_overflow:
      return "outbox_overflow";
    case stream_end::stopped:
      return "stopped";
  }
  return "unknown";
}

outbox_answer session_fsm::push_event(std::string bytes) {
  if (closing_) return outbox_answer::closed;
  if (outbox_bytes_ + bytes.size() > limits_.outbox_bytes_max) return outbox_answer::full;
  outbox_bytes_ += bytes.size();
  outbox_.push_back({{}, std::move(bytes)});
  return outbox_answer::taken;
}

outbox_answer session_fsm::push_command(std::string request_id, std::string bytes) {
  if (closing_) return outbox_answer::closed;
  if (outbox_commands_ >= limits_.outbox_commands_max) return outbox_answer::full;
  if (outbox_bytes_ + bytes.size() > limits_.outbox_bytes_max) return outbox_answer::full;
  outbox_bytes_ += bytes.size();
  ++outbox_commands_;
  outbox_.push_back({std::move(request_id), std::move(bytes)});
  return outbox_answer::taken;
}

void session_fsm::withdraw(std::string_view request_id) {
  const auto unsent = std::find_if(outbox_.begin(), outbox_.end(),
                                   [&](const item& one) { return one.request_id == request_id; });
  if (unsent != outbox_.end()) {
    outbox_bytes_ -= unsent->bytes.size();
    --outbox_commands_;
    outbox_.erase(unsent);
    return;
  }
  on_command_ended(request_id);
  // Without room for it the agent finds out by its deadline.
  static_cast<void>(push_event(policy_.encode_event(protocol::cancel_event{std::string{request_id}})));
}

void session_fsm::on_command_ended(std::string_view request_id) {
  const auto found = std::find(in_flight_.begin(), in_flight_.end(), request_id);
  if (found == in_flight_.end()) return;
  *found = std::move(in_flight_.back());
  in_flight_.pop_back();
}

void session_fsm::close(session_step step, stream_end why) {
  if (!closing_) closing_ = closing{step, why};
}

void session_fsm::retire(mono_time now, stream_end why) {
  if (closing_ || retire_until_) return;
  retire_until_ = now + limits_.retire_grace;
  retire_why_ = why;
  const auto hint = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.reconnect_hint);
  // A full outbox means a peer that does not read; it learns nothing and backs off by its own rules.
  static_cast<void>(
      push_event(policy_.encode_event(protocol::drain_event{hint}) + protocol::encode_sse_retry(hint)));
}

std::optional<mono_time> session_fsm::heartbeat_due() const {
  return policy_.next_heartbeat(
      {settings_.opened_at, last_heartbeat_, last_write_, settings_.heartbeat_interval});
}

std::optional<mono_time> session_fsm::retirement_due() const {
  if (retire_until_) return retire_until_;
  if (!settings_.age) return std::nullopt;
  return settings_.opened_at + *settings_.age;
}

void session_fsm::beat(mono_time now, runtime::wall_time wall) {
  last_heartbeat_ = now;
  beat_ = true;
  const auto time = std::chrono::time_point_cast<protocol::timestamp::duration>(wall);
  if (push_event(policy_.encode_event(protocol::heartbeat_event{time})) == outbox_answer::full)
    close(session_step::cut, stream_end::outbox_overflow);
}

session_action session_fsm::take_outbox(mono_time now) {
  constexpr std::size_t write_bytes = 64 * 1024;
  session_action action;
  action.step = session_step::write;
  action.heartbeat = std::exchange(beat_, false);
  while (!outbox_.empty() &&
         (action.bytes.empty() || action.bytes.size() + outbox_.front().bytes.size() <= write_bytes)) {
    item& one = outbox_.front();
    outbox_bytes_ -= one.bytes.size();
    if (action.bytes.empty())
      action.bytes = std::move(one.bytes);
    else
      action.bytes += one.bytes;
    if (!one.request_id.empty()) {
      --outbox_commands_;
      in_flight_.push_back(one.request_id);
      action.sent.push_back(std::move(one.request_id));
    }
    outbox_.pop_front();
  }
  writing_since_ = now;
  return action;
}

session_action session_fsm::end_action() const {
  session_action action;
  action.step = closing_->step;
  action.why = closing_->why;
  return action;
}

session_action session_fsm::next(mono_time now, runtime::wall_time wall) {
  KITFOX_ASSERT(!writing_since_);
  if (const auto due = retirement_due(); due && *due <= now && !retire_until_)
    retire(now, stream_end::max_age);
  if (const auto due = heartbeat_due(); due && *due <= now && !closing_) beat(now, wall);
  if (closing_) return end_action();
  if (!outbox_.empty()) return take_outbox(now);
  if (retire_until_ && (in_flight_.empty() || *retire_until_ <= now)) {
    close(session_step::end, retire_why_);
    return end_action();
  }
  session_action idle;
  idle.until = next_deadline(now);
  return idle;
}

void session_fsm::on_written(mono_time now) {
  writing_since_.reset();
  last_write_ = now;
  opened_ = true;
}

route_health session_fsm::health(mono_time now) const noexcept {
  if (!opened_) return route_health::opening;
  if (writing_since_ && now - *writing_since_ >= limits_.stall_suspected) return route_health::stalled;
  if (retire_until_) return route_health::retiring;
  return route_health::healthy;
}

std::optional<mono_time> session_fsm::next_deadline(mono_time now) const {
  if (closing_) return std::nullopt;
  std::optional<mono_time> due;
  const auto consider = [&due](std::optional<mono_time> other) {
    if (other && (!due || *other < *due)) due = other;
  };
  // While a write is outstanding nothing else can be done; its own time limit is the connection's.
  if (writing_since_) {
    const mono_time suspected = *writing_since_ + limits_.stall_suspected;
    if (suspected > now) return suspected;
    return std::nullopt;
  }
  consider(heartbeat_due());
  consider(retirement_due());
  return due;
}

}  // namespace kitfox::gateway
