#include "fakes/kube/pod_status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

using shapes = container_report::shapes;

json terminated_state(const container_end& end) {
  json state{{"exitCode", end.exit_code},
             {"reason", end.reason},
             {"startedAt", print_time(end.started)},
             {"finishedAt", print_time(end.finished)}};
  if (!end.message.empty()) state["message"] = end.message;
  return {{"terminated", std::move(state)}};
}

json state_of(const container_report& report) {
  switch (report.shape) {
    case shapes::waiting: {
      json state{{"reason", report.reason}};
      if (!report.message.empty()) state["message"] = report.message;
      return {{"waiting", std::move(state)}};
    }
    case shapes::running:
      return {{"running", {{"startedAt", print_time(report.since)}}}};
    case shapes::terminated:
      break;
  }
  return terminated_state(*report.end);
}

json container_status(const json& container, const container_report& report) {
  const bool ran = report.shape != shapes::waiting || report.last.has_value();
  const std::string image{text_at(container, {"image"})};
  return {{"name", value_at(container, {"name"})},
          {"image", image},
          {"imageID", ran ? "kitfox://" + image : ""},
          {"ready", report.ready},
          {"started", report.started},
          {"restartCount", report.restarts},
          {"lastState", report.last ? terminated_state(*report.last) : json::object()},
          {"state", state_of(report)}};
}

bool has_done_its_work(const container_standing& init) {
  return init.finished && init.report.end && init.report.end->exit_code == 0;
}

// getPhase() of the kubelet.
const char* phase_of(const pod_standing& pod) {
  const std::vector<container_standing>& containers = pod.containers;
  const bool hopeless = std::any_of(pod.init.begin(), pod.init.end(), [](const container_standing& one) {
    return one.finished && one.report.end && !has_done_its_work(one);
  });
  if (hopeless) return "Failed";
  const auto waits = [](const container_standing& one) {
    return one.report.shape == shapes::waiting && !one.report.last;
  };
  if (std::any_of(containers.begin(), containers.end(), waits)) return "Pending";
  const bool over = std::all_of(containers.begin(), containers.end(), [](const container_standing& one) {
    return one.finished && one.report.shape == shapes::terminated;
  });
  if (!over) return "Running";
  const bool well = std::all_of(containers.begin(), containers.end(),
                                [](const container_standing& one) { return one.report.end->exit_code == 0; });
  return well ? "Succeeded" : "Failed";
}

void add_name(std::string& names, const json& container) {
  names.append(names.empty() ? "" : " ").append(text_at(container, {"name"}));
}

// `incomplete`: gets the names of those that have not done their work.
json init_container_statuses(const json& pod, const pod_standing& standing, std::string& incomplete) {
  const json& specs = value_at(pod, {"spec", "initContainers"});
  json statuses = json::array();
  for (std::size_t i = 0; i < standing.init.size(); ++i) {
    container_report report = standing.init[i].report;
    report.ready = has_done_its_work(standing.init[i]);
    if (i > 0 && !has_done_its_work(standing.init[i - 1])) report.reason = "PodInitializing";
    if (!report.ready) add_name(incomplete, specs[i]);
    statuses.push_back(container_status(specs[i], report));
  }
  return statuses;
}

}  // namespace

json pod_condition(const json& before, const char* type, bool holds, runtime::wall_time now) {
  const char* status = holds ? "True" : "False";
  json out{{"type", type},
           {"status", status},
           {"lastProbeTime", nullptr},
           {"lastTransitionTime", print_time(now)}};
  if (!before.is_array()) return out;
  for (const json& old : before) {
    const bool same = text_at(old, {"type"}) == type && text_at(old, {"status"}) == status;
    if (same) out["lastTransitionTime"] = value_at(old, {"lastTransitionTime"});
  }
  return out;
}

json pod_status(const json& pod, const pod_standing& standing, runtime::wall_time now) {
  json status = value_at(pod, {"status"});
  const std::string phase = phase_of(standing);
  std::string incomplete;
  json init_statuses = init_container_statuses(pod, standing, incomplete);
  if (!init_statuses.empty()) status["initContainerStatuses"] = std::move(init_statuses);
  const json& specs = value_at(pod, {"spec", "containers"});
  json statuses = json::array();
  std::string unready;
  for (std::size_t i = 0; i < standing.containers.size(); ++i) {
    container_report report = standing.containers[i].report;
    if (!incomplete.empty() && report.reason == "ContainerCreating") report.reason = "PodInitializing";
    statuses.push_back(container_status(specs[i], report));
    if (!report.ready) add_name(unready, specs[i]);
  }
  const json before = value_at(status, {"conditions"});
  json conditions = json::array();
  conditions.push_back(pod_condition(before, "Initialized", incomplete.empty(), now));
  if (!incomplete.empty()) {
    conditions.back()["reason"] = "ContainersNotInitialized";
    conditions.back()["message"] = fmt::format("containers with incomplete status: [{}]", incomplete);
  }
  for (const char* type : {"Ready", "ContainersReady"}) {
    json condition = pod_condition(before, type, unready.empty(), now);
    if (phase == "Succeeded") {
      condition["reason"] = "PodCompleted";
    } else if (!unready.empty()) {
      condition["reason"] = "ContainersNotReady";
      condition["message"] = fmt::format("containers with unready status: [{}]", unready);
    }
    conditions.push_back(std::move(condition));
  }
  conditions.push_back(pod_condition(before, "PodScheduled", true, now));
  status["phase"] = phase;
  status["conditions"] = std::move(conditions);
  status["containerStatuses"] = std::move(statuses);
  if (!status.contains("startTime")) status["startTime"] = print_time(now);
  return status;
}

}  // namespace kitfox::kube
