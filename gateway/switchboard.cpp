#include "gateway/switchboard.hpp"

#include <algorithm>
#include <utility>

#include "gateway/agent_session.hpp"
#include "protocol/error_list.hpp"
#include "runtime/assert.hpp"

namespace kitfox::gateway {

using protocol::command_error;
using runtime::task;

std::optional<command_error> error_of(const command_outcome& outcome) {
  switch (outcome.end) {
    case command_end::answered:
      if (outcome.response.ok) return std::nullopt;
      return outcome.response.error_code.value_or(command_error::internal);
    case command_end::unavailable:
    case command_end::refused:
      return command_error::unavailable;
    case command_end::busy:
      return command_error::busy;
    case command_end::expired:
      return command_error::expired;
    case command_end::timeout:
      return command_error::timeout;
    case command_end::cancelled:
      return command_error::cancelled;
  }
  return command_error::internal;
}

namespace {
/// A busy agent is no reason to ask every other one of a large cluster.
constexpr std::size_t full_streams_tried_max = 2;

stream_departure departure_of(stream_end why) {
  switch (why) {
    case stream_end::max_age:
    case stream_end::drained:
      return stream_departure::in_order;
    case stream_end::client_gone:
    case stream_end::write_failed:
    case stream_end::write_stalled:
    case stream_end::replaced:
    case stream_end::revoked:
    case stream_end::outbox_overflow:
    case stream_end::stopped:
      return stream_departure::lost;
  }
  return stream_departure::lost;
}
}  // namespace

switchboard::switchboard(runtime::host& on, const gateway_options& options, const gateway_policy& policy,
                         audit_log& audit, metrics& numbers)
    : host_{on},
      options_{options},
      policy_{policy},
      audit_{audit},
      metrics_{numbers},
      routes_{policy},
      commands_{options.limits, policy},
      statuses_{policy, options.limits.clusters_remembered_max},
      limiter_{options.limits},
      deadlines_{on} {
  timer_.emplace(deadlines_, [this] { on_timer(); });
}

switchboard::~switchboard() = default;

// --- agents' streams

void switchboard::audit_line(audit_kind kind, const route& line, std::string_view outcome,
                             std::string_view peer) {
  audit_record record;
  record.kind = kind;
  record.actor = line.key_id;
  record.org_id = line.owner.org_id;
  record.team_node_id = line.owner.team_node_id;
  record.cluster_id = line.cluster_id;
  record.key_id = line.key_id;
  record.instance_id = line.instance_id;
  record.outcome = outcome;
  record.peer = peer;
  // A full backlog is counted by the log itself; streams go on (only commands depend on the audit).
  static_cast<void>(audit_.append(record));
}

void switchboard::open(agent_session& line, const agent_facts& facts, std::string_view peer) {
  const route& one = line.facts();
  open_.emplace(one.id, &line);
  const std::vector<route> replaced = routes_.add(one);
  statuses_.on_connected(one, facts, host_.clock().wall_now());
  on_signal(one, liveness_signal::connected);
  audit_line(audit_kind::connect, one, "ok", peer);
  metrics_.count_connect();
  host_.events().info("agent_connected", {{"cluster_id", std::string_view{one.cluster_id}},
                                          {"key_id", std::string_view{one.key_id}},
                                          {"instance_id", std::string_view{one.instance_id}}});
  for (const route& old : replaced) {
    perform(commands_.on_stream_ended(old, stream_departure::lost, now()));
    if (agent_session* session = find(old.id)) session->on_replaced();
  }
  schedule();
}

void switchboard::on_health(agent_session& line, route_health before, route_health now_is) {
  routes_.set_health(line.facts(), now_is);
  if (before == route_health::opening) perform(commands_.on_stream_opened(line.facts()));
  schedule();
}

void switchboard::on_sending(const route&, std::span<const std::string> request_ids) {
  const runtime::mono_time at = now();
  for (const std::string& request_id : request_ids) {
    commands_.on_sent(request_id);
    const auto call = calls_.find(request_id);
    if (call == calls_.end()) continue;
    call->second->was_sent = true;
    metrics_.observe_dispatch(at - call->second->started_at);
  }
}

void switchboard::on_signal(const route& line, liveness_signal signal) {
  statuses_.on_signal(line.cluster_id, signal, host_.clock().wall_now());
}

bool switchboard::on_heartbeat(const key_record& key) {
  const std::span<const route> all = routes_.of_cluster(key.cluster_id);
  const bool open = std::any_of(all.begin(), all.end(), [&](const route& one) {
    return one.key_id == key.key_id && one.health != route_health::opening;
  });
  if (!open) return false;
  routes_.on_evidence_of_key(key.cluster_id, key.key_id);
  statuses_.on_signal(key.cluster_id, liveness_signal::heartbeat_post, host_.clock().wall_now());
  return true;
}

void switchboard::close(agent_session& line, stream_end why) {
  const route& one = line.facts();
  open_.erase(one.id);
  routes_.remove(one);
  perform(commands_.on_stream_ended(one, departure_of(why), now()));
  audit_line(audit_kind::disconnect, one, to_string(why), {});
  metrics_.count_disconnect(why);
  host_.events().info("agent_disconnected", {{"cluster_id", std::string_view{one.cluster_id}},
                                             {"key_id", std::string_view{one.key_id}},
                                             {"instance_id", std::string_view{one.instance_id}},
                                             {"reason", to_string(why)}});
  schedule();
}

response_verdict switchboard::on_response(const response_sender& sender, protocol::command_response response,
                                          std::size_t bytes) {
  response_effect effect = commands_.on_response(response.request_id, sender, now());
  metrics_.count_response(effect.verdict);
  routes_.on_evidence(sender.cluster_id, effect.from);
  if (effect.effect) {
    const std::string request_id = effect.effect->request_id;
    if (const auto call = calls_.find(request_id); call != calls_.end()) {
      call->second->response_bytes = bytes;
      call->second->outcome = command_outcome{command_end::answered, std::move(response)};
    }
    perform(std::move(*effect.effect));
  }
  return effect.verdict;
}

// --- callers' commands

switchboard::admitted_call switchboard::admit(std::string request_id, command_order order) {
  KITFOX_ASSERT(!stopped_);
  const runtime::mono_time at = now();
  const runtime::mono_time deadline = at + order.timeout;
  const runtime::mono_time wait_until = std::min(deadline, at + order.wait);
  const admission_decision decision =
      commands_.admit({request_id, order.owner, order.cluster_id, deadline, wait_until}, at);
  if (decision.verdict != admission::admitted) return {decision};

  auto call = std::make_shared<pending_call>(host_.executor());
  protocol::command_event& event = call->command();
  event.request_id = request_id;
  event.command = std::move(order.command);
  event.params = std::move(order.params);
  event.timeout = order.timeout;
  event.deadline =
      std::chrono::time_point_cast<protocol::timestamp::duration>(host_.clock().wall_now() + order.timeout);
  call->cluster_id = std::move(order.cluster_id);
  call->owner = std::move(order.owner);
  call->actor = std::move(order.actor);
  call->params_hash = std::move(order.params_hash);
  call->started_at = at;
  call->deadline = deadline;
  calls_.emplace(std::move(request_id), call);
  schedule();
  return {decision, std::move(call)};
}

task<void> switchboard::launch(std::shared_ptr<pending_call> call) {
  const std::string& request_id = call->command().request_id;
  audit_record record;
  record.kind = audit_kind::command;
  record.actor = call->actor;
  record.org_id = call->owner.org_id;
  record.team_node_id = call->owner.team_node_id;
  record.cluster_id = call->cluster_id;
  record.command = call->command().command;
  record.params_hash = call->params_hash;
  record.request_id = request_id;
  runtime::error_code failure;
  if (policy_.audit == audit_order::eventually) {
    // A full backlog is counted by the log itself.
    static_cast<void>(audit_.append(record));
  } else if (audit_.down()) {
    failure = gateway_errc::audit_failed;
  } else {
    const auto sequence = audit_.append(record);
    if (sequence.has_error())
      failure = sequence.error();
    else
      failure = co_await audit_.durable(sequence.value());
  }
  perform(!failure ? commands_.on_audit_durable(request_id) : commands_.on_audit_failed(request_id));
  schedule();
}

std::shared_ptr<pending_call> switchboard::find_call(std::string_view request_id) const {
  const auto found = calls_.find(std::string{request_id});
  return found == calls_.end() ? nullptr : found->second;
}

void switchboard::leave(pending_call& call) {
  const bool goes_on = call.keyed && call.was_sent;
  if (--call.waiters == 0 && !goes_on) perform(commands_.on_caller_left(call.command().request_id));
  schedule();
}

void switchboard::perform(std::vector<command_effect> effects) {
  for (command_effect& effect : effects) perform(std::move(effect));
}

void switchboard::perform(command_effect effect) {
  if (effect.action.tell == command_end::timeout) routes_.on_unanswered(effect.cluster_id, effect.on);
  switch (effect.action.then) {
    case command_follow_up::none:
      if (agent_session* line = effect.action.tell ? find(effect.on) : nullptr)
        line->on_command_ended(effect.request_id);
      break;
    case command_follow_up::route:
      send(effect.request_id);
      break;
    case command_follow_up::withdraw:
      if (agent_session* line = find(effect.on)) line->withdraw(effect.request_id);
      break;
  }
  if (effect.action.tell) finish(effect.request_id, {*effect.action.tell, {}});
}

void switchboard::send(std::string_view request_id) {
  const auto found = calls_.find(std::string{request_id});
  if (found == calls_.end()) return;
  pending_call& call = *found->second;
  // A command that had to wait gets what is left of its time; an agent of the base protocol knows no
  // deadline.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(call.deadline - now());
  protocol::command_event& event = call.command();
  if (left + std::chrono::seconds{1} < event.timeout)
    event.timeout = std::max(left, std::chrono::milliseconds{1});
  std::vector<session_id> tried;
  for (std::size_t full = 0; full < full_streams_tried_max;) {
    const auto chosen = routes_.choose(call.cluster_id, tried);
    if (!chosen) {
      perform(full == 0 ? commands_.on_no_route(request_id, now()) : commands_.on_outbox_full(request_id));
      return;
    }
    agent_session* line = find(*chosen);
    const outbox_answer answer = line == nullptr
                                     ? outbox_answer::closed
                                     : line->deliver(event.request_id, policy_.encode_event(call.event));
    if (answer == outbox_answer::taken) {
      commands_.on_queued(request_id, line->facts());
      return;
    }
    // A stream that is about to end is as good as none.
    if (answer == outbox_answer::full) ++full;
    tried.push_back(*chosen);
  }
  perform(commands_.on_outbox_full(request_id));
}

void switchboard::finish(std::string_view request_id, command_outcome outcome) {
  const auto found = calls_.find(std::string{request_id});
  if (found == calls_.end()) return;
  const std::shared_ptr<pending_call> call = std::move(found->second);  // owners: see admitted_call
  calls_.erase(found);
  if (!call->outcome) call->outcome = std::move(outcome);
  const auto error = error_of(*call->outcome);
  const std::string_view code = error ? protocol::to_string(*error) : std::string_view{"ok"};
  metrics_.count_command(code, now() - call->started_at);
  audit_command(*call, *call->outcome, code);
  if (call->on_finished) call->on_finished(*call);
  call->done.notify_all();
}

void switchboard::audit_command(const pending_call& call, const command_outcome& outcome,
                                std::string_view code) {
  audit_record record;
  record.kind = audit_kind::command_outcome;
  record.actor = call.actor;
  record.org_id = call.owner.org_id;
  record.team_node_id = call.owner.team_node_id;
  record.cluster_id = call.cluster_id;
  record.command = call.command().command;
  record.params_hash = call.params_hash;
  record.request_id = call.command().request_id;
  record.outcome = code;
  if (outcome.end == command_end::answered) record.bytes = call.response_bytes;
  record.took = now() - call.started_at;
  // Counted by the log itself when its backlog is full; the command has ended all the same.
  static_cast<void>(audit_.append(record));
}

// --- administration

void switchboard::revoke(std::string_view cluster_id, std::string_view key_id) {
  for (const route& ended : routes_.remove_by_key(cluster_id, key_id)) {
    perform(commands_.on_key_revoked(ended));
    if (agent_session* line = find(ended.id)) line->on_revoked();
  }
  schedule();
}

std::vector<session_id> switchboard::lines() const {
  std::vector<session_id> ids;
  ids.reserve(open_.size());
  for (const auto& [id, line] : open_) ids.push_back(id);
  return ids;
}

void switchboard::retire(session_id line, stream_end why) {
  if (agent_session* session = find(line)) session->retire(why);
}

void switchboard::stop() {
  stopped_ = true;
  perform(commands_.on_stop());
  for (const session_id id : lines()) find(id)->on_stop();
  timer_->disarm();
  deadlines_.stop();
}

bool switchboard::connected(std::string_view cluster_id) const {
  const std::span<const route> all = routes_.of_cluster(cluster_id);
  return std::any_of(all.begin(), all.end(),
                     [](const route& one) { return one.health != route_health::opening; });
}

agent_session* switchboard::find(session_id id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : found->second;
}

void switchboard::schedule() {
  if (const auto due = commands_.next_deadline())
    timer_->arm(*due);
  else
    timer_->disarm();
}

void switchboard::on_timer() {
  perform(commands_.on_time(now()));
  schedule();
}

}  // namespace kitfox::gateway
