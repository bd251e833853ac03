#include "gateway/agent_desk.hpp"

#include <utility>

#include "gateway/answers.hpp"
#include "runtime/assert.hpp"

namespace kitfox::gateway {

using runtime::task;
using runtime::http::response;

namespace {
constexpr duration drain_pause = std::chrono::seconds{5};

std::string_view detail_of(agent_refusal why) {
  switch (why) {
    case agent_refusal::key_invalid:
      return "invalid or revoked API key";
    case agent_refusal::request_malformed:
      return "malformed request";
    case agent_refusal::rate_limited:
      return "too many connection attempts";
    case agent_refusal::quota_exceeded:
      return "too many connected agents";
    case agent_refusal::key_store_down:
      return "keys cannot be checked at the moment";
    case agent_refusal::draining:
      return "the gateway is shutting down";
  }
  return "refused";
}

std::string_view key_id_of(const std::optional<protocol::api_key>& presented) {
  return presented ? presented->key_id() : std::string_view{};
}
}  // namespace

response make_agent_refusal(const gateway_policy& policy, agent_refusal why, duration retry_after,
                            std::string_view detail) {
  const int status = policy.refusal_status(why);
  response answer = make_refusal(status, detail.empty() ? detail_of(why) : detail);
  if (status == 401) answer.headers.add("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) return with_retry_after(std::move(answer), retry_after);
  return answer;
}

void agent_desk::audit_refusal(agent_refusal why, std::string_view key_id, std::string_view peer) {
  audit_record record;
  record.kind = audit_kind::refusal;
  record.actor = key_id;
  record.key_id = key_id;
  record.outcome = to_string(why);
  record.peer = peer;
  parts_.refusals.note(record);
}

void agent_desk::on_keyless_request(std::string_view peer) {
  audit_refusal(refuse_wrong_key(peer).why, {}, peer);
}

agent_desk::admission_result agent_desk::refuse_wrong_key(std::string_view peer) {
  const auto refusal = parts_.board.limiter().on_wrong_key(peer, parts_.on.clock().now());
  if (refusal) return {std::nullopt, refusal->why, refusal->retry_after};
  return {};
}

agent_desk::admission_result agent_desk::judge_key(const protocol::api_key& presented,
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

task<agent_desk::admission_result> agent_desk::authenticate(const std::optional<protocol::api_key>& presented,
                                                            const std::string& peer, attempt kind) {
  if (!presented) co_return refuse_wrong_key(peer);
  const auto known = co_await keys_.find(std::string{presented->key_id()});
  if (known.has_value()) co_return judge_key(*presented, known.value(), kind, peer);
  // What an agent posts belongs to a stream that is there already; a new one has to wait.
  const key_record* opened = kind == attempt::post ? key_of_open_stream(presented->key_id()) : nullptr;
  if (opened == nullptr) co_return admission_result{std::nullopt, agent_refusal::key_store_down};
  co_return judge_key(*presented, *opened, kind, peer);
}

const key_record* agent_desk::key_of_open_stream(std::string_view key_id) const {
  const auto found = opened_with_.find(key_id);
  // A revocation takes the key's streams out of the routes at once.
  if (found == opened_with_.end() || parts_.board.routes().count_of_key(key_id) == 0) return nullptr;
  return &found->second;
}

void agent_desk::remember(const key_record& key) {
  if (opened_with_.size() >= parts_.options.limits.sessions_max) {
    std::erase_if(opened_with_,
                  [&](const auto& one) { return parts_.board.routes().count_of_key(one.first) == 0; });
  }
  opened_with_.insert_or_assign(key.key_id, key);
  KITFOX_ASSERT(opened_with_.size() <= parts_.options.limits.sessions_max);  // every other one has a stream
}

response agent_desk::refuse(const admission_result& refused,
                            const std::optional<protocol::api_key>& presented, std::string_view peer) {
  audit_refusal(refused.why, key_id_of(presented), peer);
  return make_agent_refusal(parts_.policy, refused.why, refused.retry_after);
}

connect_answer agent_desk::refuse_connect(connect_refusal refusal, std::string_view key_id,
                                          std::string_view peer, std::string_view detail) {
  parts_.numbers.count_refusal(refusal.why);
  audit_refusal(refusal.why, key_id, peer);
  connect_answer answer;
  answer.refusal = make_agent_refusal(parts_.policy, refusal.why, refusal.retry_after, detail);
  return answer;
}

task<connect_answer> agent_desk::connect(agent_shard& on, connect_request request) {
  const std::string_view key_id = key_id_of(request.key);
  if (parts_.draining) co_return refuse_connect({agent_refusal::draining, drain_pause}, key_id, request.peer);
  const admission_result admitted = co_await authenticate(request.key, request.peer, attempt::connect);
  if (!admitted.key) co_return refuse_connect({admitted.why, admitted.retry_after}, key_id, request.peer);
  if (!request.malformed.empty())
    co_return refuse_connect({agent_refusal::request_malformed, {}}, key_id, request.peer, request.malformed);
  // It may have begun since the key was looked up.
  if (parts_.draining) co_return refuse_connect({agent_refusal::draining, drain_pause}, key_id, request.peer);

  const key_record& key = *admitted.key;
  route facts{parts_.board.new_session(), key.cluster_id, std::move(request.instance_id), key.key_id,
              key.owner};
  const auto refusal =
      parts_.board.limiter().on_stream(facts, parts_.board.routes(), parts_.on.clock().now());
  if (refusal) co_return refuse_connect(*refusal, key_id, request.peer);
  parts_.board.open(on, facts, request.told, request.peer);
  remember(key);
  connect_answer answer;
  answer.granted = std::move(facts);
  answer.cluster_name = key.cluster_name;
  co_return answer;
}

task<response> agent_desk::take_response(posted_response posted) {
  const admission_result admitted = co_await authenticate(posted.key, posted.peer, attempt::post);
  if (!admitted.key) co_return refuse(admitted, posted.key, posted.peer);
  const key_record& key = *admitted.key;
  if (!posted.content) {
    if (!posted.readable_id.empty()) fail_unreadable(key, posted);
    co_return make_refusal(400, posted.malformed);
  }
  parts_.board.statuses().on_signal(key.cluster_id, liveness_signal::response_post,
                                    parts_.on.clock().wall_now());
  const response_verdict verdict =
      parts_.board.on_response({key.cluster_id, key.key_id}, std::move(*posted.content), posted.bytes);
  const int status = parts_.policy.response_status(verdict);
  if (status == 200) co_return make_answer(200, protocol::print_ok());
  co_return make_refusal(status, status == 410 ? "the command's deadline has passed" : "unknown request");
}

// Its agent has no other answer to give, so the caller need not wait for one.
void agent_desk::fail_unreadable(const key_record& key, const posted_response& posted) {
  protocol::command_response failure;
  failure.request_id = posted.readable_id;
  failure.error = "the agent's answer was malformed";
  failure.error_code = protocol::command_error::internal;
  static_cast<void>(parts_.board.on_response({key.cluster_id, key.key_id}, std::move(failure), 0));
}

task<response> agent_desk::take_heartbeat(std::optional<protocol::api_key> key, std::string peer) {
  const admission_result admitted = co_await authenticate(key, peer, attempt::post);
  if (!admitted.key) co_return refuse(admitted, key, peer);
  if (!parts_.board.on_heartbeat(*admitted.key)) co_return make_refusal(404, "not connected");
  const auto time = std::chrono::time_point_cast<protocol::timestamp::duration>(parts_.on.clock().wall_now());
  co_return make_answer(200, protocol::print_heartbeat_answer({true, time}));
}

}  // namespace kitfox::gateway
