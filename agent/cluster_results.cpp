// Namespaces, nodes, services, config maps and events.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/command_results.hpp"
#include "agent/kube_fields.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::agent {

using nlohmann::json;

namespace {

/// What kubectl shows as STATUS, without its scheduling note.
const char* readiness_of(const json& node) {
  for (const json& one : array_at(node, {"status", "conditions"})) {
    if (text_at(one, {"type"}) != "Ready") continue;
    const std::string status = text_at(one, {"status"});
    return status == "True" ? "Ready" : status == "False" ? "NotReady" : "Unknown";
  }
  return "Unknown";
}

json roles_of(const json& node) {
  constexpr std::string_view prefix = "node-role.kubernetes.io/";
  json roles = json::array();
  for (const auto& label : object_at(node, {"metadata", "labels"}).items())
    if (label.key().starts_with(prefix)) roles.push_back(label.key().substr(prefix.size()));
  return roles;
}

json address_of(const json& node, std::string_view type) {
  for (const json& one : array_at(node, {"status", "addresses"}))
    if (text_at(one, {"type"}) == type) return text_or_null_at(one, {"address"});
  return {};
}

json names_of(const json& object) {
  json names = json::array();
  for (const auto& member : object.items()) names.push_back(member.key());
  return names;
}

/// The first of several members that has a text: events of different ages and writers fill different ones.
json first_text(const json& object, std::initializer_list<field_path> paths) {
  for (const field_path path : paths) {
    json text = text_or_null_at(object, path);
    if (!text.is_null()) return text;
  }
  return {};
}

protocol::timestamp moment_of(const json& row) {
  const auto time = protocol::parse_rfc3339(text_at(row, {"last_timestamp"}));
  return time ? *time : protocol::timestamp::min();
}

}  // namespace

json namespace_row(const json& name_space) {
  return {{"name", text_at(name_space, {"metadata", "name"})},
          {"status", text_or_null_at(name_space, {"status", "phase"})},
          {"created_at", text_or_null_at(name_space, {"metadata", "creationTimestamp"})}};
}

json node_row(const json& node) {
  return {{"name", text_at(node, {"metadata", "name"})},
          {"status", readiness_of(node)},
          {"roles", roles_of(node)},
          {"version", text_or_null_at(node, {"status", "nodeInfo", "kubeletVersion"})},
          {"internal_ip", address_of(node, "InternalIP")},
          {"unschedulable", flag_at(node, {"spec", "unschedulable"})},
          {"created_at", text_or_null_at(node, {"metadata", "creationTimestamp"})}};
}

json describe_node(const json& node) {
  json result = node_row(node);
  result["labels"] = object_at(node, {"metadata", "labels"});
  result["annotations"] = object_at(node, {"metadata", "annotations"});
  result["capacity"] = object_at(node, {"status", "capacity"});
  result["allocatable"] = object_at(node, {"status", "allocatable"});
  result["os_image"] = text_or_null_at(node, {"status", "nodeInfo", "osImage"});
  result["kernel_version"] = text_or_null_at(node, {"status", "nodeInfo", "kernelVersion"});
  result["container_runtime"] = text_or_null_at(node, {"status", "nodeInfo", "containerRuntimeVersion"});
  json taints = json::array();
  for (const json& one : array_at(node, {"spec", "taints"})) {
    taints.push_back({{"key", text_at(one, {"key"})},
                      {"value", text_or_null_at(one, {"value"})},
                      {"effect", text_at(one, {"effect"})}});
  }
  result["taints"] = std::move(taints);
  result["conditions"] = conditions_of(node);
  return result;
}

json service_row(const json& service) {
  json ports = json::array();
  for (const json& one : array_at(service, {"spec", "ports"})) {
    ports.push_back({{"name", text_or_null_at(one, {"name"})},
                     {"port", number_at(one, {"port"})},
                     {"target_port", value_at(one, {"targetPort"})},
                     {"protocol", text_or_null_at(one, {"protocol"})}});
  }
  return {{"name", text_at(service, {"metadata", "name"})},
          {"namespace", text_at(service, {"metadata", "namespace"})},
          {"type", text_or_null_at(service, {"spec", "type"})},
          {"cluster_ip", text_or_null_at(service, {"spec", "clusterIP"})},
          {"ports", std::move(ports)},
          {"selector", object_at(service, {"spec", "selector"})},
          {"created_at", text_or_null_at(service, {"metadata", "creationTimestamp"})}};
}

json configmap_row(const json& configmap) {
  json keys = names_of(object_at(configmap, {"data"}));
  for (json& one : names_of(object_at(configmap, {"binaryData"}))) keys.push_back(std::move(one));
  return {{"name", text_at(configmap, {"metadata", "name"})},
          {"namespace", text_at(configmap, {"metadata", "namespace"})},
          {"keys", std::move(keys)},
          {"created_at", text_or_null_at(configmap, {"metadata", "creationTimestamp"})}};
}

json describe_configmap(const json& configmap) {
  return {{"name", text_at(configmap, {"metadata", "name"})},
          {"namespace", text_at(configmap, {"metadata", "namespace"})},
          {"data", object_at(configmap, {"data"})},
          {"binary_keys", names_of(object_at(configmap, {"binaryData"}))},
          {"labels", object_at(configmap, {"metadata", "labels"})},
          {"created_at", text_or_null_at(configmap, {"metadata", "creationTimestamp"})}};
}

json pod_event_row(const json& event) {
  const std::int64_t seen = number_at(event, {"count"}, number_at(event, {"series", "count"}, 1));
  return {{"type", text_or_null_at(event, {"type"})},
          {"reason", text_or_null_at(event, {"reason"})},
          {"message", text_or_null_at(event, {"message"})},
          {"count", std::max<std::int64_t>(seen, 1)},
          {"first_timestamp",
           first_text(event, {{"firstTimestamp"}, {"eventTime"}, {"metadata", "creationTimestamp"}})},
          {"last_timestamp", first_text(event, {{"lastTimestamp"},
                                                {"series", "lastObservedTime"},
                                                {"eventTime"},
                                                {"metadata", "creationTimestamp"}})}};
}

json event_row(const json& event) {
  json row = pod_event_row(event);
  row["namespace"] = text_at(event, {"metadata", "namespace"});
  row["object"] = {{"kind", text_or_null_at(event, {"involvedObject", "kind"})},
                   {"name", text_or_null_at(event, {"involvedObject", "name"})},
                   {"namespace", text_or_null_at(event, {"involvedObject", "namespace"})}};
  return row;
}

void sort_newest_first(json& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const json& a, const json& b) { return moment_of(a) > moment_of(b); });
}

}  // namespace kitfox::agent
