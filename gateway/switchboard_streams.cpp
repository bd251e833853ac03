// The part of the switchboard that keeps agents' streams: opened, cut, closed, and what is known of their
// health.
#include <algorithm>
#include <utility>

#include "gateway/agent_shard.hpp"
#include "gateway/switchboard.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

namespace {
/// A revocation is answered by then, whatever holds a stream up. No option: REV-1 and REV-6 name the second.
constexpr duration cut_patience = std::chrono::seconds{1};

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

void switchboard::open(agent_shard& on, const route& one, const agent_facts& facts, std::string_view peer) {
  open_.emplace(one.id, stream_link{on, one});
  const std::vector<route> replaced = routes_.add(one);
  statuses_.on_connected(one, facts, host_.clock().wall_now());
  statuses_.on_signal(one.cluster_id, liveness_signal::connected, host_.clock().wall_now());
  audit_line(audit_kind::connect, one, "ok", peer);
  metrics_.count_connect();
  host_.events().info("agent_connected", {{"cluster_id", std::string_view{one.cluster_id}},
                                          {"key_id", std::string_view{one.key_id}},
                                          {"instance_id", std::string_view{one.instance_id}}});
  for (const route& old : replaced) {
    statuses_.on_ended(old);
    if (stream_link* line = find(old.id)) cut(*line, stream_end::replaced);
  }
  schedule();
}

void switchboard::on_health(session_id stream, route_health now_is) {
  stream_link* line = find(stream);
  if (line == nullptr) return;
  const route_health before = std::exchange(line->facts.health, now_is);
  routes_.set_health(line->facts, now_is);
  if (before == route_health::opening && !line->cut) perform(commands_.on_stream_opened(line->facts));
  schedule();
}

void switchboard::on_sending(session_id stream, std::span<const std::string> request_ids) {
  const runtime::mono_time at = now();
  stream_link* line = find(stream);
  for (const std::string& request_id : request_ids) {
    if (line != nullptr) release(*line, request_id);
    commands_.on_sent(request_id);
    const auto call = calls_.find(request_id);
    if (call == calls_.end()) continue;
    call->second->was_sent = true;
    metrics_.observe_dispatch(at - call->second->started_at);
  }
}

void switchboard::on_refused(session_id stream, std::string_view request_id, outbox_answer why) {
  if (stream_link* line = find(stream)) release(*line, std::string{request_id});
  const command_effect effect = commands_.on_undelivered(request_id, stream);
  if (effect.action.then != command_follow_up::route) return;
  const auto found = calls_.find(std::string{request_id});
  if (found == calls_.end()) return;
  if (why == outbox_answer::full) ++found->second->full;
  found->second->tried.push_back(stream);
  try_streams(*found->second);
  schedule();
}

void switchboard::on_signal(session_id stream, liveness_signal signal) {
  if (const stream_link* line = find(stream))
    statuses_.on_signal(line->facts.cluster_id, signal, host_.clock().wall_now());
}

// What was delivered to a stream may be on the wire already. Whether it is shows once the stream is cut,
// since its shard reports in order; until then its commands stay where they are, lest one runs twice.
void switchboard::cut(stream_link& line, stream_end why) {
  if (line.cut) return;
  line.cut = why;
  ++unsettled_;
  line.shard.cut(line.facts.id, why);
}

void switchboard::on_cut(session_id stream) {
  if (stream_link* line = find(stream)) settle(*line);
}

void switchboard::settle(stream_link& line) {
  if (std::exchange(line.settled, true)) return;
  --unsettled_;
  if (line.cut == stream_end::revoked) {
    perform(commands_.on_key_revoked(line.facts));
  } else if (line.cut == stream_end::replaced) {
    perform(commands_.on_stream_ended(line.facts, stream_departure::lost, now()));
    // Its successor may have been quicker.
    const route* successor = routes_.find_instance(line.facts.cluster_id, line.facts.instance_id);
    if (successor != nullptr && successor->health != route_health::opening)
      perform(commands_.on_stream_opened(route{*successor}));
  }
  cuts_.notify_all();
  schedule();
}

task<void> switchboard::await_cuts() {
  const runtime::mono_time until = now() + cut_patience;
  while (unsettled_ != 0) {
    const error_code late = co_await runtime::with_deadline(host_.clock(), until, cuts_.wait());
    if (late) co_return;
  }
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

void switchboard::close(session_id stream, stream_end why) {
  stream_link* line = find(stream);
  if (line == nullptr) return;
  if (line->cut) settle(*line);
  const route one = line->facts;
  open_.erase(stream);
  routes_.remove(one);
  statuses_.on_ended(one);
  perform(commands_.on_stream_ended(one, departure_of(why), now()));
  audit_line(audit_kind::disconnect, one, to_string(why), {});
  metrics_.count_disconnect(why);
  host_.events().info("agent_disconnected", {{"cluster_id", std::string_view{one.cluster_id}},
                                             {"key_id", std::string_view{one.key_id}},
                                             {"instance_id", std::string_view{one.instance_id}},
                                             {"reason", to_string(why)}});
  schedule();
}

void switchboard::revoke(std::string_view cluster_id, std::string_view key_id) {
  for (const route& ended : routes_.remove_by_key(cluster_id, key_id)) {
    statuses_.on_ended(ended);
    if (stream_link* line = find(ended.id)) cut(*line, stream_end::revoked);
  }
  schedule();
}

}  // namespace kitfox::gateway
