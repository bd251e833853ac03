#include <fmt/format.h>

#include "fakes/kube/table_cells.hpp"

namespace kitfox::kube {

namespace {

const json& array_at(const json& from, std::initializer_list<std::string_view> path) {
  static const json none = json::array();
  const json& value = value_at(from, path);
  return value.is_array() ? value : none;
}

// "Signal:9" or "ExitCode:1", for containers that ended without a reason.
std::string exit_text(const json& terminated) {
  if (const auto signal = number_at(terminated, {"signal"}); signal != 0)
    return fmt::format("Signal:{}", signal);
  return fmt::format("ExitCode:{}", number_at(terminated, {"exitCode"}));
}

// What an init container says about the pod; empty when it has done its work.
std::string init_status(const json& status, std::size_t index, std::size_t count) {
  const json& terminated = value_at(status, {"state", "terminated"});
  if (terminated.is_object()) {
    if (number_at(terminated, {"exitCode"}) == 0) return {};
    const std::string_view reason = text_at(terminated, {"reason"});
    return "Init:" + (reason.empty() ? exit_text(terminated) : std::string{reason});
  }
  const std::string_view waiting = text_at(status, {"state", "waiting", "reason"});
  if (!waiting.empty() && waiting != "PodInitializing") return "Init:" + std::string{waiting};
  return fmt::format("Init:{}/{}", index, count);
}

bool is_ready(const json& pod) {
  for (const json& condition : array_at(pod, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == "Ready" && text_at(condition, {"status"}) == "True") return true;
  }
  return false;
}

void summarize_containers(const json& pod, pod_summary& summary) {
  bool running = false;
  summary.restarts = 0;
  const json& statuses = array_at(pod, {"status", "containerStatuses"});
  for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
    summary.restarts += number_at(*status, {"restartCount"});
    const std::string_view waiting = text_at(*status, {"state", "waiting", "reason"});
    const json& terminated = value_at(*status, {"state", "terminated"});
    if (!waiting.empty()) {
      summary.status = waiting;
    } else if (terminated.is_object()) {
      const std::string_view reason = text_at(terminated, {"reason"});
      summary.status = reason.empty() ? exit_text(terminated) : std::string{reason};
    } else if (is_true_at(*status, {"ready"}) && value_at(*status, {"state", "running"}).is_object()) {
      running = true;
      ++summary.ready;
    }
  }
  if (summary.status == "Completed" && running) summary.status = is_ready(pod) ? "Running" : "NotReady";
}

}  // namespace

pod_summary summarize_pod(const json& pod) {
  pod_summary summary;
  const std::string_view reason = text_at(pod, {"status", "reason"});
  summary.status = reason.empty() ? text_at(pod, {"status", "phase"}) : reason;
  summary.containers = static_cast<std::int64_t>(array_at(pod, {"spec", "containers"}).size());
  bool initializing = false;
  const json& init = array_at(pod, {"status", "initContainerStatuses"});
  for (std::size_t i = 0; i < init.size() && !initializing; ++i) {
    summary.restarts += number_at(init[i], {"restartCount"});
    std::string status = init_status(init[i], i, array_at(pod, {"spec", "initContainers"}).size());
    if (status.empty()) continue;
    summary.status = std::move(status);
    initializing = true;
  }
  if (!initializing) summarize_containers(pod, summary);
  if (!text_at(pod, {"metadata", "deletionTimestamp"}).empty()) {
    summary.status = reason == "NodeLost" ? "Unknown" : "Terminating";
  }
  return summary;
}

}  // namespace kitfox::kube
