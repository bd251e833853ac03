#include "gateway/command_table.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::gateway {

using runtime::mono_time;

namespace {
template <class Map, class Key>
void decrease(Map& counts, const Key& key) {
  const auto found = counts.find(key);
  KITFOX_ASSERT(found != counts.end() && found->second > 0);
  if (--found->second == 0) counts.erase(found);
}

template <class Map, class Key>
std::size_t count_in(const Map& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

template <class Map, class Key, class Number>
void erase_from(Map& sets, const Key& key, Number which) {
  const auto found = sets.find(key);
  if (found == sets.end()) return;
  found->second.erase(which);
  if (found->second.empty()) sets.erase(found);
}
}  // namespace

command_table::command_table(const gateway_limits& limits, const gateway_policy& policy)
    : limits_{limits},
      policy_{policy},
      rate_{{limits.command_rate_per_team, std::chrono::seconds{1}, limits.teams_counted_max}} {}

admission_decision command_table::admit(new_command command, mono_time now) {
  forget(now);
  constexpr duration pause = std::chrono::seconds{1};
  if (unfinished_ >= limits_.commands_max) return {admission::gateway_full, pause};
  if (count_of_team(command.owner) >= limits_.commands_per_team_max) return {admission::team_full, pause};
  if (count_in(count_by_cluster_, command.cluster_id) >= limits_.commands_per_cluster_max)
    return {admission::cluster_full, pause};
  const std::string team = command.owner.org_id + ' ' + command.owner.team_node_id;
  if (const auto retry_after = rate_.acquire(team, now)) return {admission::rate_exceeded, *retry_after};

  const number which = ++last_;
  entry& one = all_[which];
  one.request_id = std::move(command.request_id);
  one.cluster_id = std::move(command.cluster_id);
  one.owner = std::move(command.owner);
  one.deadline = command.deadline;
  one.wait_until = command.wait_until;
  const bool fresh = by_id_.emplace(one.request_id, which).second;
  KITFOX_ASSERT(fresh);
  ++count_by_team_[one.owner];
  ++count_by_cluster_[one.cluster_id];
  ++unfinished_;
  reschedule(which, one);
  return {};
}

command_table::entry* command_table::find(std::string_view request_id, number* which) {
  const auto found = by_id_.find(request_id);
  if (found == by_id_.end()) return nullptr;
  if (which != nullptr) *which = found->second;
  return &all_.at(found->second);
}

template <class Event>
command_effect command_table::apply(number which, entry& one, Event event) {
  const command_state before = one.fsm.state();
  const bool was_finished = one.fsm.finished();
  command_effect effect{one.request_id, one.cluster_id, {}, one.on};
  effect.action = event(one.fsm);
  count_queued(before, one.fsm.state());
  if (!was_finished && one.fsm.finished()) finish(which, one);
  return effect;
}

template <class Event>
command_effect command_table::apply(std::string_view request_id, Event event) {
  number which = 0;
  entry* one = find(request_id, &which);
  if (one == nullptr) return {std::string{request_id}, {}, {}, 0};
  return apply(which, *one, event);
}

command_effect command_table::on_audit_durable(std::string_view request_id) {
  return apply(request_id, [](command_fsm& fsm) { return fsm.on_audit_durable(); });
}

command_effect command_table::on_audit_failed(std::string_view request_id) {
  return apply(request_id, [](command_fsm& fsm) { return fsm.on_audit_failed(); });
}

void command_table::on_queued(std::string_view request_id, const route& by) {
  number which = 0;
  entry* one = find(request_id, &which);
  if (one == nullptr || one->fsm.finished()) return;
  leave_waiting(which, *one);
  const command_state before = one->fsm.state();
  one->fsm.on_queued();
  count_queued(before, one->fsm.state());
  one->on = by.id;
  one->key_id = by.key_id;
  one->instance_id = by.instance_id;
  by_session_[by.id].insert(which);
  reschedule(which, *one);
}

command_effect command_table::on_undelivered(std::string_view request_id, session_id by) {
  number which = 0;
  entry* one = find(request_id, &which);
  if (one == nullptr || one->on != by || one->fsm.state() != command_state::queued)
    return {std::string{request_id}, {}, {}, 0};
  leave_stream(which, *one);
  one->on = 0;
  return apply(which, *one, [](command_fsm& fsm) { return fsm.on_undelivered(); });
}

command_effect command_table::on_outbox_full(std::string_view request_id) {
  return apply(request_id, [](command_fsm& fsm) { return fsm.on_outbox_full(); });
}

command_effect command_table::on_no_route(std::string_view request_id, mono_time now) {
  number which = 0;
  entry* one = find(request_id, &which);
  if (one == nullptr) return {std::string{request_id}, {}, {}, 0};
  if (!one->fsm.finished() && one->wait_until > now) {
    one->waiting = true;
    waiting_[one->cluster_id].insert(which);
    reschedule(which, *one);
    return {one->request_id, one->cluster_id, {}, 0};
  }
  return apply(which, *one, [](command_fsm& fsm) { return fsm.on_no_route(); });
}

command_effect command_table::on_stream_opening(std::string_view request_id, mono_time until, mono_time now) {
  if (entry* one = find(request_id)) one->wait_until = std::max(one->wait_until, until);
  return on_no_route(request_id, now);
}

void command_table::on_sent(std::string_view request_id) {
  entry* one = find(request_id);
  if (one == nullptr) return;
  const command_state before = one->fsm.state();
  one->fsm.on_sent();
  count_queued(before, one->fsm.state());
}

response_effect command_table::on_response(std::string_view request_id, const response_sender& sender,
                                           mono_time now) {
  forget(now);
  number which = 0;
  entry* one = find(request_id, &which);
  if (one == nullptr) return {};
  const command_view view{one->request_id,  one->cluster_id,      one->key_id,
                          one->fsm.state(), now >= one->deadline, one->fsm.key_revoked()};
  const response_verdict verdict = policy_.judge_response(view, sender);
  const session_id from = sender.cluster_id == one->cluster_id ? one->on : 0;
  if (verdict != response_verdict::accepted) return {verdict, std::nullopt, from};
  return {verdict, apply(which, *one, [](command_fsm& fsm) { return fsm.on_answer(); }), from};
}

command_effect command_table::on_caller_left(std::string_view request_id) {
  return apply(request_id, [](command_fsm& fsm) { return fsm.on_caller_left(); });
}

std::vector<command_effect> command_table::on_stream_opened(const route& opened) {
  if (const auto lost = orphans_.find(opened.cluster_id);
      lost != orphans_.end() && !opened.instance_id.empty()) {
    const std::set<number> candidates = lost->second;
    for (const number which : candidates) {
      entry& one = all_.at(which);
      if (one.instance_id != opened.instance_id) continue;
      erase_from(orphans_, one.cluster_id, which);
      one.fsm.on_stream_resumed();
      one.lost_at.reset();
      one.on = opened.id;
      by_session_[opened.id].insert(which);
      reschedule(which, one);
    }
  }
  std::vector<command_effect> effects;
  const auto waiters = waiting_.find(opened.cluster_id);
  if (waiters == waiting_.end()) return effects;
  const std::set<number> ready = waiters->second;
  for (const number which : ready) {
    entry& one = all_.at(which);
    leave_waiting(which, one);
    effects.push_back({one.request_id, one.cluster_id, {std::nullopt, command_follow_up::route}, 0});
  }
  return effects;
}

std::vector<command_table::number> command_table::take_session(session_id id) {
  const auto found = by_session_.find(id);
  if (found == by_session_.end()) return {};
  std::vector<number> taken{found->second.begin(), found->second.end()};
  by_session_.erase(found);
  return taken;
}

std::vector<command_effect> command_table::on_stream_ended(const route& ended, stream_departure how,
                                                           mono_time now) {
  std::vector<command_effect> effects;
  for (const number which : take_session(ended.id)) {
    entry& one = all_.at(which);
    const resend_permission again =
        policy_.may_send_again(one.fsm.state()) ? resend_permission::granted : resend_permission::refused;
    one.on = 0;
    command_effect effect =
        apply(which, one, [again](command_fsm& fsm) { return fsm.on_stream_ended(again); });
    // What was not sent may wait as long for another stream as what was sent waits for its answer.
    if (one.fsm.state() == command_state::admitted)
      one.wait_until = std::max(one.wait_until, now + limits_.loss_grace);
    if (one.fsm.state() == command_state::orphaned) {
      if (const auto grace =
              how == stream_departure::lost ? policy_.report_loss_after(limits_.loss_grace) : std::nullopt)
        one.lost_at = now + *grace;
      orphans_[one.cluster_id].insert(which);
      reschedule(which, one);
    }
    if (effect.action.tell || effect.action.then != command_follow_up::none)
      effects.push_back(std::move(effect));
  }
  return effects;
}

std::vector<command_effect> command_table::on_key_revoked(const route& ended) {
  std::vector<command_effect> effects;
  for (const number which : take_session(ended.id)) {
    entry& one = all_.at(which);
    one.on = 0;
    effects.push_back(apply(which, one, [](command_fsm& fsm) { return fsm.on_key_revoked(); }));
  }
  const auto lost = orphans_.find(ended.cluster_id);
  if (lost == orphans_.end()) return effects;
  const std::set<number> candidates = lost->second;
  for (const number which : candidates) {
    entry& one = all_.at(which);
    if (one.key_id != ended.key_id) continue;
    effects.push_back(apply(which, one, [](command_fsm& fsm) { return fsm.on_key_revoked(); }));
  }
  return effects;
}

std::vector<command_effect> command_table::on_stop() {
  std::vector<number> open;
  for (const auto& [which, one] : all_)
    if (!one.fsm.finished()) open.push_back(which);
  std::sort(open.begin(), open.end());
  std::vector<command_effect> effects;
  for (const number which : open) {
    entry& one = all_.at(which);
    effects.push_back(apply(which, one, [](command_fsm& fsm) {
      if (fsm.state() == command_state::admitted) return fsm.on_no_route();
      static_cast<void>(fsm.on_stream_ended(resend_permission::refused));
      return fsm.on_loss_confirmed();
    }));
  }
  return effects;
}

std::vector<command_effect> command_table::on_time(mono_time now) {
  std::vector<command_effect> effects;
  for (const number which : due_.take_due(now)) {
    entry& one = all_.at(which);
    if (now >= one.deadline) {
      effects.push_back(apply(which, one, [](command_fsm& fsm) { return fsm.on_deadline(); }));
    } else if (one.lost_at && now >= *one.lost_at) {
      effects.push_back(apply(which, one, [](command_fsm& fsm) { return fsm.on_loss_confirmed(); }));
    } else if (one.waiting) {
      leave_waiting(which, one);
      effects.push_back(apply(which, one, [](command_fsm& fsm) { return fsm.on_no_route(); }));
    }
  }
  forget(now);
  return effects;
}

std::optional<command_state> command_table::find_state(std::string_view request_id) const {
  const auto found = by_id_.find(request_id);
  if (found == by_id_.end()) return std::nullopt;
  return all_.at(found->second).fsm.state();
}

std::size_t command_table::count_of_team(const tenant& owner) const {
  return count_in(count_by_team_, owner);
}

void command_table::count_queued(command_state before, command_state after) {
  if (before != command_state::queued && after == command_state::queued) ++queued_;
  if (before == command_state::queued && after != command_state::queued) --queued_;
}

void command_table::leave_stream(number which, entry& one) {
  if (one.on != 0) erase_from(by_session_, one.on, which);
  erase_from(orphans_, one.cluster_id, which);
}

void command_table::leave_waiting(number which, entry& one) {
  if (!one.waiting) return;
  one.waiting = false;
  erase_from(waiting_, one.cluster_id, which);
  reschedule(which, one);
}

void command_table::reschedule(number which, const entry& one) {
  mono_time due = one.deadline;
  if (one.lost_at) due = std::min(due, *one.lost_at);
  if (one.waiting) due = std::min(due, one.wait_until);
  due_.set(which, due);
}

void command_table::finish(number which, entry& one) {
  leave_waiting(which, one);
  leave_stream(which, one);
  due_.erase(which);
  decrease(count_by_team_, one.owner);
  decrease(count_by_cluster_, one.cluster_id);
  --unfinished_;
  finished_.push_back({which, one.deadline + limits_.finished_kept});
}

void command_table::forget(mono_time now) {
  while (!finished_.empty() &&
         (finished_.size() > limits_.finished_commands_max || finished_.front().forget_at <= now)) {
    const auto found = all_.find(finished_.front().which);
    by_id_.erase(found->second.request_id);
    all_.erase(found);
    finished_.pop_front();
  }
}

}  // namespace kitfox::gateway
