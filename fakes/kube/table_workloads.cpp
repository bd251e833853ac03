#include <fmt/format.h>

#include <array>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/label_selector.hpp"
#include "fakes/kube/table_cells.hpp"

namespace kitfox::kube {

namespace {

using runtime::wall_time;

const json& template_spec(const json& object) { return value_at(object, {"spec", "template", "spec"}); }

std::vector<std::string> of_containers(const json& pod_spec, std::string_view field) {
  std::vector<std::string> texts;
  if (const json& containers = value_at(pod_spec, {"containers"}); containers.is_array()) {
    for (const json& container : containers) texts.emplace_back(text_at(container, {field}));
  }
  return texts;
}

std::string text_or_none(const json& object, std::initializer_list<std::string_view> path) {
  const std::string_view text = text_at(object, path);
  return std::string{text.empty() ? "<none>" : text};
}

json pod_ready(const json& pod, wall_time) {
  const pod_summary summary = summarize_pod(pod);
  return fmt::format("{}/{}", summary.ready, summary.containers);
}
json pod_status(const json& pod, wall_time) { return summarize_pod(pod).status; }
json pod_restarts(const json& pod, wall_time) { return summarize_pod(pod).restarts; }
json pod_ip(const json& pod, wall_time) { return text_or_none(pod, {"status", "podIP"}); }
json pod_node(const json& pod, wall_time) { return text_or_none(pod, {"spec", "nodeName"}); }
json pod_nominated(const json& pod, wall_time) { return text_or_none(pod, {"status", "nominatedNodeName"}); }
json pod_gates(const json& pod, wall_time) {
  const json& gates = value_at(pod, {"spec", "readinessGates"});
  if (!gates.is_array() || gates.empty()) return "<none>";
  std::size_t passed = 0;
  for (const json& gate : gates) {
    const json& conditions = value_at(pod, {"status", "conditions"});
    for (const json& condition : conditions.is_array() ? conditions : json::array()) {
      if (text_at(condition, {"type"}) != text_at(gate, {"conditionType"})) continue;
      if (text_at(condition, {"status"}) == "True") ++passed;
    }
  }
  return fmt::format("{}/{}", passed, gates.size());
}

json ready_of_wanted(const json& object, wall_time) {
  return fmt::format("{}/{}", number_at(object, {"status", "readyReplicas"}),
                     number_at(object, {"spec", "replicas"}, 1));
}
json wanted(const json& object, wall_time) { return number_at(object, {"spec", "replicas"}, 1); }
json current(const json& object, wall_time) { return number_at(object, {"status", "replicas"}); }
json ready(const json& object, wall_time) { return number_at(object, {"status", "readyReplicas"}); }
json updated(const json& object, wall_time) { return number_at(object, {"status", "updatedReplicas"}); }
json available(const json& object, wall_time) { return number_at(object, {"status", "availableReplicas"}); }
json containers(const json& object, wall_time) {
  return joined_or_none(of_containers(template_spec(object), "name"));
}
json images(const json& object, wall_time) {
  return joined_or_none(of_containers(template_spec(object), "image"));
}
json selector(const json& object, wall_time) {
  return print_label_selector(value_at(object, {"spec", "selector"}));
}

json daemon_number(const json& object, std::string_view field) {
  return number_at(object, {"status", field});
}
json daemon_wanted(const json& object, wall_time) { return daemon_number(object, "desiredNumberScheduled"); }
json daemon_current(const json& object, wall_time) { return daemon_number(object, "currentNumberScheduled"); }
json daemon_ready(const json& object, wall_time) { return daemon_number(object, "numberReady"); }
json daemon_updated(const json& object, wall_time) { return daemon_number(object, "updatedNumberScheduled"); }
json daemon_available(const json& object, wall_time) { return daemon_number(object, "numberAvailable"); }
json daemon_nodes(const json& object, wall_time) {
  return labels_or_none(value_at(template_spec(object), {"nodeSelector"}));
}

json job_completions(const json& job, wall_time) {
  const auto succeeded = number_at(job, {"status", "succeeded"});
  const auto parallelism = number_at(job, {"spec", "parallelism"});
  if (const json& goal = value_at(job, {"spec", "completions"}); goal.is_number_integer()) {
    return fmt::format("{}/{}", succeeded, goal.get<std::int64_t>());
  }
  return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism) : fmt::format("{}/1", succeeded);
}
json job_duration(const json& job, wall_time now) {
  const auto started = parse_time(text_at(job, {"status", "startTime"}));
  if (!started) return "";
  const auto ended = parse_time(text_at(job, {"status", "completionTime"}));
  return human_duration(ended.value_or(now) - *started);
}

const json& job_template(const json& cron) {
  return value_at(cron, {"spec", "jobTemplate", "spec", "template", "spec"});
}
json cron_schedule(const json& cron, wall_time) { return std::string{text_at(cron, {"spec", "schedule"})}; }
json cron_suspend(const json& cron, wall_time) {
  return is_true_at(cron, {"spec", "suspend"}) ? "True" : "False";
}
json cron_active(const json& cron, wall_time) {
  const json& active = value_at(cron, {"status", "active"});
  return active.is_array() ? active.size() : 0;
}
json cron_last(const json& cron, wall_time now) {
  const std::string_view last = text_at(cron, {"status", "lastScheduleTime"});
  return last.empty() ? "<none>" : age_since(last, now);
}
json cron_containers(const json& cron, wall_time) {
  return joined_or_none(of_containers(job_template(cron), "name"));
}
json cron_images(const json& cron, wall_time) {
  return joined_or_none(of_containers(job_template(cron), "image"));
}
json cron_selector(const json& cron, wall_time) {
  return print_label_selector(value_at(cron, {"spec", "jobTemplate", "spec", "selector"}));
}

constexpr table_column containers_column{"Containers", "string", "", "Names of the containers.", 1,
                                         containers};
constexpr table_column images_column{"Images", "string", "", "Images of the containers.", 1, images};
constexpr table_column selector_column{"Selector", "string", "", "Which pods belong to it.", 1, selector};

constexpr std::array pod_table{
    name_column,
    table_column{"Ready", "string", "", "Ready containers of all.", 0, pod_ready},
    table_column{"Status", "string", "", "Summary of the containers' states.", 0, pod_status},
    table_column{"Restarts", "integer", "", "Restarts of all containers.", 0, pod_restarts},
    age_column,
    table_column{"IP", "string", "", "Address of the pod.", 1, pod_ip},
    table_column{"Node", "string", "", "Node that runs the pod.", 1, pod_node},
    table_column{"Nominated Node", "string", "", "Node kept free for the pod.", 1, pod_nominated},
    table_column{"Readiness Gates", "string", "", "Passed readiness gates of all.", 1, pod_gates},
};
constexpr std::array deployment_table{
    name_column,
    table_column{"Ready", "string", "", "Ready pods of those wanted.", 0, ready_of_wanted},
    table_column{"Up-to-date", "string", "", "Pods of the current template.", 0, updated},
    table_column{"Available", "string", "", "Pods ready for long enough.", 0, available},
    age_column,
    containers_column,
    images_column,
    selector_column,
};
constexpr std::array replica_set_table{
    name_column,
    table_column{"Desired", "integer", "", "Pods wanted.", 0, wanted},
    table_column{"Current", "integer", "", "Pods that exist.", 0, current},
    table_column{"Ready", "integer", "", "Pods that are ready.", 0, ready},
    age_column,
    containers_column,
    images_column,
    selector_column,
};
constexpr std::array stateful_set_table{
    name_column,   table_column{"Ready", "string", "", "Ready pods of those wanted.", 0, ready_of_wanted},
    age_column,    containers_column,
    images_column,
};
constexpr std::array daemon_set_table{
    name_column,
    table_column{"Desired", "integer", "", "Nodes that should run a pod.", 0, daemon_wanted},
    table_column{"Current", "integer", "", "Nodes that run a pod.", 0, daemon_current},
    table_column{"Ready", "integer", "", "Nodes whose pod is ready.", 0, daemon_ready},
    table_column{"Up-to-date", "integer", "", "Nodes with a pod of the current template.", 0, daemon_updated},
    table_column{"Available", "integer", "", "Nodes whose pod is ready for long enough.", 0,
                 daemon_available},
    table_column{"Node Selector", "string", "", "Which nodes are meant.", 0, daemon_nodes},
    age_column,
    containers_column,
    images_column,
    selector_column,
};
constexpr std::array job_table{
    name_column,
    table_column{"Completions", "string", "", "Pods that succeeded of those wanted.", 0, job_completions},
    table_column{"Duration", "string", "", "Time from start to completion.", 0, job_duration},
    age_column,
    containers_column,
    images_column,
    selector_column,
};
constexpr std::array cron_job_table{
    name_column,
    table_column{"Schedule", "string", "", "When jobs start, in cron's notation.", 0, cron_schedule},
    table_column{"Suspend", "boolean", "", "Whether new jobs are held back.", 0, cron_suspend},
    table_column{"Active", "integer", "", "Jobs that run.", 0, cron_active},
    table_column{"Last Schedule", "string", "", "Time since the last job started.", 0, cron_last},
    age_column,
    table_column{"Containers", "string", "", "Names of the containers.", 1, cron_containers},
    table_column{"Images", "string", "", "Images of the containers.", 1, cron_images},
    table_column{"Selector", "string", "", "Which pods belong to it.", 1, cron_selector},
};

}  // namespace

std::span<const table_column> workload_columns(const resource_type& type) {
  if (type.kind == "Pod") return pod_table;
  if (type.kind == "Deployment") return deployment_table;
  if (type.kind == "ReplicaSet" || type.kind == "ReplicationController") return replica_set_table;
  if (type.kind == "StatefulSet") return stateful_set_table;
  if (type.kind == "DaemonSet") return daemon_set_table;
  if (type.kind == "Job") return job_table;
  if (type.kind == "CronJob") return cron_job_table;
  return {};
}

}  // namespace kitfox::kube
