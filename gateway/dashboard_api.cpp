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

template <std::size_t Size>
std::array<std::byte, Size> draw(runtime::entropy& from) {
  std::array<std::byte, Size> bytes{};
  from.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return bytes;
}

constexpr std::string_view chart_default_url = "https://orchestrator.incidentfox.ai/gateway";
}  // namespace

dashboard_api::dashboard_api(api_parts parts, store& clusters)
    : parts_{parts}, clusters_{clusters}, chance_{parts.on.entropy().child("keys")} {}

dashboard_api::located dashboard_api::locate(const principal& who, const target_parts& target,
                                             const std::string& cluster_id) {
  const tenant_claim claim = claim_of(target);
  const tenant_decision owner = decide_tenant(who, claim.org_id, claim.team_node_id);
  if (!owner.granted) return {refuse_tenant(owner.why)};
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

void dashboard_api::append(audit_kind kind, const principal& who, const cluster_record& cluster,
                           std::string_view key_id) {
  audit_record entry;
  entry.kind = kind;
  entry.actor = who.name;
  entry.org_id = cluster.owner.org_id;
  entry.team_node_id = cluster.owner.team_node_id;
  entry.cluster_id = cluster.cluster_id;
  entry.cluster_name = cluster.cluster_name;
  entry.key_id = key_id;
  entry.outcome = "ok";
  // A full backlog is counted by the log itself.
  static_cast<void>(parts_.audit.append(entry));
}

dashboard_api::response dashboard_api::create_cluster(const principal& who, const target_parts& target,
                                                      const std::string& body) {
  const tenant_claim claim = claim_of(target);
  const tenant_decision owner = decide_tenant(who, claim.org_id, claim.team_node_id);
  if (!owner.granted) return refuse_tenant(owner.why);
  protocol::diagnostics diag;
  const auto wanted = protocol::parse_create_cluster_request(body, diag);
  if (wanted.has_error()) return make_refusal(400, diag.to_string());

  cluster_record cluster;
  const auto random = draw<16>(*chance_);
  cluster.cluster_id = "cl_" + protocol::encode_base64url(random);
  cluster.cluster_name = wanted.value().cluster_name;
  cluster.display_name = wanted.value().display_name.value_or(cluster.cluster_name);
  cluster.owner = *owner.granted;
  cluster.created_at = parts_.on.clock().wall_now();
  const minted first = mint(cluster);
  const error_code failure =
      clusters_.create_cluster(cluster, first.record, parts_.options.limits.clusters_per_team_max);
  if (failure) return answer_failure(failure);
  append(audit_kind::cluster_created, who, cluster, first.record.key_id);
  protocol::create_cluster_answer answer{cluster.cluster_id, cluster.cluster_name, cluster.display_name,
                                         std::string{first.key.reveal()}, helm_command(cluster, first.key)};
  return make_answer(201, protocol::print_create_cluster_answer(answer));
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
  const tenant_claim claim = claim_of(target);
  const tenant_decision owner = decide_tenant(who, claim.org_id, claim.team_node_id);
  if (!owner.granted) return refuse_tenant(owner.why);
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

dashboard_api::response dashboard_api::revoke_cluster(const principal& who, const target_parts& target,
                                                      const std::string& cluster_id) {
  const runtime::mono_time began = parts_.on.clock().now();
  const located found = locate(who, target, cluster_id);
  if (found.refusal) return *found.refusal;
  const auto keys = clusters_.revoke_cluster(cluster_id, parts_.on.clock().wall_now());
  if (keys.has_error()) return answer_failure(keys.error());
  for (const std::string& key_id : keys.value()) {
    parts_.board.revoke(cluster_id, key_id);
    append(audit_kind::revoke, who, found.cluster, key_id);
  }
  parts_.numbers.observe_revocation(parts_.on.clock().now() - began);
  response answer;
  answer.status = 204;
  return answer;
}

dashboard_api::response dashboard_api::create_key(const principal& who, const target_parts& target,
                                                  const std::string& cluster_id) {
  const located found = locate(who, target, cluster_id);
  if (found.refusal) return *found.refusal;
  const minted fresh = mint(found.cluster);
  if (const error_code failure = clusters_.add_key(fresh.record, parts_.options.limits.keys_per_cluster_max))
    return answer_failure(failure);
  append(audit_kind::key_created, who, found.cluster, fresh.record.key_id);
  const nlohmann::json answer{{"key_id", fresh.record.key_id},
                              {"cluster_id", cluster_id},
                              {"token", fresh.key.reveal()},
                              {"created_at", protocol::print_rfc3339(to_timestamp(fresh.record.created_at))},
                              {"helm_install_command", helm_command(found.cluster, fresh.key)}};
  return make_answer(201, protocol::print_json(answer));
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

dashboard_api::response dashboard_api::revoke_key(const principal& who, const target_parts& target,
                                                  const std::string& cluster_id, const std::string& key_id) {
  const runtime::mono_time began = parts_.on.clock().now();
  const located found = locate(who, target, cluster_id);
  if (found.refusal) return *found.refusal;
  const auto key = clusters_.find_key(key_id);
  if (key.has_error()) return answer_failure(key.error());
  if (!key.value() || key.value()->cluster_id != cluster_id) return answer_failure(gateway_errc::not_found);
  if (const error_code failure = clusters_.revoke_key(key_id, parts_.on.clock().wall_now()))
    return answer_failure(failure);
  parts_.board.revoke(cluster_id, key_id);
  append(audit_kind::revoke, who, found.cluster, key_id);
  parts_.numbers.observe_revocation(parts_.on.clock().now() - began);
  response answer;
  answer.status = 204;
  return answer;
}

}  // namespace kitfox::gateway
