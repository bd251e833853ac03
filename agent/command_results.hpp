#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace kitfox::agent {

// From Kubernetes objects to the results of commands, member by member as the wire contract has them. Pure;
// any JSON is taken, and what an object lacks is null, 0 or empty. x_row is an item of a list, describe_x a
// whole result.

[[nodiscard]] nlohmann::json pod_row(const nlohmann::json& pod);
[[nodiscard]] nlohmann::json deployment_row(const nlohmann::json& deployment);
[[nodiscard]] nlohmann::json replicaset_row(const nlohmann::json& replicaset);
[[nodiscard]] nlohmann::json service_row(const nlohmann::json& service);
[[nodiscard]] nlohmann::json namespace_row(const nlohmann::json& name_space);
[[nodiscard]] nlohmann::json node_row(const nlohmann::json& node);
[[nodiscard]] nlohmann::json configmap_row(const nlohmann::json& configmap);
/// Of get_pod_events.
[[nodiscard]] nlohmann::json pod_event_row(const nlohmann::json& event);
/// Of list_events: with namespace and the object that the event is about.
[[nodiscard]] nlohmann::json event_row(const nlohmann::json& event);
/// Orders event rows by last_timestamp, newest first; rows without one go last.
void sort_newest_first(nlohmann::json& rows);

[[nodiscard]] nlohmann::json describe_pod(const nlohmann::json& pod);
[[nodiscard]] nlohmann::json describe_deployment(const nlohmann::json& deployment);
[[nodiscard]] nlohmann::json describe_node(const nlohmann::json& node);
[[nodiscard]] nlohmann::json describe_configmap(const nlohmann::json& configmap);

/// `{..., logs, line_count}`; invalid UTF-8 is repaired.
void add_logs(nlohmann::json& result, std::string_view logs);

}  // namespace kitfox::agent
