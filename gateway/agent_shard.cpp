#include "gateway/agent_shard.hpp"

#include <utility>

#include "gateway/agent_api.hpp"
#include "gateway/agent_session.hpp"
#include "gateway/switchboard.hpp"
#include "runtime/assert.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

namespace {
runtime::courier::way way_between(const runtime::host& one, const runtime::host& other) {
  return &one == &other ? runtime::courier::way::direct : runtime::courier::way::queued;
}
}  // namespace

agent_shard::agent_shard(parts with)
    : with_{with},
      errands_{with.on},
      tasks_{with.on},
      to_hub_{with.on, with.hub, with.hub_errands, way_between(with.on, with.hub)},
      from_hub_{with.hub, with.on, errands_, way_between(with.on, with.hub)},
      deadlines_{with.on},
      api_{std::make_unique<agent_api>(*this)} {}

agent_shard::~agent_shard() = default;

// --- from the hub

agent_session* agent_shard::find(session_id stream) const {
  const auto found = seats_.find(stream);
  return found == seats_.end() ? nullptr : found->second.session;
}

void agent_shard::deliver(session_id stream, std::string request_id, std::string bytes) {
  from_hub_.post([this, stream, request_id = std::move(request_id), bytes = std::move(bytes)]() mutable {
    agent_session* session = find(stream);
    const outbox_answer answer =
        session == nullptr ? outbox_answer::closed : session->deliver(request_id, std::move(bytes));
    if (answer == outbox_answer::taken) return;
    to_hub_.post([&board = with_.board, stream, request_id = std::move(request_id), answer] {
      board.on_refused(stream, request_id, answer);
    });
  });
}

void agent_shard::withdraw(session_id stream, std::string request_id) {
  from_hub_.post([this, stream, request_id = std::move(request_id)] {
    if (agent_session* session = find(stream)) session->withdraw(request_id);
  });
}

void agent_shard::on_command_ended(session_id stream, std::string request_id) {
  from_hub_.post([this, stream, request_id = std::move(request_id)] {
    if (agent_session* session = find(stream)) session->on_command_ended(request_id);
  });
}

void agent_shard::retire(session_id stream, stream_end why) {
  from_hub_.post([this, stream, why] {
    const auto found = seats_.find(stream);
    if (found == seats_.end()) return;
    if (found->second.session != nullptr)
      found->second.session->retire(why);
    else
      found->second.retired = why;
  });
}

void agent_shard::cut(session_id stream, stream_end why) {
  from_hub_.post([this, stream, why] {
    if (const auto found = seats_.find(stream); found != seats_.end()) {
      if (found->second.session != nullptr)
        found->second.session->cut(why);
      else
        found->second.cut = why;
    }
    to_hub_.post([&board = with_.board, stream] { board.on_cut(stream); });
  });
}

void agent_shard::set_ready(readiness now) {
  from_hub_.post([this, now] { ready_ = now; });
}

task<agent_shard::bound> agent_shard::bind(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls,
                                           runtime::listen_options how) {
  auto made = co_await with_.on.network().listen(std::move(at), std::move(tls), how);
  if (made.has_error()) co_return bound{nullptr, made.error()};
  co_return bound{std::move(made.value()), {}};
}

task<error_code> agent_shard::listen(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls,
                                     runtime::http::server_options bounds, runtime::listen_options how) {
  auto question = [this, at = std::move(at), tls = std::move(tls), how] { return bind(at, tls, how); };
  auto answer = co_await from_hub_.ask<bound>(std::move(question), [](bound&) {});
  if (answer.has_error()) co_return answer.error();
  if (answer.value().failure) co_return answer.value().failure;
  server_.emplace(with_.on, std::move(answer.value().listening), *api_, bounds);
  co_return error_code{};
}

void agent_shard::begin(std::function<void()> on_ended) {
  KITFOX_ASSERT(server_.has_value());
  from_hub_.post([this, on_ended = std::move(on_ended)]() mutable {
    tasks_.spawn("agent listener", serve(std::move(on_ended)));
  });
}

task<void> agent_shard::serve(std::function<void()> on_ended) {
  co_await server_->run();
  deadlines_.stop();
  to_hub_.post(std::move(on_ended));
}

task<agent_shard::ended> agent_shard::join_here() {
  co_await tasks_.join();
  co_return ended{};
}

task<void> agent_shard::join() {
  auto question = [this] { return join_here(); };
  // Cancelled: the shard's tasks end with their host.
  static_cast<void>(co_await from_hub_.ask<ended>(std::move(question), [](ended&) {}));
}

void agent_shard::stop() {
  from_hub_.post([this] { server_->stop(); });
}

void agent_shard::close_all() {
  from_hub_.post([this] { server_->close_all(); });
}

// --- on the shard

std::unique_ptr<stream_seat> agent_shard::take_seat(session_id stream) {
  const bool fresh = seats_.emplace(stream, place{}).second;
  KITFOX_ASSERT(fresh);
  return std::make_unique<stream_seat>(*this, stream);
}

void agent_shard::leave(session_id stream, stream_end why) {
  seats_.erase(stream);
  to_hub_.post([&board = with_.board, stream, why] { board.close(stream, why); });
}

void agent_shard::attach(agent_session& session) {
  place& mine = seats_.at(session.facts().id);
  mine.session = &session;
  if (mine.cut) session.cut(*mine.cut);
  if (mine.retired) session.retire(*mine.retired);
}

void agent_shard::detach(agent_session& session) {
  const auto found = seats_.find(session.facts().id);
  if (found != seats_.end()) found->second.session = nullptr;
}

void agent_shard::report_health(session_id stream, route_health now) {
  to_hub_.post([&board = with_.board, stream, now] { board.on_health(stream, now); });
}

void agent_shard::report_sending(session_id stream, std::vector<std::string> request_ids) {
  to_hub_.post([&board = with_.board, stream, request_ids = std::move(request_ids)] {
    board.on_sending(stream, request_ids);
  });
}

void agent_shard::report_heartbeat(session_id stream) {
  to_hub_.post([&board = with_.board, stream] { board.on_signal(stream, liveness_signal::heartbeat_timer); });
}

}  // namespace kitfox::gateway
