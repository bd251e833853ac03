#include "agent/agent_session.hpp"

#include <algorithm>
#include <utility>

#include "agent/content_type.hpp"
#include "protocol/error.hpp"
#include "runtime/assert.hpp"
#include "runtime/errc.hpp"

namespace kitfox::agent {

using runtime::duration;
using runtime::error_code;
using runtime::mono_time;
using namespace std::chrono_literals;

std::string_view to_string(end_reason reason) noexcept {
  switch (reason) {
    case end_reason::dial_failed:
      return "dial_failed";
    case end_reason::dial_timeout:
      return "dial_timeout";
    case end_reason::head_timeout:
      return "head_timeout";
    case end_reason::connected_timeout:
      return "connected_timeout";
    case end_reason::key_refused:
      return "key_refused";
    case end_reason::throttled:
      return "throttled";
    case end_reason::server_error:
      return "server_error";
    case end_reason::redirected:
      return "redirected";
    case end_reason::no_content:
      return "no_content";
    case end_reason::unexpected_status:
      return "unexpected_status";
    case end_reason::not_an_event_stream:
      return "not_an_event_stream";
    case end_reason::end_of_stream:
      return "end_of_stream";
    case end_reason::connection_lost:
      return "connection_lost";
    case end_reason::watchdog:
      return "watchdog";
    case end_reason::event_too_large:
      return "event_too_large";
  }
  return "unknown";
}

namespace {

/// No watchdog: far away, yet no timer overflows.
constexpr duration never = 24h * 365;

std::optional<end_reason> refusal(const stream_head& head) {
  if (head.status == 401 || head.status == 403) return end_reason::key_refused;
  if (head.status == 429) return end_reason::throttled;
  if (head.status == 204) return end_reason::no_content;
  if (head.status >= 500) return end_reason::server_error;
  if (head.status >= 300 && head.status < 400) return end_reason::redirected;
  if (head.status != 200) return end_reason::unexpected_status;
  if (head.coded || !is_event_stream(head.content_type)) return end_reason::not_an_event_stream;
  return std::nullopt;
}

end_reason reason_of(error_code error) {
  if (!error || error == runtime::errc::end_of_stream) return end_reason::end_of_stream;
  if (error == runtime::errc::timed_out) return end_reason::watchdog;
  if (error == protocol::protocol_errc::event_too_large) return end_reason::event_too_large;
  return end_reason::connection_lost;
}

}  // namespace

session_action agent_session::on_start(mono_time now) {
  KITFOX_ASSERT(state_ == session_state::idle);
  state_ = session_state::dialling;
  return {session_step::dial, now + options_.dial_timeout};
}

session_action agent_session::on_dialled(mono_time now) {
  KITFOX_ASSERT(state_ == session_state::dialling);
  state_ = session_state::requesting;
  return {session_step::send_request, now + options_.head_timeout};
}

session_action agent_session::on_dial_failed(error_code error, mono_time now) {
  KITFOX_ASSERT(state_ == session_state::dialling);
  const bool late = error == runtime::errc::timed_out;
  return ended(late ? end_reason::dial_timeout : end_reason::dial_failed, error, 0, now);
}

session_action agent_session::on_request_failed(error_code error, mono_time now) {
  KITFOX_ASSERT(state_ == session_state::requesting);
  const bool late = error == runtime::errc::timed_out;
  return ended(late ? end_reason::head_timeout : end_reason::connection_lost, error, 0, now);
}

session_action agent_session::on_head(const stream_head& head, mono_time now) {
  KITFOX_ASSERT(state_ == session_state::requesting);
  if (const auto reason = refusal(head)) {
    retry_after_ = head.retry_after;
    return ended(*reason, {}, head.status, now);
  }
  state_ = session_state::awaiting_connected;
  heartbeat_interval_.reset();
  key_refused_ = false;
  head_at_ = now;
  last_byte_ = now;
  if (options_.ready == ready_on::response_head) become_connected(now);
  return read_on();
}

session_action agent_session::on_bytes(mono_time now) {
  KITFOX_ASSERT(state_ == session_state::awaiting_connected || state_ == session_state::connected);
  last_byte_ = now;
  return read_on();
}

session_action agent_session::on_read_ended(error_code error, mono_time now) {
  KITFOX_ASSERT(state_ == session_state::awaiting_connected || state_ == session_state::connected);
  end_reason reason = reason_of(error);
  const bool awaiting = state_ == session_state::awaiting_connected;
  if (reason == end_reason::watchdog && awaiting && now < silent_at()) reason = end_reason::connected_timeout;
  return ended(reason, error, 200, now);
}

session_action agent_session::on_waited(mono_time now) {
  KITFOX_ASSERT(state_ == session_state::waiting);
  state_ = session_state::idle;
  return on_start(now);
}

void agent_session::on_connected_event(const protocol::connected_event& event, mono_time now) {
  if (event.heartbeat_interval)
    heartbeat_interval_ = std::clamp<duration>(*event.heartbeat_interval, 1s, 5min);
  if (state_ == session_state::awaiting_connected) become_connected(now);
}

void agent_session::on_drain_event(const protocol::drain_event& event) {
  drain_ = std::max<duration>(event.reconnect_after, drain_.value_or(0ns));
}

bool agent_session::on_stop_requested() {
  stopping_ = true;
  return state_ != session_state::connected;
}

void agent_session::become_connected(mono_time now) {
  state_ = session_state::connected;
  ever_connected_ = true;
  connected_at_ = now;
}

mono_time agent_session::silent_at() const {
  const duration silence =
      heartbeat_interval_.value_or(options_.heartbeat_interval) * options_.watchdog_intervals;
  return *last_byte_ + (silence > 0ns ? silence : never);
}

session_action agent_session::read_on() const {
  mono_time until = silent_at();
  if (state_ == session_state::awaiting_connected)
    until = std::min(until, head_at_ + options_.connected_timeout);
  return {session_step::read, until};
}

exit_code agent_session::code_after(end_reason reason) const {
  if (stopping_) return exit_code::stopped;
  return reason == end_reason::no_content ? exit_code::gateway_sent_away : exit_code::key_refused;
}

session_action agent_session::ended(end_reason reason, error_code error, int status, mono_time now) {
  attempt_end end{.reason = reason};
  end.established = state_ == session_state::connected;
  // A peer that ends the stream was alive until now; silence proves nothing after its last byte.
  const mono_time alive = reason == end_reason::watchdog ? *last_byte_ : now;
  if (end.established) end.healthy = alive - connected_at_;
  for (const auto& asked : {retry_, drain_, retry_after_})
    if (asked && asked > end.floor) end.floor = asked;
  drain_.reset();
  retry_after_.reset();
  last_byte_.reset();

  const bool refused_at_first = reason == end_reason::key_refused && !ever_connected_;
  if (stopping_ || refused_at_first || reason == end_reason::no_content) {
    state_ = session_state::stopped;
    return {session_step::stop, now, code_after(reason), session_ending{end, error, status}};
  }
  state_ = session_state::waiting;
  attempt_end as_judged = end;
  if (std::exchange(key_refused_, false)) as_judged.reason = end_reason::key_refused;
  const duration delay = delays_.delay_after(as_judged);
  return {session_step::wait, now + delay, exit_code::stopped, session_ending{end, error, status, delay}};
}

}  // namespace kitfox::agent
