#include "gateway/switchboard.hpp"

#include <algorithm>
#include <utility>

#include "gateway/agent_shard.hpp"
#include "protocol/error_list.hpp"
#include "runtime/assert.hpp"

namespace kitfox::gateway {

using protocol::command_error;
using runtime::error_code;
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
/// A busy agent is no reason to ask every other one of a large cluster. No option: it bounds the work for one
/// command, and outbox_commands_max and outbox_bytes_max are what an operator turns when agents are busy.
constexpr std::size_t full_streams_tried_max = 2;
/// `connected` may reach an agent before its shard has told us that it was written: a command that comes in
/// between waits so long. No option: it covers a race of two threads, which takes microseconds; the command's
/// own deadline comes first if it is shorter.
constexpr duration opening_patience = std::chrono::seconds{1};

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
      cuts_{on.executor()},
      deadlines_{on} {
  timer_.emplace(deadlines_, [this] { on_timer(); });
}

switchboard::~switchboard() = default;

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
  error_code failure;
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
      if (stream_link* line = effect.action.tell ? find(effect.on) : nullptr)
        line->shard.on_command_ended(effect.on, effect.request_id);
      break;
    case command_follow_up::route:
      send(effect.request_id);
      break;
    case command_follow_up::withdraw:
      if (stream_link* line = find(effect.on)) {
        release(*line, effect.request_id);
        line->shard.withdraw(effect.on, effect.request_id);
      }
      break;
  }
  if (effect.action.tell) finish(effect.request_id, {*effect.action.tell, {}});
}

outbox_answer switchboard::reserve(stream_link& line, const std::string& request_id, std::size_t bytes) {
  const gateway_limits& limits = options_.limits;
  if (line.cut) return outbox_answer::closed;
  if (line.undelivered.size() >= limits.outbox_commands_max ||
      line.undelivered_bytes + bytes > limits.outbox_bytes_max)
    return outbox_answer::full;
  line.undelivered.emplace(request_id, bytes);
  line.undelivered_bytes += bytes;
  return outbox_answer::taken;
}

void switchboard::release(stream_link& line, const std::string& request_id) {
  const auto found = line.undelivered.find(request_id);
  if (found == line.undelivered.end()) return;
  line.undelivered_bytes -= found->second;
  line.undelivered.erase(found);
}

void switchboard::send(std::string_view request_id) {
  const auto found = calls_.find(std::string{request_id});
  if (found == calls_.end()) return;
  pending_call& call = *found->second;
  call.tried.clear();
  call.full = 0;
  // A command that had to wait gets what is left of its time; an agent of the base protocol knows no
  // deadline.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(call.deadline - now());
  protocol::command_event& event = call.command();
  if (left + std::chrono::seconds{1} < event.timeout)
    event.timeout = std::max(left, std::chrono::milliseconds{1});
  try_streams(call);
}

bool switchboard::is_opening(std::string_view cluster_id) const {
  const std::span<const route> all = routes_.of_cluster(cluster_id);
  return std::any_of(all.begin(), all.end(),
                     [](const route& one) { return one.health == route_health::opening; });
}

void switchboard::try_streams(pending_call& call) {
  const std::string& request_id = call.command().request_id;
  while (call.full < full_streams_tried_max) {
    const auto chosen = routes_.choose(call.cluster_id, call.tried);
    if (!chosen) {
      if (call.full != 0)
        perform(commands_.on_outbox_full(request_id));
      else if (is_opening(call.cluster_id))
        perform(commands_.on_stream_opening(request_id, now() + opening_patience, now()));
      else
        perform(commands_.on_no_route(request_id, now()));
      return;
    }
    stream_link* line = find(*chosen);
    std::string bytes = policy_.encode_event(call.event);
    const outbox_answer answer =
        line == nullptr ? outbox_answer::closed : reserve(*line, request_id, bytes.size());
    if (answer == outbox_answer::taken) {
      commands_.on_queued(request_id, line->facts);
      line->shard.deliver(*chosen, request_id, std::move(bytes));  // on_refused() goes on, if need be
      return;
    }
    if (answer == outbox_answer::full) ++call.full;
    call.tried.push_back(*chosen);
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

std::vector<session_id> switchboard::lines() const {
  std::vector<session_id> ids;
  ids.reserve(open_.size());
  for (const auto& [id, line] : open_) ids.push_back(id);
  return ids;
}

void switchboard::retire(session_id stream, stream_end why) {
  if (stream_link* line = find(stream)) line->shard.retire(stream, why);
}

void switchboard::stop() {
  stopped_ = true;
  perform(commands_.on_stop());
  for (const session_id id : lines())
    if (stream_link* line = find(id)) cut(*line, stream_end::stopped);
  timer_->disarm();
  deadlines_.stop();
}

bool switchboard::connected(std::string_view cluster_id) const {
  const std::span<const route> all = routes_.of_cluster(cluster_id);
  return std::any_of(all.begin(), all.end(),
                     [](const route& one) { return one.health != route_health::opening; });
}

switchboard::stream_link* switchboard::find(session_id id) {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second;
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
