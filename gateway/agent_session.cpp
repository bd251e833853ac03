#include "gateway/agent_session.hpp"

#include <utility>

#include "gateway/switchboard.hpp"
#include "runtime/errc.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

agent_session::agent_session(switchboard& board, runtime::http::exchange& call, route facts,
                             session_fsm machine)
    : board_{board},
      call_{call},
      facts_{std::move(facts)},
      machine_{std::move(machine)},
      changed_{board.on().executor()},
      timer_{board.deadlines(), [this] { on_timer(); }} {}

agent_session::~agent_session() = default;

runtime::mono_time agent_session::now() const { return board_.on().clock().now(); }

task<void> agent_session::watch_client() {
  const error_code failure = co_await call_.client_gone();
  if (failure == runtime::errc::cancelled) co_return;
  machine_.on_client_gone();
  cut();
}

task<void> agent_session::write(session_action action) {
  board_.on_sending(facts_, action.sent);
  if (action.heartbeat) board_.on_signal(facts_, liveness_signal::heartbeat_timer);
  const error_code failure = co_await call_.write_chunk(action.bytes);
  if (!failure) {
    machine_.on_written(now());
  } else {
    machine_.on_write_failed(failure == runtime::errc::timed_out ? stream_end::write_stalled
                                                                 : stream_end::write_failed);
  }
}

task<stream_end> agent_session::run() {
  runtime::task_group watch{board_.on()};
  watch.spawn("agent watch", watch_client());
  stream_end why = stream_end::stopped;
  for (bool open = true; open;) {
    session_action action = machine_.next(now(), board_.on().clock().wall_now());
    why = action.why;
    switch (action.step) {
      case session_step::write:
        if (const auto due = machine_.next_deadline(now())) timer_.arm(*due);
        co_await write(std::move(action));
        report_health();
        break;
      case session_step::wait:
        report_health();
        if (action.until) timer_.arm(*action.until);
        if (co_await changed_.wait()) machine_.on_stop();
        break;
      case session_step::end:
        // Who cannot take the last chunk is gone anyway.
        if (co_await call_.end_stream()) call_.close();
        open = false;
        break;
      case session_step::cut:
        call_.close();
        open = false;
        break;
    }
  }
  timer_.disarm();
  watch.cancel();
  co_await watch.join();
  co_return why;
}

outbox_answer agent_session::deliver(std::string request_id, std::string bytes) {
  const outbox_answer answer = machine_.push_command(std::move(request_id), std::move(bytes));
  wake();
  return answer;
}

void agent_session::withdraw(std::string_view request_id) {
  machine_.withdraw(request_id);
  wake();
}

void agent_session::on_command_ended(std::string_view request_id) {
  machine_.on_command_ended(request_id);
  if (machine_.retiring()) wake();
}

void agent_session::retire(stream_end why) {
  machine_.retire(now(), why);
  report_health();
  wake();
}

void agent_session::on_replaced() {
  machine_.on_replaced();
  cut();
}

void agent_session::on_revoked() {
  machine_.on_revoked();
  cut();
}

void agent_session::on_stop() {
  machine_.on_stop();
  cut();
}

void agent_session::wake() { changed_.notify_all(); }

void agent_session::cut() {
  call_.close();
  wake();
}

void agent_session::on_timer() {
  report_health();
  wake();
}

void agent_session::report_health() {
  const route_health health = machine_.health(now());
  if (health == reported_) return;
  const route_health before = std::exchange(reported_, health);
  board_.on_health(*this, before, health);
}

}  // namespace kitfox::gateway
