#include "gateway/dashboard_api.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/caller_api.hpp"
#include "protocol/ids.hpp"
#include "protocol/keys.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;
using runtime::wall_time;

namespace {
protocol::timestamp to_timestamp(wall_time at) {
  return std::chrono::time_point_cast<protocol::timestamp::duration>(at);
}

runtime::http::response answer_failure(error_code failure) {
  if (failure == gateway_errc::name_taken) return make_refusal(409, "cluster_name is taken");
  if (failure == gateway_errc::quota_exceeded)
    return make_refusal(409, "a quota is used up; revoke something first");
  if (failure == gateway_errc::not_found) return make_refusal(404, "no such cluster or key");
  return with_retry_after(make_refusal(503, "the cluster registry is out of order"), std::chrono::seconds{5});
}

runtime::http::response answer_unrecorded(std::string_view what) {
  return with_retry_after(make_refusal(503, what), std::chrono::seconds{5});
}

std::string print_new_key(const key_record& record, const protocol::api_key& key,
                          const std::string& command) {
  const nlohmann::json answer{{"key_id", record.key_id},
                              {"cluster_id", record.cluster_id},
                              {"token", key.reveal()},
                              {"created_at", protocol::print_rfc3339(to_timestamp(record.created_at))},
                              {"helm_install_command", command}};
  return protocol::print_json(answer);
}

constexpr std::string_view nothing_created = "nothing was created: the audit cannot be written at the moment";

template <std::size_t Size>
std::array<std::byte, Size> draw(runtime::entropy& from) {
  std::array<std::byte, Size> bytes{};
  from.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return bytes;
}

constexpr std::string_view chart_default_url = "https://orchestrator.incidentfox.ai/gateway";
}  // namespace

dashboard_api::dashboard_api(api_parts parts, registry_parts registry)
    : parts_{parts},
      clusters_{registry.clusters},
      changes_{registry.changes},
      chance_{parts.on.entropy().child("keys")} {}

dashboard_api::located dashboard_api::locate(const principal& who, const target_parts& target,
                                             const std::string& cluster_id) {
  tenant_access owner = claim_tenant(parts_, who, claim_of(target));
  if (owner.refusal) return {std::move(owner.refusal)};
  auto found = clusters_.find_cluster(cluster_id);
  if (found.has_error()) return {answer_failure(found.error())};
  if (!found.value() || !parts_.policy.owns(*owner.granted, found.value()->owner))
    return {answer_failure(gateway_errc::not_found)};
  return {std::nullopt, std::move(*found.value())};
}

dashboard_api::minted dashboard_api::mint(const cluster_record& cluster) {
  const auto id = draw<12>(*chance_);
  const auto secret = draw<32>(*chance_);
  protocol::api_key key = protocol::api_key::make(id, secret);
  key_record record;
  record.key_id = key.key_id();
  record.cluster_id = cluster.cluster_id;
  record.cluster_name = cluster.cluster_name;
  record.owner = cluster.owner;
  record.secret_hash = protocol::hash_secret(key.reveal_secret(), parts_.options.pepper);
  record.created_at = parts_.on.clock().wall_now();
  return {std::move(key), std::move(record)};
}

std::string dashboard_api::helm_command(const cluster_record& cluster, const protocol::api_key& key) const {
  std::string command =
      "helm install incidentfox-agent incidentfox/incidentfox-k8s-agent --namespace incidentfox "
      "--set apiKey=";
  command += key.reveal();
  command += " --set clusterName=" + cluster.cluster_name;
  if (parts_.options.public_url != chart_default_url)
    command += " --set gatewayUrl=" + parts_.options.public_url;
  return command;
}

runtime::result<std::uint64_t> dashboard_api::append(audit_kind kind, const principal& who,
                                                     const cluster_record& cluster, std::string_view key_id) {
  audit_record entry;
  entry.kind = kind;
  entry.actor = who.name;
  entry.org_id = cluster.owner.org_id;
  entry.team_node_id = cluster.owner.team_node_id;
  entry.cluster_id = cluster.cluster_id;
  entry.cluster_name = cluster.cluster_name;
  entry.key_id = key_id;
  entry.outcome = "ok";
  return parts_.audit.append(entry);
}

task<error_code> dashboard_api::record(audit_kind kind, const principal& who, const cluster_record& cluster,
                                       std::span<const std::string> key_ids) {
  std::uint64_t last = 0;
  for (const std::string& key_id : key_ids) {
    const auto sequence = append(kind, who, cluster, key_id);
    if (sequence.has_error()) co_return sequence.error();
    last = sequence.value();
  }
  if (parts_.policy.audit == audit_order::eventually) co_return error_code{};
  co_return co_await parts_.audit.durable(last);
}

task<dashboard_api::response> dashboard_api::create_cluster(principal who, target_parts target,
                                                            std::string body) {
  tenant_access owner = claim_tenant(parts_, who, claim_of(target));
  if (owner.refusal) co_return std::move(*owner.refusal);
  protocol::diagnostics diag;
  const auto wanted = protocol::parse_create_cluster_request(body, diag);
  if (wanted.has_error()) co_return make_refusal(400, diag.to_string());

  cluster_record cluster;
  const auto random = draw<16>(*chance_);
  cluster.cluster_id = "cl_" + protocol::encode_base64url(random);
  cluster.cluster_name = wanted.value().cluster_name;
  cluster.display_name = wanted.value().display_name.value_or(cluster.cluster_name);
  cluster.owner = *owner.granted;
  cluster.created_at = parts_.on.clock().wall_now();
  const minted first = mint(cluster);
  const error_code failure =
      co_await changes_.create_cluster(cluster, first.record, parts_.options.limits.clusters_per_team_max);
  if (failure) co_return answer_failure(failure);
  const std::vector<std::string> key_ids(1, first.record.key_id);
  if (co_await record(audit_kind::cluster_created, who, cluster, key_ids)) {
    // Should this fail too, the key stays unknown to everybody.
    static_cast<void>(co_await changes_.revoke_cluster(cluster.cluster_id, parts_.on.clock().wall_now()));
    static_cast<void>(append(audit_kind::revoke, who, cluster, first.record.key_id));
    co_return answer_unrecorded(nothing_created);
  }
  protocol::create_cluster_answer answer{cluster.cluster_id, cluster.cluster_name, cluster.display_name,
                                         std::string{first.key.reveal()}, helm_command(cluster, first.key)};
  co_return make_answer(201, protocol::print_create_cluster_answer(answer));
}

protocol::dashboard_cluster dashboard_api::describe(const cluster_record& cluster) const {
  protocol::dashboard_cluster entry;
  entry.cluster_id = cluster.cluster_id;
  entry.cluster_name = cluster.cluster_name;
  entry.display_name = cluster.display_name;
  entry.created_at = to_timestamp(cluster.created_at);
  if (cluster.revoked_at) entry.revoked_at = to_timestamp(*cluster.revoked_at);
  const cluster_status_entry* status = parts_.board.statuses().find(cluster.cluster_id);
  if (parts_.board.connected(cluster.cluster_id))
    entry.status = protocol::cluster_status::connected;
  else if (status != nullptr && status->refused)
    entry.status = protocol::cluster_status::error;
  if (status != nullptr) {
    if (status->last_seen) entry.last_heartbeat_at = to_timestamp(*status->last_seen);
    entry.agent_version = status->facts.agent_version;
    entry.kubernetes_version = status->facts.kubernetes_version;
    entry.node_count = status->facts.node_count;
  }
  return entry;
}

dashboard_api::response dashboard_api::list_clusters(const principal& who, const target_parts& target) {
  tenant_access owner = claim_tenant(parts_, who, claim_of(target));
  if (owner.refusal) return std::move(*owner.refusal);
  const bool all = target.get("include_revoked") == "true" || target.get("include_revoked") == "1";
  const auto found = clusters_.list_clusters(
      *owner.granted, all ? store::revoked_ones::included : store::revoked_ones::left_out);
  if (found.has_error()) return answer_failure(found.error());
  protocol::dashboard_list list;
  for (const cluster_record& cluster : found.value()) list.clusters.push_back(describe(cluster));
  return make_answer(200, protocol::print_dashboard_list(list));
}

dashboard_api::response dashboard_api::get_cluster(const principal& who, const target_parts& target,
                                                   const std::string& cluster_id) {
  const located found = locate(who, target, cluster_id);
  if (found.refusal) return *found.refusal;
  return make_answer(200, protocol::print_dashboard_cluster(describe(found.cluster)));
}

task<dashboard_api::response> dashboard_api::finish_revocation(const principal& who,
                                                               const cluster_record& cluster,
                                                               std::vector<std::string> key_ids,
                                                               runtime::mono_time began) {
  for (const std::string& key_id : key_ids) parts_.board.revoke(cluster.cluster_id, key_id);
  co_await parts_.board.await_cuts();
  parts_.numbers.observe_revocation(parts_.on.clock().now() - began);
  if (co_await record(audit_kind::revoke, who, cluster, key_ids))
    co_return answer_unrecorded("revoked, but the audit cannot be written at the moment");
  response answer;
  answer.status = 204;
  co_return answer;
}

task<dashboard_api::response> dashboard_api::revoke_cluster(principal who, target_parts target,
                                                            std::string cluster_id) {
  const runtime::mono_time began = parts_.on.clock().now();
  const located found = locate(who, target, cluster_id);
  if (found.refusal) co_return *found.refusal;
  auto keys = co_await changes_.revoke_cluster(cluster_id, parts_.on.clock().wall_now());
  if (keys.has_error()) co_return answer_failure(keys.error());
  co_return co_await finish_revocation(who, found.cluster, std::move(keys.value()), began);
}

task<dashboard_api::response> dashboard_api::create_key(principal who, target_parts target,
                                                        std::string cluster_id) {
  const located found = locate(who, target, cluster_id);
  if (found.refusal) co_return *found.refusal;
  const minted fresh = mint(found.cluster);
  const error_code failure =
      co_await changes_.add_key(fresh.record, parts_.options.limits.keys_per_cluster_max);
  if (failure) co_return answer_failure(failure);
  const std::vector<std::string> key_ids(1, fresh.record.key_id);
  if (co_await record(audit_kind::key_created, who, found.cluster, key_ids)) {
    // Should this fail too, the key stays unknown to everybody.
    static_cast<void>(co_await changes_.revoke_key(fresh.record.key_id, parts_.on.clock().wall_now()));
    static_cast<void>(append(audit_kind::revoke, who, found.cluster, fresh.record.key_id));
    co_return answer_unrecorded(nothing_created);
  }
  co_return make_answer(201, print_new_key(fresh.record, fresh.key, helm_command(found.cluster, fresh.key)));
}

dashboard_api::response dashboard_api::list_keys(const principal& who, const target_parts& target,
                                                 const std::string& cluster_id) {
  const located found = locate(who, target, cluster_id);
  if (found.refusal) return *found.refusal;
  const auto keys = clusters_.list_keys(cluster_id);
  if (keys.has_error()) return answer_failure(keys.error());
  nlohmann::json list = nlohmann::json::array();
  for (const key_record& key : keys.value()) {
    nlohmann::json entry{{"key_id", key.key_id},
                         {"created_at", protocol::print_rfc3339(to_timestamp(key.created_at))},
                         {"revoked_at", nullptr}};
    if (key.revoked_at) entry["revoked_at"] = protocol::print_rfc3339(to_timestamp(*key.revoked_at));
    list.push_back(std::move(entry));
  }
  const nlohmann::json answer{{"total", list.size()}, {"keys", std::move(list)}};
  return make_answer(200, protocol::print_json(answer));
}

task<dashboard_api::response> dashboard_api::revoke_key(principal who, target_parts target,
                                                        std::string cluster_id, std::string key_id) {
  const runtime::mono_time began = parts_.on.clock().now();
  const located found = locate(who, target, cluster_id);
  if (found.refusal) co_return *found.refusal;
  const auto key = clusters_.find_key(key_id);
  if (key.has_error()) co_return answer_failure(key.error());
  if (!key.value() || key.value()->cluster_id != cluster_id)
    co_return answer_failure(gateway_errc::not_found);
  const error_code failure = co_await changes_.revoke_key(key_id, parts_.on.clock().wall_now());
  if (failure) co_return answer_failure(failure);
  std::vector<std::string> key_ids(1, key_id);
  co_return co_await finish_revocation(who, found.cluster, std::move(key_ids), began);
}

}  // namespace kitfox::gateway
