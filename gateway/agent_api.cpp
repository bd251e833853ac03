#include "gateway/agent_api.hpp"

#include <array>
#include <utility>

#include "gateway/agent_session.hpp"
#include "gateway/request_route.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;
using runtime::http::exchange;
using runtime::http::request;
using runtime::http::response;

namespace {
enum class agent_route { connect, response, heartbeat, health, ready };
constexpr std::array<route_rule<agent_route>, 5> agent_routes{{
    {"GET", "agent/connect", agent_route::connect},
    {"POST", "agent/response/*", agent_route::response},
    {"POST", "agent/heartbeat", agent_route::heartbeat},
    {"GET", "health", agent_route::health},
    {"GET", "ready", agent_route::ready},
}};

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }
std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

}  // namespace

std::optional<protocol::api_key> bearer_key(const request& head) {
  const auto field = head.headers.get("Authorization");
  if (!field) return std::nullopt;
  const std::size_t space = field->find(' ');
  if (space == std::string_view::npos || !runtime::same_letters(field->substr(0, space), "bearer"))
    return std::nullopt;
  auto key = protocol::api_key::parse(field->substr(space + 1));
  if (key.has_error()) return std::nullopt;
  return std::move(key.value());
}

agent_api::agent_api(agent_shard& on) : shard_{on}, chance_{on.on().entropy().child("agent streams")} {}

std::optional<response> agent_api::screen(const request& head, const runtime::endpoint& peer) {
  // A body is read only for somebody who at least shows a key.
  if (head.method != "POST" || bearer_key(head)) return std::nullopt;
  shard_.to_hub().post([&desk = shard_.desk(), host = peer.host] { desk.on_keyless_request(host); });
  return make_agent_refusal(shard_.policy(), agent_refusal::key_invalid, {});
}

task<void> agent_api::answer_exchange(exchange& call) {
  const request& head = call.incoming();
  const auto found = match_route<agent_route>(agent_routes, head.method, path_of(head.target));
  response answer;
  switch (found.verdict) {
    case route_verdict::matched:
    case route_verdict::malformed_path:
      switch (found.target) {
        case agent_route::connect:
          co_return co_await serve_connect(call);
        case agent_route::response:
          co_return co_await serve_response(call, found.ids);
        case agent_route::heartbeat:
          co_return co_await serve_heartbeat(call);
        case agent_route::health:
          answer = make_health();
          break;
        case agent_route::ready:
          answer = make_readiness(shard_.ready());
          break;
      }
      break;
    case route_verdict::no_such_path:
      answer = make_refusal(404);
      break;
    case route_verdict::other_method:
      answer = make_refusal(405);
      answer.headers.add("Allow", found.allow);
      break;
  }
  // The answer is the last thing of an exchange: who does not get it has gone.
  static_cast<void>(co_await call.respond(std::move(answer)));
}

task<void> agent_api::serve_connect(exchange& call) {
  connect_request wanted;
  wanted.key = bearer_key(call.incoming());
  wanted.peer = call.peer().host;
  protocol::diagnostics diag;
  auto query = protocol::parse_connect_query(query_of(call.incoming().target), diag);
  if (query.has_error()) {
    wanted.malformed = diag.to_string();
  } else {
    wanted.instance_id = query.value().instance_id.value_or("");
    wanted.told = {query.value().agent_version, query.value().kubernetes_version, query.value().node_count};
  }
  auto question = [this, wanted = std::move(wanted)]() mutable {
    return shard_.desk().connect(shard_, std::move(wanted));
  };
  auto arrived = [this](connect_answer& answer) {
    if (answer.granted) answer.seat = shard_.take_seat(answer.granted->id);
  };
  auto answer = co_await shard_.to_hub().ask<connect_answer>(std::move(question), std::move(arrived));
  if (answer.has_error()) co_return;  // this connection is being closed
  if (answer.value().granted) co_return co_await serve_stream(call, std::move(answer.value()));
  static_cast<void>(co_await call.respond(std::move(answer.value().refusal)));
}

session_fsm agent_api::make_machine(const connect_answer& admitted) {
  const gateway_options& options = shard_.options();
  const gateway_policy& policy = shard_.policy();
  const session_settings settings{
      shard_.on().clock().now(), options.heartbeat_interval,
      policy.stream_age(options.max_stream_age, options.stream_age_jitter, chance_->unit()),
      chance_->between(options.reconnect_hint_min, options.reconnect_hint_max)};
  session_fsm machine{options.limits, policy, settings};
  protocol::connected_event hello{admitted.granted->cluster_id, "connected"};
  hello.cluster_name = admitted.cluster_name;
  hello.heartbeat_interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(options.heartbeat_interval);
  hello.protocol = protocol::protocol_version;
  static_cast<void>(machine.push_event(policy.encode_event(hello)));  // an empty outbox has room
  return machine;
}

task<void> agent_api::serve_stream(exchange& call, connect_answer admitted) {
  session_fsm machine = make_machine(admitted);
  agent_session session{shard_, call, std::move(*admitted.granted), std::move(machine)};
  response head;
  head.headers.add("Content-Type", "text/event-stream");
  head.headers.add("Cache-Control", "no-cache, no-store");
  head.headers.add("X-Accel-Buffering", "no");
  const error_code failure = co_await call.begin_stream(std::move(head));
  if (failure) co_return;
  const stream_end why = co_await session.run();
  admitted.seat->set_end(why);
}

posted_response agent_api::read_response(const exchange& call, const std::vector<std::string>& ids) const {
  posted_response posted;
  posted.key = bearer_key(call.incoming());
  posted.peer = call.peer().host;
  if (ids.empty()) {
    posted.malformed = "malformed request id";
    return posted;
  }
  const std::string& body = call.incoming().body;
  const gateway_limits& limits = shard_.options().limits;
  protocol::diagnostics diag;
  auto parsed = protocol::parse_command_response(body, diag, {limits.body_bytes_max, limits.json_depth_max});
  if (parsed.has_error()) {
    posted.malformed = diag.to_string();
    const auto id = protocol::find_request_id(body, {limits.body_bytes_max, limits.json_depth_max});
    if (id && shard_.policy().ids_agree(ids.front(), *id)) posted.readable_id = ids.front();
  } else if (!shard_.policy().ids_agree(ids.front(), parsed.value().request_id)) {
    posted.malformed = "request_id differs from the one in the path";
  } else {
    posted.bytes = body.size();
    posted.content = std::move(parsed.value());
    posted.content->request_id = ids.front();
  }
  return posted;
}

task<void> agent_api::serve_response(exchange& call, const std::vector<std::string>& ids) {
  auto question = [this, posted = read_response(call, ids)]() mutable {
    return shard_.desk().take_response(std::move(posted));
  };
  auto answer = co_await shard_.to_hub().ask<response>(std::move(question), [](response&) {});
  if (answer.has_error()) co_return;  // this connection is being closed
  static_cast<void>(co_await call.respond(std::move(answer.value())));
}

task<void> agent_api::serve_heartbeat(exchange& call) {
  auto question = [this, key = bearer_key(call.incoming()), peer = call.peer().host]() mutable {
    return shard_.desk().take_heartbeat(std::move(key), std::move(peer));
  };
  auto answer = co_await shard_.to_hub().ask<response>(std::move(question), [](response&) {});
  if (answer.has_error()) co_return;  // this connection is being closed
  static_cast<void>(co_await call.respond(std::move(answer.value())));
}

}  // namespace kitfox::gateway
