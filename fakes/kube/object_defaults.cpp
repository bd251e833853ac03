#include "fakes/kube/object_defaults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "runtime/base64.hpp"

namespace kitfox::kube {

namespace {

void set_if_absent(json& object, const char* field, json value) {
  if (!object.contains(field) || object[field].is_null()) object[field] = std::move(value);
}

json& object_in(json& parent, const char* field) {
  json& child = parent[field];
  if (!child.is_object()) child = json::object();
  return child;
}

// ":latest", or no tag at all, means to pull each time.
std::string_view pull_policy(std::string_view image) {
  const std::size_t name = image.rfind('/') == std::string_view::npos ? 0 : image.rfind('/');
  if (image.find('@', name) != std::string_view::npos) return "IfNotPresent";
  const std::size_t colon = image.find(':', name);
  if (colon == std::string_view::npos || image.substr(colon) == ":latest") return "Always";
  return "IfNotPresent";
}

void default_probe(json& container, const char* field) {
  const auto found = container.find(field);
  if (found == container.end() || !found->is_object()) return;
  set_if_absent(*found, "timeoutSeconds", 1);
  set_if_absent(*found, "periodSeconds", 10);
  set_if_absent(*found, "successThreshold", 1);
  set_if_absent(*found, "failureThreshold", 3);
  if (const auto http = found->find("httpGet"); http != found->end() && http->is_object()) {
    set_if_absent(*http, "path", "/");
    set_if_absent(*http, "scheme", "HTTP");
  }
}

void default_containers(json& pod_spec, const char* list) {
  const auto found = pod_spec.find(list);
  if (found == pod_spec.end() || !found->is_array()) return;
  for (json& container : *found) {
    if (!container.is_object()) continue;
    set_if_absent(container, "terminationMessagePath", "/dev/termination-log");
    set_if_absent(container, "terminationMessagePolicy", "File");
    set_if_absent(container, "imagePullPolicy", pull_policy(text_at(container, {"image"})));
    set_if_absent(container, "resources", json::object());
    for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
      default_probe(container, probe);
    if (const auto ports = container.find("ports"); ports != container.end() && ports->is_array()) {
      for (json& port : *ports) {
        if (port.is_object()) set_if_absent(port, "protocol", "TCP");
      }
    }
  }
}

void default_pod_spec(json& spec) {
  set_if_absent(spec, "restartPolicy", "Always");
  set_if_absent(spec, "terminationGracePeriodSeconds", 30);
  set_if_absent(spec, "dnsPolicy", "ClusterFirst");
  set_if_absent(spec, "securityContext", json::object());
  set_if_absent(spec, "schedulerName", "default-scheduler");
  default_containers(spec, "initContainers");
  default_containers(spec, "containers");
}

void add_toleration(json& tolerations, std::string_view key) {
  const bool present = std::any_of(tolerations.begin(), tolerations.end(),
                                   [&](const json& entry) { return text_at(entry, {"key"}) == key; });
  if (present) return;
  tolerations.push_back(
      {{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}});
}

// GetPodQOS, for cpu and memory.
std::string_view quality_class(const json& pod) {
  bool any = false;
  bool guaranteed = true;
  const json& containers = value_at(pod, {"spec", "containers"});
  if (!containers.is_array()) return "BestEffort";
  for (const json& container : containers) {
    for (const char* resource : {"cpu", "memory"}) {
      const json& limit = value_at(container, {"resources", "limits", resource});
      const json& request = value_at(container, {"resources", "requests", resource});
      any = any || !limit.is_null() || !request.is_null();
      guaranteed = guaranteed && !limit.is_null() && (request.is_null() || request == limit);
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

void default_pod(json& pod) {
  json& spec = object_in(pod, "spec");
  default_pod_spec(spec);
  set_if_absent(spec, "enableServiceLinks", true);
}

/// What the plugins Priority and DefaultTolerationSeconds say of a pod, and how it begins.
void admit_pod(json& pod) {
  json& spec = object_in(pod, "spec");
  set_if_absent(spec, "priority", 0);
  set_if_absent(spec, "preemptionPolicy", "PreemptLowerPriority");
  set_if_absent(spec, "tolerations", json::array());
  if (spec["tolerations"].is_array()) {
    add_toleration(spec["tolerations"], "node.kubernetes.io/not-ready");
    add_toleration(spec["tolerations"], "node.kubernetes.io/unreachable");
  }
  json& status = object_in(pod, "status");
  set_if_absent(status, "phase", "Pending");
  set_if_absent(status, "qosClass", quality_class(pod));
}

void default_template(json& spec) {
  json& pod_template = object_in(spec, "template");
  set_if_absent(object_in(pod_template, "metadata"), "creationTimestamp", nullptr);
  pod_template["metadata"]["creationTimestamp"] = nullptr;
  default_pod_spec(object_in(pod_template, "spec"));
}

void default_deployment(json& deployment) {
  json& spec = object_in(deployment, "spec");
  set_if_absent(spec, "replicas", 1);
  set_if_absent(spec, "revisionHistoryLimit", 10);
  set_if_absent(spec, "progressDeadlineSeconds", 600);
  json& strategy = object_in(spec, "strategy");
  set_if_absent(strategy, "type", "RollingUpdate");
  if (strategy["type"] == "RollingUpdate") {
    json& rolling = object_in(strategy, "rollingUpdate");
    set_if_absent(rolling, "maxUnavailable", "25%");
    set_if_absent(rolling, "maxSurge", "25%");
  }
  default_template(spec);
  object_in(deployment, "status");
}

void default_service(json& service) {
  json& spec = object_in(service, "spec");
  set_if_absent(spec, "type", "ClusterIP");
  set_if_absent(spec, "sessionAffinity", "None");
  if (const auto ports = spec.find("ports"); ports != spec.end() && ports->is_array()) {
    for (json& port : *ports) {
      if (!port.is_object()) continue;
      set_if_absent(port, "protocol", "TCP");
      set_if_absent(port, "targetPort", value_at(port, {"port"}));
    }
  }
  if (spec["type"] != "ExternalName" && !spec.contains("clusterIP")) {
    // The real allocator draws; this one depends on the name alone, so that runs repeat.
    std::uint32_t hash = 2166136261U;
    for (const char* field : {"namespace", "name"}) {
      for (const char c : text_at(service, {"metadata", field})) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
      }
    }
    spec["clusterIP"] = fmt::format("10.0.{}.{}", (hash >> 8U) & 0xffU, 1 + hash % 254);
  }
  object_in(object_in(service, "status"), "loadBalancer");
}

// What is written as text is stored as bytes (pkg/apis/core/v1, conversion of Secret).
void default_secret(json& secret) {
  set_if_absent(secret, "type", "Opaque");
  const auto texts = secret.find("stringData");
  if (texts == secret.end()) return;
  if (texts->is_object()) {
    for (const auto& [key, value] : texts->items()) {
      if (value.is_string())
        object_in(secret, "data")[key] = runtime::base64_encode(value.get_ref<const std::string&>());
    }
  }
  secret.erase("stringData");
}

void default_event(json& event) {
  set_if_absent(event, "eventTime", nullptr);
  set_if_absent(event, "reportingComponent", "");
  set_if_absent(event, "reportingInstance", "");
  for (const char* field : {"firstTimestamp", "lastTimestamp"}) set_if_absent(event, field, nullptr);
  object_in(event, "source");
}

}  // namespace

void apply_defaults(const resource_type& type, json& object) {
  object["kind"] = type.kind;
  object["apiVersion"] = type.api_version();
  object_in(object, "metadata");
  if (type.kind == "Pod") default_pod(object);
  if (type.kind == "Deployment") default_deployment(object);
  if (type.kind == "ReplicaSet") {
    json& spec = object_in(object, "spec");
    set_if_absent(spec, "replicas", 1);
    default_template(spec);
    set_if_absent(object_in(object, "status"), "replicas", 0);
  }
  if (type.kind == "Service") default_service(object);
  if (type.kind == "Secret") default_secret(object);
  if (type.kind == "Event") default_event(object);
  if (type.kind == "Namespace") set_if_absent(object_in(object, "status"), "phase", "Active");
  if (type.kind == "ClusterRole" || type.kind == "Role") {
    json& rules = object["rules"];
    if (rules.is_array() && rules.empty()) rules = nullptr;  // an empty list does not survive storage
  }
  apply_status_defaults(type, object);
}

void complete_new(const resource_type& type, json& object) {
  if (type.kind == "Pod") admit_pod(object);
  if (type.kind == "Namespace")
    set_if_absent(object_in(object, "spec"), "finalizers", json::array({"kubernetes"}));
}

void apply_status_defaults(const resource_type& type, json& object) {
  if (type.kind != "Pod") return;
  json& status = object_in(object, "status");
  if (const auto found = status.find("conditions"); found != status.end() && found->is_array()) {
    for (json& condition : *found) {
      if (!condition.is_object()) continue;
      set_if_absent(condition, "lastProbeTime", nullptr);
      set_if_absent(condition, "lastTransitionTime", nullptr);
    }
  }
}

}  // namespace kitfox::kube
