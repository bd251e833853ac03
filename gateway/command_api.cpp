#include "gateway/command_api.hpp"

#include <array>
#include <utility>

#include "gateway/caller_api.hpp"
#include "gateway/digest.hpp"
#include "protocol/ids.hpp"
#include "protocol/keys.hpp"
#include "runtime/errc.hpp"

namespace kitfox::gateway {

using protocol::command_error;
using runtime::task;
using runtime::http::exchange;
using runtime::http::response;
using runtime::http::target_parts;

namespace {
response answer_failure(int status, command_error code, std::string_view sentence) {
  protocol::execute_answer body;
  body.error = sentence;
  body.error_code = code;
  return make_answer(status, protocol::print_execute_answer(body));
}

response answer_busy(std::string_view sentence, duration retry_after) {
  return with_retry_after(answer_failure(429, command_error::busy, sentence), retry_after);
}

/// What an offline cluster, an unknown one and another tenant's have in common (RTE-2, ISO-2).
response answer_unavailable() {
  return answer_failure(200, command_error::unavailable, "cluster is not connected");
}

response answer_store_down() {
  return with_retry_after(make_refusal(503, "the cluster registry cannot be read at the moment"),
                          std::chrono::seconds{5});
}

std::string_view sentence_of(command_end end) {
  switch (end) {
    case command_end::answered:
      return "the agent reported a failure without a text";
    case command_end::unavailable:
      return "the cluster is not connected, or the connection was lost";
    case command_end::busy:
      return "the agent's queue is full";
    case command_end::expired:
      return "the deadline passed before the command was sent";
    case command_end::timeout:
      return "the agent did not answer before the deadline";
    case command_end::cancelled:
      return "the command was cancelled";
    case command_end::refused:
      return "the command could not be recorded in the audit, so it was not sent";
  }
  return "the command failed";
}

std::string_view sentence_of(admission verdict) {
  switch (verdict) {
    case admission::admitted:
      return "";
    case admission::gateway_full:
      return "the gateway has too many unfinished commands";
    case admission::team_full:
      return "the team has too many unfinished commands";
    case admission::cluster_full:
      return "the cluster has too many unfinished commands";
    case admission::rate_exceeded:
      return "the team sends commands too fast";
  }
  return "";
}

/// No option: agents know a closed list of commands whose names are far shorter.
constexpr std::size_t command_name_size_max = 128;
constexpr duration watch_callers_after = std::chrono::milliseconds{50};
}  // namespace

command_api::command_api(api_parts parts, store& clusters)
    : parts_{parts},
      clusters_{clusters},
      idempotency_{parts.options.limits},
      chance_{parts.on.entropy().child("request ids")} {}

runtime::result<std::optional<cluster_record>> command_api::find_cluster(
    const protocol::execute_request& request, const tenant& caller) {
  auto found = request.cluster_id ? clusters_.find_cluster(*request.cluster_id)
                                  : clusters_.find_cluster_by_name(caller, *request.cluster_name);
  if (found.has_error()) return found;
  const auto& cluster = found.value();
  const bool usable = cluster && !cluster->revoked_at && parts_.policy.owns(caller, cluster->owner);
  if (!usable) return std::optional<cluster_record>{};
  return found;
}

void command_api::audit_unsent(const checked_request& checked, const principal& who, command_error code) {
  audit_record record;
  record.kind = audit_kind::command_outcome;
  record.actor = who.name;
  record.org_id = checked.owner.org_id;
  record.team_node_id = checked.owner.team_node_id;
  if (checked.request.cluster_id) record.cluster_id = *checked.request.cluster_id;
  if (checked.request.cluster_name) record.cluster_name = *checked.request.cluster_name;
  record.command = checked.request.command;
  record.params_hash = checked.params_hash;
  record.outcome = protocol::to_string(code);
  // One team's busy calls must not use up the room of other teams' commands.
  static_cast<void>(parts_.audit.append(record, audit_room::refusals));
}

std::optional<response> command_api::check(const std::string& body, const principal& who,
                                           checked_request& out) {
  const gateway_limits& limits = parts_.options.limits;
  protocol::diagnostics diag;
  auto parsed = protocol::parse_execute_request(body, diag, {limits.body_bytes_max, limits.json_depth_max});
  if (parsed.has_error()) return make_refusal(400, diag.to_string());
  out.request = std::move(parsed.value());
  if (out.request.command.empty() || out.request.command.size() > command_name_size_max)
    return make_refusal(400, "/command: expected 1 to 128 bytes");
  tenant_access owner = claim_tenant(parts_, who, {out.request.org_id, out.request.team_node_id});
  if (owner.refusal) return std::move(owner.refusal);
  out.owner = std::move(*owner.granted);
  out.params_hash =
      protocol::hash_secret(protocol::print_json(out.request.params.get()), parts_.options.pepper);
  const auto cluster = find_cluster(out.request, out.owner);
  if (cluster.has_error()) return answer_store_down();
  if (!cluster.value()) {
    audit_unsent(out, who, command_error::unavailable);
    return answer_unavailable();
  }
  out.cluster_id = cluster.value()->cluster_id;
  return std::nullopt;
}

command_api::begun command_api::begin(checked_request& checked, const principal& who) {
  std::array<std::byte, 16> random{};
  chance_->fill({reinterpret_cast<unsigned char*>(random.data()), random.size()});
  std::string request_id = protocol::make_request_id(random);
  const auto& key = checked.request.idempotency_key;
  if (key) {
    const std::string body_hash = sha256_hex(protocol::print_execute_request(checked.request));
    const idempotency_decision known =
        idempotency_.begin(checked.owner, *key, body_hash, request_id, parts_.on.clock().now());
    switch (known.verdict) {
      case idempotency_verdict::fresh:
        break;
      case idempotency_verdict::running:
        return {std::nullopt, parts_.board.find_call(known.request_id), false};
      case idempotency_verdict::replay:
        return {make_answer(200, known.answer)};
      case idempotency_verdict::conflict:
        return {make_refusal(409, "the idempotency key was used for another call")};
      case idempotency_verdict::full:
        audit_unsent(checked, who, command_error::busy);
        return {answer_busy("too many calls with idempotency keys", std::chrono::seconds{1})};
    }
  }
  command_order order;
  order.cluster_id = checked.cluster_id;
  order.owner = checked.owner;
  order.actor = who.name;
  order.command = checked.request.command;
  order.params_hash = checked.params_hash;
  order.params = std::move(checked.request.params);
  order.timeout = checked.request.timeout;
  order.wait = checked.request.wait.value_or(std::chrono::milliseconds{0});
  auto admitted = parts_.board.admit(std::move(request_id), std::move(order));
  if (admitted.call) {
    if (key) {
      admitted.call->keyed = true;
      admitted.call->on_finished = [this, owner = checked.owner, name = *key](pending_call& ended) {
        remember(owner, name, ended);
      };
    }
    return {std::nullopt, std::move(admitted.call), true};
  }
  if (key) idempotency_.drop(checked.owner, *key);
  audit_unsent(checked, who, command_error::busy);
  return {answer_busy(sentence_of(admitted.decision.verdict), admitted.decision.retry_after)};
}

task<void> command_api::watch_caller(exchange& call, std::shared_ptr<pending_call> of, bool& left) {
  const runtime::error_code failure = co_await call.client_gone();
  // A caller that sends more before it has its answer is still there.
  if (failure == runtime::errc::cancelled || failure == runtime::http::errc::unexpected_bytes) co_return;
  left = true;
  of->done.notify_all();
}

// Most answers come before it would be worth while to watch the caller's connection.
task<void> command_api::wait_for(exchange& call, std::shared_ptr<pending_call> of) {
  ++of->waiters;
  bool left = false;
  bool patient = true;
  runtime::task_group watch{parts_.on};
  runtime::deadline_queue::timer watch_after{parts_.board.deadlines(), [&patient, of] {
                                               patient = false;
                                               of->done.notify_all();
                                             }};
  watch_after.arm_in(watch_callers_after);
  while (!of->outcome && !left) {
    if (!patient && watch.size() == 0) watch.spawn("caller watch", watch_caller(call, of, left));
    const runtime::error_code cancelled = co_await of->done.wait();
    if (cancelled) left = true;
  }
  watch.cancel();
  co_await watch.join();
  parts_.board.leave(*of);
}

const std::string& command_api::print_outcome(pending_call& of) {
  if (!of.answer.empty()) return of.answer;
  command_outcome& outcome = *of.outcome;
  const auto error = error_of(outcome);
  protocol::execute_answer body;
  body.ok = !error;
  body.request_id = of.command().request_id;
  if (outcome.end == command_end::answered) {
    protocol::command_response& told = outcome.response;
    body.truncated = told.truncated;
    body.detail = std::move(told.detail);
    if (!error) body.result = std::move(told.result);
  }
  if (error) {
    const std::string& told = outcome.response.error;
    body.error = told.empty() ? std::string{sentence_of(outcome.end)} : told;
    body.error_code = error;
  }
  of.answer = protocol::print_execute_answer(body);
  return of.answer;
}

response command_api::answer_outcome(pending_call& of) {
  const std::string& text = print_outcome(of);
  switch (of.outcome->end) {
    case command_end::busy:
      return with_retry_after(make_answer(429, text), std::chrono::seconds{1});
    case command_end::refused:
      return with_retry_after(make_answer(503, text), std::chrono::seconds{5});
    case command_end::answered:
    case command_end::unavailable:
    case command_end::expired:
    case command_end::timeout:
    case command_end::cancelled:
      return make_answer(200, text);
  }
  return make_answer(200, text);
}

void command_api::remember(const tenant& owner, const std::string& key, pending_call& ended) {
  // What was never sent may be tried again under the same key.
  if (ended.was_sent)
    idempotency_.finish(owner, key, print_outcome(ended), parts_.on.clock().now());
  else
    idempotency_.drop(owner, key);
}

task<void> command_api::serve_execute(exchange& call, principal who) {
  checked_request checked;
  std::optional<response> answer;
  if (parts_.board.stopped())
    answer = with_retry_after(make_refusal(503, "the gateway is shutting down"), std::chrono::seconds{5});
  else
    answer = check(call.incoming().body, who, checked);
  if (!answer) {
    begun started = begin(checked, who);
    answer = std::move(started.refusal);
    if (const std::shared_ptr<pending_call> of = started.call) {  // owners: see switchboard::admitted_call
      if (started.fresh) co_await parts_.board.launch(of);
      co_await wait_for(call, of);
      if (of->outcome) answer = answer_outcome(*of);
    }
  }
  // Without an answer the caller has left.
  if (!answer) {
    call.close();
    co_return;
  }
  static_cast<void>(co_await call.respond(std::move(*answer)));
}

std::optional<protocol::cluster_entry> command_api::describe(const cluster_record& cluster) const {
  if (!parts_.board.connected(cluster.cluster_id)) return std::nullopt;
  protocol::cluster_entry entry;
  entry.cluster_id = cluster.cluster_id;
  entry.cluster_name = cluster.cluster_name;
  entry.org_id = cluster.owner.org_id;
  entry.team_node_id = cluster.owner.team_node_id;
  const auto to_timestamp = [](runtime::wall_time at) {
    return std::chrono::time_point_cast<protocol::timestamp::duration>(at);
  };
  if (const cluster_status_entry* status = parts_.board.statuses().find(cluster.cluster_id)) {
    entry.connected_at = to_timestamp(status->connected_at);
    if (status->last_seen) entry.last_heartbeat = to_timestamp(*status->last_seen);
    entry.agent_version = status->facts.agent_version;
    entry.kubernetes_version = status->facts.kubernetes_version;
    entry.node_count = status->facts.node_count;
  }
  return entry;
}

response command_api::list_connected(const principal& who, const target_parts& target) {
  tenant_access owner = claim_tenant(parts_, who, claim_of(target));
  if (owner.refusal) return std::move(*owner.refusal);
  const auto all = clusters_.list_clusters(*owner.granted, store::revoked_ones::left_out);
  if (all.has_error()) return answer_store_down();
  protocol::cluster_list list;
  for (const cluster_record& cluster : all.value())
    if (auto entry = describe(cluster)) list.clusters.push_back(std::move(*entry));
  return make_answer(200, protocol::print_cluster_list(list));
}

response command_api::get_connected(const principal& who, const target_parts& target,
                                    const std::string& cluster_id) {
  tenant_access owner = claim_tenant(parts_, who, claim_of(target));
  if (owner.refusal) return std::move(*owner.refusal);
  const auto found = clusters_.find_cluster(cluster_id);
  if (found.has_error()) return answer_store_down();
  std::optional<protocol::cluster_entry> entry;
  if (found.value() && parts_.policy.owns(*owner.granted, found.value()->owner))
    entry = describe(*found.value());
  if (!entry) return make_refusal(404, "no such cluster is connected");
  return make_answer(200, protocol::print_cluster_entry(*entry));
}

response command_api::stats(const principal& who, const target_parts& target) {
  tenant_access owner = claim_tenant(parts_, who, claim_of(target));
  if (owner.refusal) return std::move(*owner.refusal);
  return make_answer(
      200, "{\"connected_agents\":" + std::to_string(parts_.board.routes().count_of_team(*owner.granted)) +
               ",\"commands_in_flight\":" +
               std::to_string(parts_.board.commands().count_of_team(*owner.granted)) + "}");
}

}  // namespace kitfox::gateway
