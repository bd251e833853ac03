#include "gateway/policy.hpp"

#include <algorithm>
#include <utility>

#include "protocol/keys.hpp"

namespace kitfox::gateway::reference {

using runtime::duration;

bool secret_matches(const key_record& stored, std::string_view secret, std::string_view pepper) {
  return protocol::equal_in_constant_time(protocol::hash_secret(secret, pepper), stored.secret_hash);
}

int refusal_status(agent_refusal why) {
  switch (why) {
    case agent_refusal::key_invalid:
      return 401;
    case agent_refusal::request_malformed:
      return 400;
    case agent_refusal::rate_limited:
    case agent_refusal::quota_exceeded:
      return 429;
    case agent_refusal::key_store_down:
    case agent_refusal::draining:
      return 503;
  }
  return 503;
}

bool replaces(const route& newcomer, const route& present) {
  return !newcomer.instance_id.empty() && newcomer.instance_id == present.instance_id;
}

bool unregisters(const route& ended, const route& registered) { return ended.id == registered.id; }

bool ends_with_key(const route& open, std::string_view revoked_key_id) {
  return open.key_id == revoked_key_id;
}

namespace {
/// Less is better: health first, but a stream that answers nothing is only better than a stalled one; of such
/// streams the one that failed least often.
std::pair<int, std::uint32_t> rank_of(const route& one) {
  if (one.health == route_health::stalled) return {3, one.unanswered};
  if (one.unanswered != 0) return {2, one.unanswered};
  return {one.health == route_health::healthy ? 0 : 1, 0};
}
}  // namespace

std::optional<session_id> choose_route(std::span<const route> of_cluster) {
  const route* best = nullptr;
  for (const route& one : of_cluster) {
    if (one.health == route_health::opening) continue;
    // `<=` because later ones are newer.
    if (best == nullptr || rank_of(one) <= rank_of(*best)) best = &one;
  }
  if (best == nullptr) return std::nullopt;
  return best->id;
}

bool owns(const tenant& caller, const tenant& owner_of_cluster) {
  return is_tenant(caller) && caller == owner_of_cluster;
}

bool is_evidence(liveness_signal signal) {
  switch (signal) {
    case liveness_signal::connected:
    case liveness_signal::heartbeat_post:
    case liveness_signal::response_post:
      return true;
    case liveness_signal::heartbeat_timer:
      return false;
  }
  return false;
}

std::optional<runtime::mono_time> next_heartbeat(const stream_times& of) {
  // A tenth early, so that a jittery path still brings bytes within every interval.
  return of.last_heartbeat + of.interval * 9 / 10;
}

std::optional<duration> stream_age(duration max, double jitter, double unit) {
  const double share = 1.0 + jitter * (2.0 * unit - 1.0);
  return std::chrono::duration_cast<duration>(max * share);
}

bool may_send_again(command_state state) { return state == command_state::queued; }

std::optional<duration> report_loss_after(duration grace) { return grace; }

bool ids_agree(std::string_view in_path, std::string_view in_body) { return in_path == in_body; }

response_verdict judge_response(const command_view& command, const response_sender& sender) {
  if (sender.cluster_id != command.cluster_id) return response_verdict::foreign;
  if (command.state == command_state::answered) return response_verdict::duplicate;
  if (command.key_revoked || command.deadline_passed) return response_verdict::expired;
  switch (command.state) {
    case command_state::admitted:
    case command_state::queued:
      return response_verdict::unknown;  // nobody was told this id yet
    case command_state::sent:
    case command_state::orphaned:
      return response_verdict::accepted;
    case command_state::answered:
      return response_verdict::duplicate;
    case command_state::failed:
    case command_state::cancelled:
      return response_verdict::late;
    case command_state::expired:
      return response_verdict::expired;
  }
  return response_verdict::unknown;
}

int response_status(response_verdict verdict) {
  switch (verdict) {
    case response_verdict::accepted:
    case response_verdict::duplicate:
    case response_verdict::late:
      return 200;
    case response_verdict::unknown:
    case response_verdict::foreign:
      return 404;
    case response_verdict::expired:
      return 410;
  }
  return 404;
}

std::vector<duration> spread_drain(std::size_t streams, duration window) {
  std::vector<duration> times;
  times.reserve(streams);
  for (std::size_t index = 0; index < streams; ++index)
    times.push_back(window * static_cast<std::int64_t>(index) / static_cast<std::int64_t>(streams));
  return times;
}

}  // namespace kitfox::gateway::reference
