#include "fakes/kube/job_controller.hpp"

#include <algorithm>
#include <set>

#include "fakes/kube/cluster_events.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/kubelet.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/workload_controllers.hpp"
#include "fakes/kube/workload_objects.hpp"

namespace kitfox::kube {

namespace {

const resource_type& job_type() { return *find_resource("batch", "v1", "jobs"); }
const resource_type& daemon_set_type() { return *find_resource("apps", "v1", "daemonsets"); }
const resource_type& worker_type() { return *find_resource("", "v1", "pods"); }

bool has_ended(const json& job) {
  for (const json& condition : value_at(job, {"status", "conditions"})) {
    const std::string_view type = text_at(condition, {"type"});
    if (type == "Complete" || type == "Failed") return true;
  }
  return false;
}

bool is_leaving(const json& object) { return !text_at(object, {"metadata", "deletionTimestamp"}).empty(); }

struct job_tally {
  std::vector<object_ptr> active;
  std::int64_t succeeded = 0, failed = 0;
};

job_tally tally_pods(const api_server::state& state, const json& job) {
  job_tally tally;
  for (object_ptr& pod : owned_objects(state, job, worker_type())) {
    const std::string_view phase = text_at(pod->body, {"status", "phase"});
    if (phase == "Succeeded") {
      ++tally.succeeded;
    } else if (phase == "Failed") {
      ++tally.failed;
    } else if (!is_leaving(pod->body)) {
      tally.active.push_back(std::move(pod));
    }
  }
  return tally;
}

json end_condition(const char* type, runtime::wall_time now) {
  const std::string time = print_time(now);
  json condition{{"type", type}, {"status", "True"}, {"lastProbeTime", time}, {"lastTransitionTime", time}};
  if (std::string_view{type} == "Failed") {
    condition["reason"] = "BackoffLimitExceeded";
    condition["message"] = "Job has reached the specified backoff limit";
  }
  return json::array({std::move(condition)});
}

void set_selector(json& job) {
  const json uid = job["metadata"]["uid"];
  job["spec"]["selector"] = {{"matchLabels", {{"controller-uid", uid}}}};
  json& labels = job["spec"]["template"]["metadata"]["labels"];
  labels["controller-uid"] = uid;
  labels["job-name"] = job["metadata"]["name"];
}

json pinned_to(const std::string& node, const std::string& hash) {
  const json field{{"key", "metadata.name"}, {"operator", "In"}, {"values", {node}}};
  const json term{{"matchFields", json::array({field})}};
  return {{"metadata", {{"labels", {{"controller-revision-hash", hash}}}}},
          {"spec",
           {{"affinity",
             {{"nodeAffinity",
               {{"requiredDuringSchedulingIgnoredDuringExecution",
                 {{"nodeSelectorTerms", json::array({term})}}}}}}}}}};
}

std::set<std::string> daemon_nodes(const api_server::state& state) {
  std::set<std::string> names;
  for (const auto& [name, node] : state.store.list(*find_resource("", "v1", "nodes"), "")) {
    if (!state.node || name == kubelet::node_name) names.insert(name);
  }
  if (names.empty()) names.insert(kubelet::node_name);
  return names;
}

}  // namespace

void reconcile_job(api_server::state& state, const object_ptr& job, runtime::wall_time now) {
  json body = job->body;
  if (has_ended(body) || is_leaving(body)) return;
  if (value_at(body, {"spec", "selector"}).empty()) {
    set_selector(body);
    static_cast<void>(state.store.replace(job_type(), std::move(body)));  // and comes here again
    return;
  }
  job_tally tally = tally_pods(state, body);
  const std::int64_t completions = number_at(body, {"spec", "completions"}, 1);
  json status{{"startTime", value_at(body, {"status", "startTime"})}};
  if (status["startTime"].is_null()) status["startTime"] = print_time(now);
  if (tally.succeeded >= completions) {
    status["conditions"] = end_condition("Complete", now);
    status["completionTime"] = print_time(now);
    record_event(state, body, {"Normal", "job-controller", "Completed", "Job completed"}, now);
  } else if (tally.failed > number_at(body, {"spec", "backoffLimit"}, 6)) {
    status["conditions"] = end_condition("Failed", now);
    for (const object_ptr& pod : std::exchange(tally.active, {}))
      static_cast<void>(delete_object(state, worker_type(), pod, {}, now));
    record_event(
        state, body,
        {"Warning", "job-controller", "BackoffLimitExceeded", "Job has reached the specified backoff limit"},
        now);
  } else {
    const auto wanted = std::min(number_at(body, {"spec", "parallelism"}, 1), completions - tally.succeeded);
    while (static_cast<std::int64_t>(tally.active.size()) < wanted) {
      object_ptr pod = create_pod_of(state, body, "job-controller", json::object(), now);
      if (!pod) break;
      tally.active.push_back(std::move(pod));
    }
  }
  const auto active = static_cast<std::int64_t>(tally.active.size());
  for (const auto& [field, count] :
       {std::pair{"active", active}, {"succeeded", tally.succeeded}, {"failed", tally.failed}}) {
    if (count > 0) status[field] = count;
  }
  body["status"] = std::move(status);
  static_cast<void>(state.store.replace(job_type(), std::move(body)));
}

void reconcile_daemon_set(api_server::state& state, const object_ptr& set, runtime::wall_time now) {
  json body = set->body;
  if (is_leaving(body)) return;
  const std::string hash = template_hash(body["spec"]["template"]);
  const std::set<std::string> nodes = daemon_nodes(state);
  std::set<std::string> missing = nodes;
  std::int64_t ready = 0;
  for (const object_ptr& pod : owned_objects(state, body, worker_type())) {
    if (is_leaving(pod->body)) continue;
    const bool current = text_at(pod->body, {"metadata", "labels", "controller-revision-hash"}) == hash;
    if (!current || missing.erase(pinned_node(pod->body)) == 0) {
      static_cast<void>(delete_object(state, worker_type(), pod, {}, now));
    } else if (says_it_is_ready(pod->body)) {
      ++ready;
    }
  }
  for (const std::string& node : missing)
    static_cast<void>(create_pod_of(state, body, "daemonset-controller", pinned_to(node, hash), now));
  const auto count = static_cast<std::int64_t>(nodes.size());
  body["status"] = {{"desiredNumberScheduled", count},
                    {"currentNumberScheduled", count},
                    {"updatedNumberScheduled", count},
                    {"numberMisscheduled", 0},
                    {"numberReady", ready},
                    {"observedGeneration", value_at(body, {"metadata", "generation"})}};
  if (ready > 0) body["status"]["numberAvailable"] = ready;
  if (ready < count) body["status"]["numberUnavailable"] = count - ready;
  static_cast<void>(state.store.replace(daemon_set_type(), std::move(body)));
}

}  // namespace kitfox::kube
