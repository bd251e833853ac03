// Pods, their logs, deployments and replica sets.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/command_results.hpp"
#include "agent/kube_fields.hpp"
#include "protocol/utf8.hpp"

namespace kitfox::agent {

using nlohmann::json;

namespace {

const json& status_of_container(const json& pod, const std::string& name) {
  static const json absent;
  for (const json& one : array_at(pod, {"status", "containerStatuses"}))
    if (text_at(one, {"name"}) == name) return one;
  return absent;
}

json replicas_of(const json& deployment) {
  return {{"desired", number_at(deployment, {"spec", "replicas"}, 1)},
          {"ready", number_at(deployment, {"status", "readyReplicas"})},
          {"available", number_at(deployment, {"status", "availableReplicas"})},
          {"updated", number_at(deployment, {"status", "updatedReplicas"})}};
}

}  // namespace

json pod_row(const json& pod) {
  std::int64_t ready = 0;
  std::int64_t restarts = 0;
  const json& statuses = array_at(pod, {"status", "containerStatuses"});
  for (const json& one : statuses) {
    if (flag_at(one, {"ready"})) ++ready;
    restarts += std::clamp<std::int64_t>(number_at(one, {"restartCount"}), 0, 1'000'000'000);
  }
  const std::size_t containers = std::max(array_at(pod, {"spec", "containers"}).size(), statuses.size());
  return {{"name", text_at(pod, {"metadata", "name"})},
          {"namespace", text_at(pod, {"metadata", "namespace"})},
          {"status", text_or_null_at(pod, {"status", "phase"})},
          {"ready", fmt::format("{}/{}", ready, containers)},
          {"restarts", restarts},
          {"node", text_or_null_at(pod, {"spec", "nodeName"})},
          {"created_at", text_or_null_at(pod, {"metadata", "creationTimestamp"})}};
}

json describe_pod(const json& pod) {
  json containers = json::array();
  for (const json& one : array_at(pod, {"spec", "containers"})) {
    const std::string name = text_at(one, {"name"});
    const json& status = status_of_container(pod, name);
    containers.push_back({{"name", name},
                          {"image", text_at(one, {"image"})},
                          {"ready", flag_at(status, {"ready"})},
                          {"restart_count", number_at(status, {"restartCount"})}});
  }
  return {{"name", text_at(pod, {"metadata", "name"})},
          {"namespace", text_at(pod, {"metadata", "namespace"})},
          {"status", text_or_null_at(pod, {"status", "phase"})},
          {"node", text_or_null_at(pod, {"spec", "nodeName"})},
          {"ip", text_or_null_at(pod, {"status", "podIP"})},
          {"host_ip", text_or_null_at(pod, {"status", "hostIP"})},
          {"created_at", text_or_null_at(pod, {"metadata", "creationTimestamp"})},
          {"labels", object_at(pod, {"metadata", "labels"})},
          {"annotations", object_at(pod, {"metadata", "annotations"})},
          {"containers", std::move(containers)},
          {"conditions", conditions_of(pod)}};
}

void add_logs(json& result, std::string_view logs) {
  std::string text;
  // Each bad byte becomes at most three.
  if (!protocol::repair_utf8(logs, logs.size() * 3, text)) text.clear();
  const auto ends = std::count(text.begin(), text.end(), '\n');
  result["line_count"] = ends + (!text.empty() && text.back() != '\n' ? 1 : 0);
  result["logs"] = std::move(text);
}

json deployment_row(const json& deployment) {
  return {{"name", text_at(deployment, {"metadata", "name"})},
          {"namespace", text_at(deployment, {"metadata", "namespace"})},
          {"replicas", replicas_of(deployment)},
          {"created_at", text_or_null_at(deployment, {"metadata", "creationTimestamp"})}};
}

json describe_deployment(const json& deployment) {
  return {{"name", text_at(deployment, {"metadata", "name"})},
          {"namespace", text_at(deployment, {"metadata", "namespace"})},
          {"replicas", replicas_of(deployment)},
          {"strategy", text_or_null_at(deployment, {"spec", "strategy", "type"})},
          {"labels", object_at(deployment, {"metadata", "labels"})},
          {"selector", object_at(deployment, {"spec", "selector", "matchLabels"})},
          {"created_at", text_or_null_at(deployment, {"metadata", "creationTimestamp"})},
          {"conditions", conditions_of(deployment)}};
}

json replicaset_row(const json& replicaset) {
  json owner;
  for (const json& one : array_at(replicaset, {"metadata", "ownerReferences"}))
    if (flag_at(one, {"controller"})) owner = text_or_null_at(one, {"name"});
  return {{"name", text_at(replicaset, {"metadata", "name"})},
          {"namespace", text_at(replicaset, {"metadata", "namespace"})},
          {"desired", number_at(replicaset, {"spec", "replicas"}, 1)},
          {"ready", number_at(replicaset, {"status", "readyReplicas"})},
          {"available", number_at(replicaset, {"status", "availableReplicas"})},
          {"owner", std::move(owner)},
          {"created_at", text_or_null_at(replicaset, {"metadata", "creationTimestamp"})}};
}

}  // namespace kitfox::agent
