#include "fakes/kube/resource_catalog.hpp"

#include <algorithm>
#include <array>

namespace kitfox::kube {

namespace {

constexpr std::string_view every_verb = "create delete deletecollection get list patch update watch";
constexpr auto namespaced = resource_scope::namespaced;
constexpr auto cluster = resource_scope::cluster;

constexpr auto catalog_rows = std::to_array<resource_type>({
    {"", "v1", "bindings", "Binding", namespaced, "create", "", "", "", ""},
    {"", "v1", "componentstatuses", "ComponentStatus", cluster, "get list", "cs", "", "", ""},
    {"", "v1", "configmaps", "ConfigMap", namespaced, every_verb, "cm", "", "qFsyl6wFWjQ=", ""},
    {"", "v1", "endpoints", "Endpoints", namespaced, every_verb, "ep", "", "fWeeMqaN/OA=", ""},
    {"", "v1", "events", "Event", namespaced, every_verb, "ev", "", "r2yiGXH7wu8=", ""},
    {"", "v1", "limitranges", "LimitRange", namespaced, every_verb, "limits", "", "EBKMFVe6cwo=", ""},
    {"", "v1", "namespaces", "Namespace", cluster, "create delete get list patch update watch", "ns", "",
     "Q3oi5N2YM8M=", "finalize Namespace update;status Namespace get,patch,update"},
    {"", "v1", "nodes", "Node", cluster, every_verb, "no", "",
     "XwShjMxG9Fs=", "proxy NodeProxyOptions create,delete,get,patch,update;status Node get,patch,update"},
    {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", namespaced, every_verb, "pvc", "",
     "QWTyNDq0dC4=", "status PersistentVolumeClaim get,patch,update"},
    {"", "v1", "persistentvolumes", "PersistentVolume", cluster, every_verb, "pv", "",
     "HN/zwEC+JgM=", "status PersistentVolume get,patch,update"},
    {"", "v1", "pods", "Pod", namespaced, every_verb, "po", "all", "xPOwRZ+Yhw8=",
     "attach PodAttachOptions create,get;binding Binding create;eviction policy/v1beta1/Eviction create;"
     "exec PodExecOptions create,get;log Pod get;portforward PodPortForwardOptions create,get;"
     "proxy PodProxyOptions create,delete,get,patch,update;status Pod get,patch,update"},
    {"", "v1", "podtemplates", "PodTemplate", namespaced, every_verb, "", "", "LIXB2x4IFpk=", ""},
    {"", "v1", "replicationcontrollers", "ReplicationController", namespaced, every_verb, "rc", "all",
     "Jond2If31h0=",
     "scale autoscaling/v1/Scale get,patch,update;status ReplicationController get,patch,update"},
    {"", "v1", "resourcequotas", "ResourceQuota", namespaced, every_verb, "quota", "",
     "8uhSgffRX6w=", "status ResourceQuota get,patch,update"},
    {"", "v1", "secrets", "Secret", namespaced, every_verb, "", "", "S6u1pOWzb84=", ""},
    {"", "v1", "serviceaccounts", "ServiceAccount", namespaced, every_verb, "sa", "",
     "pbx9ZvyFpBE=", "token authentication.k8s.io/v1/TokenRequest create"},
    {"", "v1", "services", "Service", namespaced, "create delete get list patch update watch", "svc", "all",
     "0/CO1lhkEBI=",
     "proxy ServiceProxyOptions create,delete,get,patch,update;status Service get,patch,update"},
    {"apps", "v1", "controllerrevisions", "ControllerRevision", namespaced, every_verb, "", "",
     "85nkx63pcBU=", ""},
    {"apps", "v1", "daemonsets", "DaemonSet", namespaced, every_verb, "ds", "all",
     "dd7pWHUlMKQ=", "status DaemonSet get,patch,update"},
    {"apps", "v1", "deployments", "Deployment", namespaced, every_verb, "deploy", "all",
     "8aSe+NMegvE=", "scale autoscaling/v1/Scale get,patch,update;status Deployment get,patch,update"},
    {"apps", "v1", "replicasets", "ReplicaSet", namespaced, every_verb, "rs", "all",
     "P1RzHs8/mWQ=", "scale autoscaling/v1/Scale get,patch,update;status ReplicaSet get,patch,update"},
    {"apps", "v1", "statefulsets", "StatefulSet", namespaced, every_verb, "sts", "all",
     "H+vl74LkKdo=", "scale autoscaling/v1/Scale get,patch,update;status StatefulSet get,patch,update"},
    {"batch", "v1", "jobs", "Job", namespaced, every_verb, "", "all",
     "mudhfqk/qZY=", "status Job get,patch,update"},
    {"batch", "v1beta1", "cronjobs", "CronJob", namespaced, every_verb, "cj", "all",
     "h/JlFAZkyyY=", "status CronJob get,patch,update"},
    {"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", cluster, every_verb, "",
     "", "48tpQ8gZHFc=", ""},
    {"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", cluster, every_verb, "", "",
     "bYE5ZWDrJ44=", ""},
    {"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", namespaced, every_verb, "", "",
     "eGsCzGH6b1g=", ""},
    {"rbac.authorization.k8s.io", "v1", "roles", "Role", namespaced, every_verb, "", "", "7FuwZcIIItM=", ""},
    {"authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", namespaced,
     "create", "", "", "", ""},
    {"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", cluster, "create",
     "", "", "", ""},
    {"authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", cluster, "create", "",
     "", "", ""},
    {"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", cluster, "create", "", "",
     "", ""},
    {"authentication.k8s.io", "v1", "tokenreviews", "TokenReview", cluster, "create", "", "", "", ""},
    {"networking.k8s.io", "v1", "ingressclasses", "IngressClass", cluster, every_verb, "", "",
     "6upRfBq0FOI=", ""},
    {"networking.k8s.io", "v1", "ingresses", "Ingress", namespaced, every_verb, "ing", "",
     "ZOAfGflaKd0=", "status Ingress get,patch,update"},
    {"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", namespaced, every_verb, "netpol", "",
     "YpfwF18m1G8=", ""},
    {"events.k8s.io", "v1", "events", "Event", namespaced, every_verb, "ev", "", "r2yiGXH7wu8=", ""},
    {"coordination.k8s.io", "v1", "leases", "Lease", namespaced, every_verb, "", "", "/sY7hl8ol1U=", ""},
    {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", cluster,
     every_verb, "crd crds", "api-extensions",
     "jfWCUB31mvA=", "status CustomResourceDefinition get,patch,update"},
    {"policy", "v1beta1", "poddisruptionbudgets", "PodDisruptionBudget", namespaced, every_verb, "pdb", "",
     "6BGBu0kpHtk=", "status PodDisruptionBudget get,patch,update"},
    {"policy", "v1beta1", "podsecuritypolicies", "PodSecurityPolicy", cluster, every_verb, "psp", "",
     "khBLobUXkqA=", ""},
    {"autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", namespaced, every_verb,
     "hpa", "all", "oQlkt7f5j/A=", "status HorizontalPodAutoscaler get,patch,update"},
    {"storage.k8s.io", "v1", "csidrivers", "CSIDriver", cluster, every_verb, "", "", "Z7aeXSiaYTw=", ""},
    {"storage.k8s.io", "v1", "csinodes", "CSINode", cluster, every_verb, "", "", "Pe62DkZtjuo=", ""},
    {"storage.k8s.io", "v1", "storageclasses", "StorageClass", cluster, every_verb, "sc", "",
     "K+m6uJwbjGY=", ""},
    {"storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", cluster, every_verb, "", "",
     "tJx/ezt6UDU=", "status VolumeAttachment get,patch,update"},
    {"admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration",
     cluster, every_verb, "", "api-extensions", "yxW1cpLtfp8=", ""},
    {"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations",
     "ValidatingWebhookConfiguration", cluster, every_verb, "", "api-extensions", "P9NhrezfnWE=", ""},
    {"apiregistration.k8s.io", "v1", "apiservices", "APIService", cluster, every_verb, "", "api-extensions",
     "C+s2HXXP47k=", "status APIService get,patch,update"},

});

}  // namespace

std::string resource_type::api_version() const {
  return group.empty() ? std::string{version} : std::string{group}.append("/").append(version);
}

std::string resource_type::list_kind() const { return std::string{kind} + "List"; }

std::string resource_type::group_resource() const {
  return group.empty() ? std::string{plural} : std::string{plural}.append(".").append(group);
}

bool resource_type::allows(std::string_view verb) const noexcept {
  for (std::string_view rest = verbs; !rest.empty();) {
    const std::size_t end = rest.find(' ');
    if (rest.substr(0, end) == verb) return true;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return false;
}

std::span<const resource_type> all_resources() noexcept { return catalog_rows; }

const resource_type* find_resource(std::string_view group, std::string_view version,
                                   std::string_view plural) noexcept {
  const auto found = std::find_if(catalog_rows.begin(), catalog_rows.end(), [&](const resource_type& row) {
    return row.plural == plural && row.group == group && row.version == version;
  });
  return found == catalog_rows.end() ? nullptr : &*found;
}

const resource_type* find_kind(std::string_view group, std::string_view kind) noexcept {
  const auto found = std::find_if(catalog_rows.begin(), catalog_rows.end(), [&](const resource_type& row) {
    return row.kind == kind && row.group == group;
  });
  return found == catalog_rows.end() ? nullptr : &*found;
}

const std::vector<group_version>& group_versions() {
  static const std::vector<group_version> all = [] {
    std::vector<group_version> out;
    for (const resource_type& row : catalog_rows) {
      if (out.empty() || out.back().group != row.group || out.back().version != row.version) {
        out.push_back({row.group, row.version, {}});
      }
      out.back().resources.push_back(&row);
    }
    return out;
  }();
  return all;
}

std::vector<std::string_view> split_words(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<subresource_type> subresources_of(const resource_type& type) {
  std::vector<subresource_type> all;
  for (const std::string_view entry : split_words(type.subresources, ';')) {
    const auto words = split_words(entry, ' ');
    subresource_type sub{words.at(0), words.at(1), {}, {}, split_words(words.at(2), ',')};
    if (const auto parts = split_words(sub.kind, '/'); parts.size() == 3) {
      sub.group = parts[0];
      sub.version = parts[1];
      sub.kind = parts[2];
    }
    all.push_back(std::move(sub));
  }
  return all;
}

std::optional<subresource_type> find_subresource(const resource_type& type, std::string_view name) {
  for (subresource_type& sub : subresources_of(type)) {
    if (sub.name == name) return std::move(sub);
  }
  return std::nullopt;
}

const resource_type& stored_as(const resource_type& type) noexcept {
  if (type.group != "events.k8s.io") return type;
  return *find_resource("", "v1", "events");
}

}  // namespace kitfox::kube
