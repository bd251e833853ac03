#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/diagnostics.hpp"
#include "protocol/error.hpp"
#include "protocol/json.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::protocol {

// Messages between the dashboard and the gateway, under /api/v1/team/k8s-clusters. The rules of
// agent_messages.hpp hold.

inline constexpr std::size_t display_name_size_max = 256;

/// Body of `POST /api/v1/team/k8s-clusters`.
struct create_cluster_request {
  std::string cluster_name;                   ///< A DNS-1123 label or subdomain.
  std::optional<std::string> display_name{};  ///< At most display_name_size_max bytes.
  bool operator==(const create_cluster_request&) const = default;
};
[[nodiscard]] result<create_cluster_request> parse_create_cluster_request(std::string_view json,
                                                                          diagnostics& diag);
[[nodiscard]] std::string print_create_cluster_request(const create_cluster_request& request);

/// 201: the only message that carries a key. Never log it; it deliberately has no output operator.
struct create_cluster_answer {
  std::string cluster_id;
  std::string cluster_name;
  std::string display_name;
  std::string token;  ///< The key's text, as api_key::reveal() gives it.
  std::string helm_install_command;
  bool operator==(const create_cluster_answer&) const = default;
};
[[nodiscard]] result<create_cluster_answer> parse_create_cluster_answer(std::string_view json,
                                                                        diagnostics& diag);
[[nodiscard]] std::string print_create_cluster_answer(const create_cluster_answer& answer);

enum class cluster_status {
  connected,     ///< An agent's stream is open.
  disconnected,  ///< None is.
  error,         ///< The last connection ended in a failure that the agent cannot mend by itself.
};
[[nodiscard]] std::string_view to_string(cluster_status status) noexcept;
[[nodiscard]] std::optional<cluster_status> parse_cluster_status(std::string_view word) noexcept;

/// One cluster of the team, connected or not. Absent optional members print as null.
struct dashboard_cluster {
  std::string cluster_id;
  std::string cluster_name;
  std::string display_name;
  cluster_status status{cluster_status::disconnected};
  std::optional<timestamp> last_heartbeat_at{};
  std::optional<std::string> agent_version{};
  std::optional<std::string> kubernetes_version{};
  std::optional<std::int64_t> node_count{};
  timestamp created_at{};
  std::optional<timestamp>
      revoked_at{};  ///< Set on revoked clusters, which only `?include_revoked=true` lists.
  bool operator==(const dashboard_cluster&) const = default;
};

/// `GET /api/v1/team/k8s-clusters`: `{"clusters":[...],"total":n}`.
struct dashboard_list {
  std::vector<dashboard_cluster> clusters;
  bool operator==(const dashboard_list&) const = default;
};
[[nodiscard]] result<dashboard_cluster> parse_dashboard_cluster(std::string_view json, diagnostics& diag);
/// Also accepts a bare array, which some gateways answer.
[[nodiscard]] result<dashboard_list> parse_dashboard_list(std::string_view json, diagnostics& diag,
                                                          json_limits limits = {});
[[nodiscard]] std::string print_dashboard_cluster(const dashboard_cluster& cluster);
[[nodiscard]] std::string print_dashboard_list(const dashboard_list& list);

/// `GET /health`: `{"status":"healthy","service":"k8s-gateway"}`.
struct health_answer {
  std::string status{"healthy"};
  std::string service{"k8s-gateway"};
  bool operator==(const health_answer&) const = default;
};
[[nodiscard]] result<health_answer> parse_health_answer(std::string_view json, diagnostics& diag);
[[nodiscard]] std::string print_health_answer(const health_answer& answer);

}  // namespace kitfox::protocol
