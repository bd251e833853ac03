#pragma once
#include <memory>
#include <string>

#include "gateway/agent_api.hpp"
#include "gateway/store.hpp"
#include "protocol/dashboard_messages.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::gateway {

/// Clusters and keys of a team (`/api/v1/team/k8s-clusters...`). A trusted service names the team by the
/// query fields org_id and team_node_id.
class dashboard_api {
 public:
  using response = runtime::http::response;
  using target_parts = runtime::http::target_parts;

  dashboard_api(api_parts parts, store& clusters);
  [[nodiscard]] response create_cluster(const principal& who, const target_parts& target,
                                        const std::string& body);
  [[nodiscard]] response list_clusters(const principal& who, const target_parts& target);
  [[nodiscard]] response get_cluster(const principal& who, const target_parts& target,
                                     const std::string& cluster_id);
  /// Answers once every stream of the cluster is closed and every command on them has failed.
  [[nodiscard]] response revoke_cluster(const principal& who, const target_parts& target,
                                        const std::string& cluster_id);
  [[nodiscard]] response create_key(const principal& who, const target_parts& target,
                                    const std::string& cluster_id);
  [[nodiscard]] response list_keys(const principal& who, const target_parts& target,
                                   const std::string& cluster_id);
  [[nodiscard]] response revoke_key(const principal& who, const target_parts& target,
                                    const std::string& cluster_id, const std::string& key_id);

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
  void append(audit_kind kind, const principal& who, const cluster_record& cluster, std::string_view key_id);

  api_parts parts_;
  store& clusters_;
  std::unique_ptr<runtime::entropy> chance_;
};

}  // namespace kitfox::gateway
