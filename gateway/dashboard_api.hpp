#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/answers.hpp"
#include "gateway/api_parts.hpp"
#include "gateway/key_writer.hpp"
#include "protocol/dashboard_messages.hpp"
#include "protocol/keys.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::gateway {

/// Clusters and keys of a team (`/api/v1/team/k8s-clusters...`). A trusted service names the team by the
/// query fields org_id and team_node_id.
class dashboard_api {
 public:
  using response = runtime::http::response;
  using target_parts = runtime::http::target_parts;

  dashboard_api(api_parts parts, registry_parts registry);
  /// Makes the cluster and its first key; neither stays without an audit record.
  [[nodiscard]] runtime::task<response> create_cluster(principal who, target_parts target, std::string body);
  [[nodiscard]] response list_clusters(const principal& who, const target_parts& target);
  [[nodiscard]] response get_cluster(const principal& who, const target_parts& target,
                                     const std::string& cluster_id);
  /// Answers once every stream of the cluster is closed, every command on them has failed and the audit says
  /// so; 503 when it cannot, with the keys revoked all the same.
  [[nodiscard]] runtime::task<response> revoke_cluster(principal who, target_parts target,
                                                       std::string cluster_id);
  /// As create_cluster().
  [[nodiscard]] runtime::task<response> create_key(principal who, target_parts target,
                                                   std::string cluster_id);
  [[nodiscard]] response list_keys(const principal& who, const target_parts& target,
                                   const std::string& cluster_id);
  /// As revoke_cluster(), for one key.
  [[nodiscard]] runtime::task<response> revoke_key(principal who, target_parts target, std::string cluster_id,
                                                   std::string key_id);

 private:
  /// The caller's cluster, or the answer that ends the call.
  struct located {
    std::optional<response> refusal{};
    cluster_record cluster{};
  };
  [[nodiscard]] located locate(const principal& who, const target_parts& target,
                               const std::string& cluster_id);
  struct minted {
    protocol::api_key key;
    key_record record;
  };
  [[nodiscard]] minted mint(const cluster_record& cluster);
  [[nodiscard]] std::string helm_command(const cluster_record& cluster, const protocol::api_key& key) const;
  [[nodiscard]] protocol::dashboard_cluster describe(const cluster_record& cluster) const;
  /// Writes one record for each key and waits until they are durable. Errors: those of audit_log.
  [[nodiscard]] runtime::task<runtime::error_code> record(audit_kind kind, const principal& who,
                                                          const cluster_record& cluster,
                                                          std::span<const std::string> key_ids);
  runtime::result<std::uint64_t> append(audit_kind kind, const principal& who, const cluster_record& cluster,
                                        std::string_view key_id);
  /// Ends the streams of those keys and reports it.
  [[nodiscard]] runtime::task<response> finish_revocation(const principal& who, const cluster_record& cluster,
                                                          std::vector<std::string> key_ids,
                                                          runtime::mono_time began);

  api_parts parts_;
  store& clusters_;
  key_writer& changes_;
  std::unique_ptr<runtime::entropy> chance_;
};

}  // namespace kitfox::gateway
