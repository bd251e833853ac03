#include "gateway/agent_session.hpp"

#include <utility>

#include "gateway/agent_shard.hpp"
#include "runtime/errc.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

agent_session::agent_session(agent_shard& shard, runtime::http::exchange& call, route facts,
                             session_fsm machine)
    : shard_{shard},
      call_{call},
      facts_{std::move(facts)},
      machine_{std::move(machine)},
      changed_{shard.on().executor()},
      timer_{shard.deadlines(), [this] { on_timer(); }} {
  shard_.attach(*this);
}

agent_session::~agent_session() { shard_.detach(*this); }

runtime::mono_time agent_session::now() const { return shard_.on().clock().now(); }

task<void> agent_session::watch_client() {
  const error_code failure = co_await call_.client_gone();
  if (failure == runtime::errc::cancelled) co_return;
  machine_.on_client_gone();
  close_connection();
}

task<void> agent_session::write(session_action action) {
  if (!action.sent.empty()) shard_.report_sending(facts_.id, std::move(action.sent));
  if (action.heartbeat) shard_.report_heartbeat(facts_.id);
  const error_code failure = co_await call_.write_chunk(action.bytes);
  if (!failure) {
    machine_.on_written(now());
  } else {
    machine_.on_write_failed(failure == runtime::errc::timed_out ? stream_end::write_stalled
                                                                 : stream_end::write_failed);
  }
}

task<stream_end> agent_session::run() {
  runtime::task_group watch{shard_.on()};
  watch.spawn("agent watch", watch_client());
  stream_end why = stream_end::stopped;
  for (bool open = true; open;) {
    session_action action = machine_.next(now(), shard_.on().clock().wall_now());
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
        if (co_await changed_.wait()) machine_.on_cut(stream_end::stopped);
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

void agent_session::cut(stream_end why) {
  machine_.on_cut(why);
  close_connection();
}

void agent_session::wake() { changed_.notify_all(); }

void agent_session::close_connection() {
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
  reported_ = health;
  shard_.report_health(facts_.id, health);
}

}  // namespace kitfox::gateway
