#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/agent_messages.hpp"
#include "protocol/diagnostics.hpp"
#include "protocol/error.hpp"
#include "protocol/error_list.hpp"
#include "protocol/json.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::protocol {

// Messages between an internal caller and the gateway. The rules of agent_messages.hpp hold.

/// Longest time a call may wait for an absent cluster.
inline constexpr std::chrono::milliseconds execute_wait_max{std::chrono::seconds{300}};

/// Body of `POST /internal/execute`. Exactly one of cluster_id and cluster_name is present. The tenant
/// members are claims: the gateway takes the tenant from the credential and refuses a body that contradicts
/// it.
struct execute_request {
  std::optional<std::string> cluster_id{};
  std::optional<std::string> cluster_name{};
  std::optional<std::string> org_id{};
  std::optional<std::string> team_node_id{};
  std::string command;
  json_value params{};
  std::chrono::milliseconds timeout{command_timeout_default};  ///< 0 < t <= command_timeout_max.
  std::optional<std::string> idempotency_key{};                ///< Passes is_opaque_token().
  std::optional<std::chrono::milliseconds> wait{};  ///< `wait_ms` on the wire, 0 <= t <= execute_wait_max.
  bool operator==(const execute_request&) const = default;
};
[[nodiscard]] result<execute_request> parse_execute_request(std::string_view json, diagnostics& diag,
                                                            json_limits limits = {});
[[nodiscard]] std::string print_execute_request(const execute_request& request);

/// 200 of `POST /internal/execute`. `result` and `error` are always printed, as null where they do not apply.
struct execute_answer {
  bool ok{false};
  std::optional<json_value> result{};  ///< Present if `ok`.
  std::optional<std::string> error{};  ///< Present unless `ok`.
  std::optional<command_error> error_code{};
  std::optional<protocol::error_detail> detail{};  ///< `error_detail` on the wire.
  std::optional<bool> truncated{};
  std::optional<std::string> request_id{};  ///< To find the call in the audit.
  bool operator==(const execute_answer&) const = default;
};
[[nodiscard]] result<execute_answer> parse_execute_answer(std::string_view json, diagnostics& diag,
                                                          json_limits limits = {});
[[nodiscard]] std::string print_execute_answer(const execute_answer& answer);

/// One connected cluster, as `GET /internal/clusters` lists it.
struct cluster_entry {
  std::string cluster_id;
  std::string cluster_name;
  std::string org_id;
  std::string team_node_id;
  std::optional<timestamp> connected_at{};
  std::optional<timestamp> last_heartbeat{};
  std::optional<std::string> agent_version{};
  std::optional<std::string> kubernetes_version{};
  std::optional<std::int64_t> node_count{};
  bool operator==(const cluster_entry&) const = default;
};

/// `GET /internal/clusters`; `total` on the wire is the number of entries. Absent optional members print as
/// null.
struct cluster_list {
  std::vector<cluster_entry> clusters;
  bool operator==(const cluster_list&) const = default;
};
[[nodiscard]] result<cluster_entry> parse_cluster_entry(std::string_view json, diagnostics& diag);
[[nodiscard]] result<cluster_list> parse_cluster_list(std::string_view json, diagnostics& diag,
                                                      json_limits limits = {});
[[nodiscard]] std::string print_cluster_entry(const cluster_entry& entry);
[[nodiscard]] std::string print_cluster_list(const cluster_list& list);

}  // namespace kitfox::protocol
