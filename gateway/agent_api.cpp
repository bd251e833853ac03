#include "gateway/agent_api.hpp"

#include <array>
#include <utility>

#include "gateway/agent_session.hpp"
#include "gateway/request_route.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;
using runtime::http::exchange;
using runtime::http::request;
using runtime::http::response;

namespace {
enum class agent_route { connect, response, heartbeat, health, ready };
constexpr std::array<route_rule<agent_route>, 5> rules{{
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

std::string_view detail_of(agent_refusal why) {
  switch (why) {
    case agent_refusal::key_invalid:
      return "invalid or revoked API key";
    case agent_refusal::request_malformed:
      return "malformed request";
    case agent_refusal::rate_limited:
      return "too many connection attempts with this key";
    case agent_refusal::quota_exceeded:
      return "too many connected agents";
    case agent_refusal::key_store_down:
      return "keys cannot be checked at the moment";
    case agent_refusal::draining:
      return "the gateway is shutting down";
  }
  return "refused";
}

bool equal_ignoring_case(std::string_view a, std::string_view lower_b) {
  if (a.size() != lower_b.size()) return false;
  for (std::size_t index = 0; index < a.size(); ++index) {
    const char letter = a[index];
    const char lower = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    if (lower != lower_b[index]) return false;
  }
  return true;
}
}  // namespace

std::optional<protocol::api_key> bearer_key(const request& head) {
  const auto field = head.headers.get("Authorization");
  if (!field) return std::nullopt;
  const std::size_t space = field->find(' ');
  if (space == std::string_view::npos || !equal_ignoring_case(field->substr(0, space), "bearer"))
    return std::nullopt;
  auto key = protocol::api_key::parse(field->substr(space + 1));
  if (key.has_error()) return std::nullopt;
  return std::move(key.value());
}

agent_api::agent_api(api_parts parts, key_source& keys)
    : parts_{parts}, keys_{keys}, chance_{parts.on.entropy().child("agent streams")} {}

void agent_api::audit_refusal(agent_refusal why, std::string_view key_id, std::string_view peer) {
  audit_record record;
  record.kind = audit_kind::refusal;
  record.actor = key_id;
  record.key_id = key_id;
  record.outcome = to_string(why);
  record.peer = peer;
  // A full backlog is counted by the log itself.
  static_cast<void>(parts_.audit.append(record));
}

response agent_api::refuse(agent_refusal why, duration retry_after, std::string_view detail) {
  const int status = parts_.policy.refusal_status(why);
  response answer = make_refusal(status, detail);
  if (status == 401) answer.headers.add("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) return with_retry_after(std::move(answer), retry_after);
  return answer;
}

std::optional<response> agent_api::screen(const request& head) {
  // A body is read only for somebody who at least shows a key.
  if (head.method != "POST" || bearer_key(head)) return std::nullopt;
  audit_refusal(agent_refusal::key_invalid, {}, {});
  return refuse(agent_refusal::key_invalid, {}, detail_of(agent_refusal::key_invalid));
}

task<void> agent_api::handle(exchange& call) {
  const request& head = call.incoming();
  const auto found = match_route<agent_route>(rules, head.method, path_of(head.target));
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
          answer = make_readiness(!parts_.draining);
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

agent_api::admission_result agent_api::refuse_wrong_key(std::string_view peer) {
  const auto refusal = parts_.board.limiter().on_wrong_key(peer, parts_.on.clock().now());
  if (refusal) return {std::nullopt, refusal->why, refusal->retry_after};
  return {};
}

agent_api::admission_result agent_api::judge_key(const protocol::api_key& presented,
                                                 const std::optional<key_record>& known, attempt kind,
                                                 std::string_view peer) {
  // The hash is computed for unknown ids too, so that its time does not tell which ids exist.
  const key_record nobody{};
  const key_record& record = known ? *known : nobody;
  const bool opens = parts_.policy.secret_matches(record, presented.reveal_secret(), parts_.options.pepper);
  // Only who knows the secret may use up the key's attempts or show on the dashboard: the id is no secret.
  if (!known || !opens) return refuse_wrong_key(peer);
  if (known->revoked_at) {
    parts_.board.statuses().on_refused(known->cluster_id);
    return refuse_wrong_key(peer);
  }
  if (kind == attempt::connect) {
    if (const auto refusal = parts_.board.limiter().on_attempt(presented.key_id(), parts_.on.clock().now()))
      return {std::nullopt, refusal->why, refusal->retry_after};
  }
  return {known};
}

task<agent_api::admission_result> agent_api::authenticate(exchange& call, attempt kind) {
  const std::optional<protocol::api_key> presented = bearer_key(call.incoming());
  const std::string peer = call.peer().host;
  admission_result outcome;
  if (presented) {
    const auto known = co_await keys_.find(std::string{presented->key_id()});
    if (known.has_error())
      outcome.why = agent_refusal::key_store_down;
    else
      outcome = judge_key(*presented, known.value(), kind, peer);
  } else {
    outcome = refuse_wrong_key(peer);
  }
  if (outcome.key) co_return outcome;
  if (kind == attempt::connect) parts_.numbers.count_refusal(outcome.why);
  audit_refusal(outcome.why, presented ? presented->key_id() : std::string_view{}, peer);
  response answer = refuse(outcome.why, outcome.retry_after, detail_of(outcome.why));
  static_cast<void>(co_await call.respond(std::move(answer)));
  co_return outcome;
}

task<void> agent_api::refuse_connect(exchange& call, connect_refusal refusal, std::string_view key_id,
                                     std::string_view detail) {
  parts_.numbers.count_refusal(refusal.why);
  const std::string peer = call.peer().host;
  audit_refusal(refusal.why, key_id, peer);
  response answer =
      refuse(refusal.why, refusal.retry_after, detail.empty() ? detail_of(refusal.why) : detail);
  static_cast<void>(co_await call.respond(std::move(answer)));
}

task<void> agent_api::serve_connect(exchange& call) {
  if (parts_.draining) {
    const auto shown = bearer_key(call.incoming());
    const std::string_view key_id = shown ? shown->key_id() : std::string_view{};
    const connect_refusal refusal{agent_refusal::draining, std::chrono::seconds{5}};
    co_return co_await refuse_connect(call, refusal, key_id);
  }
  const admission_result admitted = co_await authenticate(call, attempt::connect);
  if (!admitted.key) co_return;
  const key_record& key = *admitted.key;

  protocol::diagnostics diag;
  const auto query = protocol::parse_connect_query(query_of(call.incoming().target), diag);
  route facts{parts_.board.new_session(), key.cluster_id, {}, key.key_id, key.owner, route_health::opening};
  agent_facts told;
  std::optional<connect_refusal> refusal;
  std::string detail;
  if (query.has_error()) {
    refusal = connect_refusal{agent_refusal::request_malformed, {}};
    detail = diag.to_string();
  } else if (parts_.draining) {  // since the key was looked up
    refusal = connect_refusal{agent_refusal::draining, std::chrono::seconds{5}};
  } else {
    facts.instance_id = query.value().instance_id.value_or("");
    told = {query.value().agent_version, query.value().kubernetes_version, query.value().node_count};
    refusal = parts_.board.limiter().on_stream(facts, parts_.board.routes(), parts_.on.clock().now());
  }
  if (refusal) co_return co_await refuse_connect(call, *refusal, key.key_id, detail);
  co_await serve_stream(call, key, std::move(facts), std::move(told));
}

// Nothing is awaited between the look-up of the key and board.open(): a revocation either is seen by the
// look-up or finds the stream registered.
task<void> agent_api::serve_stream(exchange& call, const key_record& key, route facts, agent_facts told) {
  const gateway_options& options = parts_.options;
  const session_settings settings{
      parts_.on.clock().now(), options.heartbeat_interval,
      parts_.policy.stream_age(options.max_stream_age, options.stream_age_jitter, chance_->unit()),
      chance_->between(options.reconnect_hint_min, options.reconnect_hint_max)};
  session_fsm machine{options.limits, parts_.policy, settings};
  protocol::connected_event hello{key.cluster_id, "connected"};
  hello.cluster_name = key.cluster_name;
  hello.heartbeat_interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(options.heartbeat_interval);
  hello.protocol = protocol::protocol_version;
  static_cast<void>(machine.push_event(parts_.policy.encode_event(hello)));  // an empty outbox has room

  agent_session session{parts_.board, call, std::move(facts), std::move(machine)};
  parts_.board.open(session, told, call.peer().host);
  response head;
  head.headers.add("Content-Type", "text/event-stream");
  head.headers.add("Cache-Control", "no-cache, no-store");
  head.headers.add("X-Accel-Buffering", "no");
  const error_code failure = co_await call.begin_stream(std::move(head));
  stream_end why = stream_end::client_gone;
  if (!failure) why = co_await session.run();
  parts_.board.close(session, why);
}

task<void> agent_api::serve_response(exchange& call, const std::vector<std::string>& ids) {
  const admission_result admitted = co_await authenticate(call, attempt::post);
  if (!admitted.key) co_return;
  const key_record& key = *admitted.key;
  const std::string& body = call.incoming().body;
  response answer;
  if (ids.empty()) {
    answer = make_refusal(400, "malformed request id");
    static_cast<void>(co_await call.respond(std::move(answer)));
    co_return;
  }
  protocol::diagnostics diag;
  const protocol::json_limits bounds{parts_.options.limits.body_bytes_max,
                                     parts_.options.limits.json_depth_max};
  auto parsed = protocol::parse_command_response(body, diag, bounds);
  if (parsed.has_error()) {
    answer = make_refusal(400, diag.to_string());
  } else if (!parts_.policy.ids_agree(ids.front(), parsed.value().request_id)) {
    answer = make_refusal(400, "request_id differs from the one in the path");
  } else {
    parsed.value().request_id = ids.front();
    parts_.board.statuses().on_signal(key.cluster_id, liveness_signal::response_post,
                                      parts_.on.clock().wall_now());
    const response_verdict verdict =
        parts_.board.on_response({key.cluster_id, key.key_id}, std::move(parsed.value()), body.size());
    const int status = parts_.policy.response_status(verdict);
    if (status == 200)
      answer = make_answer(200, protocol::print_ok());
    else
      answer = make_refusal(status, status == 410 ? "the command's deadline has passed" : "unknown request");
  }
  static_cast<void>(co_await call.respond(std::move(answer)));
}

task<void> agent_api::serve_heartbeat(exchange& call) {
  const admission_result admitted = co_await authenticate(call, attempt::post);
  if (!admitted.key) co_return;
  const key_record& key = *admitted.key;
  response answer;
  if (parts_.board.on_heartbeat(key)) {
    const auto time =
        std::chrono::time_point_cast<protocol::timestamp::duration>(parts_.on.clock().wall_now());
    answer = make_answer(200, protocol::print_heartbeat_answer({true, time}));
  } else {
    answer = make_refusal(404, "not connected");
  }
  static_cast<void>(co_await call.respond(std::move(answer)));
}

}  // namespace kitfox::gateway
