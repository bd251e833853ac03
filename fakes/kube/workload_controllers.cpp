#include "fakes/kube/workload_controllers.hpp"

#include <algorithm>

#include "fakes/kube/cluster_events.hpp"
#include "fakes/kube/disruption_budgets.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/job_controller.hpp"
#include "fakes/kube/kubelet.hpp"
#include "fakes/kube/object_defaults.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/pod_admission.hpp"
#include "fakes/kube/pod_status.hpp"
#include "fakes/kube/workload_objects.hpp"

namespace kitfox::kube {

namespace {

constexpr const char* hash_label = "pod-template-hash";
constexpr const char* revision_annotation = "deployment.kubernetes.io/revision";

const resource_type& deployment_type() { return *find_resource("apps", "v1", "deployments"); }
const resource_type& replica_set_type() { return *find_resource("apps", "v1", "replicasets"); }
const resource_type& pod_type() { return *find_resource("", "v1", "pods"); }
const resource_type& job_kind() { return *find_resource("batch", "v1", "jobs"); }
const resource_type& daemon_set_kind() { return *find_resource("apps", "v1", "daemonsets"); }
const resource_type& node_type() { return *find_resource("", "v1", "nodes"); }
const resource_type& budget_kind() { return *find_resource("policy", "v1beta1", "poddisruptionbudgets"); }
const resource_type& namespace_type() { return *find_resource("", "v1", "namespaces"); }

json condition(const char* type, const char* reason, bool holds, runtime::wall_time now) {
  const std::string time = print_time(now);
  return {{"type", type},           {"status", holds ? "True" : "False"}, {"reason", reason},
          {"lastUpdateTime", time}, {"lastTransitionTime", time},         {"message", reason}};
}

std::string name_of(const json& object) { return std::string{text_at(object, {"metadata", "name"})}; }

class workload_round {
 public:
  workload_round(api_server::state& state, runtime::wall_time now) : state_{state}, now_{now} {}

  void deployment(const object_ptr& object) {
    const json& body = object->body;
    const auto sets = owned(body, replica_set_type());
    const std::string hash = template_hash(body["spec"]["template"]);
    const std::int64_t wanted = number_at(body, {"spec", "replicas"}, 1);
    object_ptr current;
    std::int64_t revision = 0;
    for (const object_ptr& set : sets) {
      revision = std::max(revision, revision_of(set->body));
      if (text_at(set->body, {"metadata", "labels", hash_label}) == hash) current = set;
    }
    if (!current) {
      current = create_replica_set(body, hash, wanted, revision + 1);
      if (!current) return;
    } else if (revision_of(current->body) < revision || sets.empty()) {
      current = changed(replica_set_type(), current, [&](json& set) {
        set["metadata"]["annotations"][revision_annotation] = std::to_string(revision + 1);
      });
    }
    roll_out(body, sets, current, wanted);
    report_deployment(object, current);
  }

  void replica_set(const object_ptr& object) {
    std::vector<object_ptr> pods;
    for (const object_ptr& pod : owned(object->body, pod_type())) {
      if (text_at(pod->body, {"metadata", "deletionTimestamp"}).empty()) pods.push_back(pod);
    }
    const auto wanted =
        static_cast<std::size_t>(std::max<std::int64_t>(0, number_at(object->body, {"spec", "replicas"}, 1)));
    for (std::size_t i = pods.size(); i < wanted && create_pod(object->body); ++i) {
    }
    // Those that are of least use go first.
    std::stable_partition(pods.begin(), pods.end(),
                          [](const object_ptr& pod) { return says_it_is_ready(pod->body); });
    for (std::size_t i = wanted; i < pods.size(); ++i) {
      (void)delete_object(state_, pod_type(), pods[i], {}, now_);
      record(object->body, "replicaset-controller", "SuccessfulDelete",
             "Deleted pod: " + name_of(pods[i]->body));
    }
    report_replica_set(object);
  }

  void pod(const object_ptr& object) {
    const bool waits = text_at(object->body, {"spec", "nodeName"}).empty() &&
                       text_at(object->body, {"status", "phase"}) == "Pending";
    const auto node = waits ? schedulable_node(object->body) : std::nullopt;
    if (waits && !node) {
      record_event(state_, object->body,
                   {"Warning", "default-scheduler", "FailedScheduling",
                    "no nodes are available: all are unschedulable."},
                   now_);
    } else if (waits && state_.node) {
      schedule(object);
    } else if (waits) {
      changed(pod_type(), object, [&](json& body) { run(body, *node); });
    } else if (state_.node) {
      state_.node->see({&pod_type(), std::string{text_at(object->body, {"metadata", "namespace"})},
                        name_of(object->body)});
    }
    const json& owners = value_at(object->body, {"metadata", "ownerReferences"});
    if (!owners.is_array()) return;
    const std::string_view ns = text_at(object->body, {"metadata", "namespace"});
    for (const json& owner : owners) {
      const std::string_view kind = text_at(owner, {"kind"});
      const std::string_view name = text_at(owner, {"name"});
      const resource_type* type = kind == "ReplicaSet"  ? &replica_set_type()
                                  : kind == "Job"       ? &job_kind()
                                  : kind == "DaemonSet" ? &daemon_set_kind()
                                                        : nullptr;
      const object_ptr set = type != nullptr ? state_.store.find(*type, ns, name) : nullptr;
      if (set && kind == "ReplicaSet") report_replica_set(set);
      if (set && kind == "Job") reconcile_job(state_, set, now_);
      if (set && kind == "DaemonSet") reconcile_daemon_set(state_, set, now_);
    }
  }

  // After a node changed: it may take pods again, and DaemonSets have one more to count.
  void place_waiting_pods() {
    for (const auto& [key, kept] : state_.store.list(daemon_set_kind(), ""))
      reconcile_daemon_set(state_, kept->open(), now_);
    for (const auto& [key, kept] : state_.store.list(pod_type(), "")) {
      if (kept->at({"spec", "nodeName"}).string().empty()) pod(kept->open());
    }
  }

  void owner_of_replica_set(const object_ptr& object) {
    const json& owners = value_at(object->body, {"metadata", "ownerReferences"});
    if (!owners.is_array() || owners.empty() || text_at(owners[0], {"kind"}) != "Deployment") return;
    const object_ptr owner = state_.store.find(
        deployment_type(), text_at(object->body, {"metadata", "namespace"}), text_at(owners[0], {"name"}));
    if (owner && text_at(owner->body, {"metadata", "deletionTimestamp"}).empty()) deployment(owner);
  }

 private:
  static std::int64_t revision_of(const json& set) {
    return go_parse_int(text_at(set, {"metadata", "annotations", revision_annotation})).value_or(0);
  }

  std::vector<object_ptr> owned(const json& owner, const resource_type& type) const {
    return owned_objects(state_, owner, type);
  }

  object_ptr changed(const resource_type& type, const object_ptr& object, const auto& change) {
    json body = object->body;
    change(body);
    const auto stored = state_.store.replace(type, std::move(body));
    return stored ? *stored : object;
  }

  void record(const json& about, const char* component, const char* reason, std::string message) {
    record_event(state_, about, {"Normal", component, reason, std::move(message)}, now_);
  }

  // Where pods are Ready at once, the new ones take the place of the old at once. Where they run, an old one
  // goes for each new one that is Ready (maxUnavailable 0), or all go first (Recreate).
  void roll_out(const json& deployment, const std::vector<object_ptr>& sets, const object_ptr& current,
                std::int64_t wanted) {
    const bool recreates = text_at(deployment, {"spec", "strategy", "type"}) == "Recreate";
    std::int64_t kept =
        state_.node && !recreates
            ? std::max<std::int64_t>(0, wanted - number_at(current->body, {"status", "readyReplicas"}))
            : 0;
    std::int64_t left = 0;
    for (const object_ptr& set : sets) {
      if (set->body["metadata"]["uid"] == current->body["metadata"]["uid"]) continue;
      const std::int64_t replicas = std::min(number_at(set->body, {"spec", "replicas"}), kept);
      kept -= replicas;
      scale(deployment, set, replicas);
      left += number_at(set->body, {"status", "replicas"});
    }
    if (recreates && state_.node && left > 0) return;
    scale(deployment, current, wanted);
  }

  void scale(const json& deployment, const object_ptr& set, std::int64_t replicas) {
    const std::int64_t before = number_at(set->body, {"spec", "replicas"});
    if (before == replicas) return;
    record(deployment, "deployment-controller", "ScalingReplicaSet",
           "Scaled " + std::string{replicas > before ? "up" : "down"} + " replica set " + name_of(set->body) +
               " to " + std::to_string(replicas));
    changed(replica_set_type(), set, [&](json& body) { body["spec"]["replicas"] = replicas; });
  }

  object_ptr create_replica_set(const json& deployment, const std::string& hash, std::int64_t replicas,
                                std::int64_t revision) {
    json set{{"metadata",
              {{"name", std::string{text_at(deployment, {"metadata", "name"})} + "-" + hash},
               {"namespace", deployment["metadata"]["namespace"]},
               {"annotations", {{revision_annotation, std::to_string(revision)}}},
               {"ownerReferences", json::array({owner_reference(deployment)})}}},
             {"spec",
              {{"replicas", replicas},
               {"selector", deployment["spec"]["selector"]},
               {"template", deployment["spec"]["template"]}}}};
    set["spec"]["selector"]["matchLabels"][hash_label] = hash;
    set["spec"]["template"]["metadata"]["labels"][hash_label] = hash;
    set["metadata"]["labels"] = set["spec"]["template"]["metadata"]["labels"];
    const object_ptr created = create(replica_set_type(), std::move(set));
    if (created && replicas > 0) {
      record(deployment, "deployment-controller", "ScalingReplicaSet",
             "Scaled up replica set " + name_of(created->body) + " to " + std::to_string(replicas));
    }
    return created;
  }

  bool create_pod(const json& set) {
    return create_pod_of(state_, set, "replicaset-controller", json::object(), now_) != nullptr;
  }

  void schedule(const object_ptr& object) {
    changed(pod_type(), object, [&](json& body) {
      add_service_account(state_, body);
      body["spec"]["nodeName"] = kubelet::node_name;
      body["status"]["hostIP"] = body["status"]["podIP"] = "127.0.0.1";
      body["status"]["podIPs"] = json::array({{{"ip", "127.0.0.1"}}});
      body["status"]["conditions"] = json::array({pod_condition({}, "PodScheduled", true, now_)});
    });
    record(object->body, "default-scheduler", "Scheduled",
           "Successfully assigned " + std::string{text_at(object->body, {"metadata", "namespace"})} + "/" +
               name_of(object->body) + " to " + kubelet::node_name);
  }

  object_ptr create(const resource_type& type, json body) {
    return create_object(state_, type, std::move(body), now_);
  }

  // A cluster without any node has one that nobody sees; where pods run, they run on one node.
  // Pods of DaemonSets do not mind that it is cordoned.
  std::optional<std::string> schedulable_node(const json& pod) const {
    const auto nodes = state_.store.list(node_type(), "");
    if (nodes.empty()) return kubelet::node_name;
    const std::string pinned = pinned_node(pod);
    if (!pinned.empty()) return nodes.contains(pinned) ? std::optional{pinned} : std::nullopt;
    for (const auto& [name, node] : nodes) {
      if (state_.node && name != kubelet::node_name) continue;
      if (node->at({"spec", "unschedulable"}).text() != "true") return name;
    }
    return std::nullopt;
  }

  void run(json& pod, const std::string& node) const {
    const std::string time = print_time(now_);
    pod["spec"]["nodeName"] = node;
    json statuses = json::array();
    for (const json& container : value_at(pod, {"spec", "containers"})) {
      statuses.push_back({{"name", value_at(container, {"name"})},
                          {"image", value_at(container, {"image"})},
                          {"imageID", ""},
                          {"ready", true},
                          {"started", true},
                          {"restartCount", 0},
                          {"lastState", json::object()},
                          {"state", {{"running", {{"startedAt", time}}}}}});
    }
    json conditions = json::array();
    for (const char* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
      conditions.push_back(
          {{"type", type}, {"status", "True"}, {"lastProbeTime", nullptr}, {"lastTransitionTime", time}});
    }
    json& status = pod["status"];
    status["phase"] = "Running";
    status["startTime"] = time;
    status["hostIP"] = "10.0.0.1";
    const std::uint64_t number = state_.store.revision();
    status["podIP"] = "10.1." + std::to_string(number / 254 % 254) + "." + std::to_string(1 + number % 254);
    status["podIPs"] = json::array({{{"ip", status["podIP"]}}});
    status["conditions"] = std::move(conditions);
    status["containerStatuses"] = std::move(statuses);
  }

  void report_replica_set(const object_ptr& object) {
    std::int64_t count = 0;
    std::int64_t ready = 0;
    for (const object_ptr& pod : owned(object->body, pod_type())) {
      if (!text_at(pod->body, {"metadata", "deletionTimestamp"}).empty()) continue;
      ++count;
      if (says_it_is_ready(pod->body)) ++ready;
    }
    changed(replica_set_type(), object, [&](json& body) {
      body["status"] = {{"replicas", count}, {"observedGeneration", body["metadata"]["generation"]}};
      if (count > 0) body["status"]["fullyLabeledReplicas"] = count;
      if (ready > 0) body["status"]["readyReplicas"] = body["status"]["availableReplicas"] = ready;
    });
  }

  void report_deployment(const object_ptr& object, const object_ptr& set) {
    const object_ptr current =
        state_.store.find(replica_set_type(), text_at(set->body, {"metadata", "namespace"}),
                          text_at(set->body, {"metadata", "name"}));
    if (!current) return;
    const std::int64_t wanted = number_at(object->body, {"spec", "replicas"}, 1);
    const std::int64_t count = number_at(current->body, {"status", "replicas"});
    const std::int64_t ready = number_at(current->body, {"status", "readyReplicas"});
    const bool whole = ready >= wanted;
    std::int64_t all = count;
    std::int64_t all_ready = ready;
    for (const object_ptr& other : owned(object->body, replica_set_type())) {
      if (other->body["metadata"]["uid"] == current->body["metadata"]["uid"]) continue;
      all += number_at(other->body, {"status", "replicas"});
      all_ready += number_at(other->body, {"status", "readyReplicas"});
    }
    const bool available = all_ready >= wanted;
    const bool complete = whole && all == count;
    changed(deployment_type(), object, [&](json& body) {
      const json before = value_at(body, {"status", "conditions"});
      body["metadata"]["annotations"][revision_annotation] = std::to_string(revision_of(current->body));
      json status{{"observedGeneration", body["metadata"]["generation"]}};
      if (all > 0) status["replicas"] = all;
      if (count > 0) status["updatedReplicas"] = count;
      if (all_ready > 0) status["readyReplicas"] = status["availableReplicas"] = all_ready;
      if (all_ready < std::max(all, wanted))
        status["unavailableReplicas"] = std::max(all, wanted) - all_ready;
      status["conditions"] = json::array(
          {condition("Available", available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                     available, now_),
           condition("Progressing", complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated", true, now_)});
      keep_times(status["conditions"], before);
      body["status"] = std::move(status);
    });
  }

  // A condition that stays as it was keeps its times, or each report would be a change that asks for another.
  static void keep_times(json& conditions, const json& before) {
    if (!before.is_array()) return;
    for (json& one : conditions) {
      for (const json& old : before) {
        if (old["type"] == one["type"] && value_at(old, {"reason"}) == one["reason"]) one = old;
      }
    }
  }

  api_server::state& state_;
  runtime::wall_time now_;
};

}  // namespace

// What a file says to run without any condition is as good as ready.
bool says_it_is_ready(const json& pod) {
  const json& conditions = value_at(pod, {"status", "conditions"});
  if (!conditions.is_array()) return text_at(pod, {"status", "phase"}) == "Running";
  return std::any_of(conditions.begin(), conditions.end(), [](const json& one) {
    return text_at(one, {"type"}) == "Ready" && text_at(one, {"status"}) == "True";
  });
}

bool is_workload(const resource_type& type) noexcept {
  return &type == &deployment_type() || &type == &replica_set_type() || &type == &pod_type() ||
         &type == &namespace_type() || &type == &node_type() || &type == &budget_kind() ||
         &type == &job_kind() || &type == &daemon_set_kind();
}

void reconcile_workload(api_server::state& state, const resource_type& type, const object_ptr& object,
                        runtime::wall_time now) {
  workload_round round{state, now};
  if (&type == &deployment_type()) round.deployment(object);
  if (&type == &replica_set_type()) {
    round.replica_set(object);
    round.owner_of_replica_set(object);
  }
  if (&type == &pod_type()) {
    round.pod(object);
    count_disruption_budgets(state, text_at(object->body, {"metadata", "namespace"}));
  }
  if (&type == &job_kind()) reconcile_job(state, object, now);
  if (&type == &daemon_set_kind()) reconcile_daemon_set(state, object, now);
  if (&type == &node_type()) round.place_waiting_pods();
  if (&type == &budget_kind())
    count_disruption_budgets(state, text_at(object->body, {"metadata", "namespace"}));
  if (&type == &namespace_type()) furnish_namespace(state, object->body, now);
}

}  // namespace kitfox::kube
