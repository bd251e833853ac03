#include "fakes/kube/pod_admission.hpp"

#include <algorithm>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/object_defaults.hpp"

namespace kitfox::kube {

namespace {

constexpr const char* account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr const char* root_authority = "kube-root-ca.crt";

bool is_refused(const json& object) {
  const json& wanted = value_at(object, {"automountServiceAccountToken"});
  return wanted.is_boolean() && !wanted.get<bool>();
}

json account_volume(const std::string& name) {
  const json token{{"serviceAccountToken", {{"expirationSeconds", 3607}, {"path", "token"}}}};
  const json authority{
      {"configMap",
       {{"name", root_authority}, {"items", json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}};
  const json item{{"path", "namespace"},
                  {"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}}}};
  const json home{{"downwardAPI", {{"items", json::array({item})}}}};
  return {{"name", name},
          {"projected", {{"defaultMode", 420}, {"sources", json::array({token, authority, home})}}}};
}

bool mount_account(json& container, const std::string& volume) {
  json& mounts = container["volumeMounts"];
  if (!mounts.is_array()) mounts = json::array();
  const bool taken = std::any_of(mounts.begin(), mounts.end(), [](const json& mount) {
    return text_at(mount, {"mountPath"}) == account_folder;
  });
  if (taken) return false;
  mounts.push_back({{"name", volume}, {"readOnly", true}, {"mountPath", account_folder}});
  return true;
}

}  // namespace

void add_service_account(const api_server::state& state, json& pod) {
  json& spec = pod["spec"];
  if (text_at(spec, {"serviceAccountName"}).empty()) spec["serviceAccountName"] = "default";
  spec["serviceAccount"] = spec["serviceAccountName"];
  const object_ptr account =
      state.store.find(*find_resource("", "v1", "serviceaccounts"), text_at(pod, {"metadata", "namespace"}),
                       text_at(spec, {"serviceAccountName"}));
  const bool said = value_at(spec, {"automountServiceAccountToken"}).is_boolean();
  if (said ? is_refused(spec) : account && is_refused(account->body)) return;
  // Five letters as the real ones have, of what tells this pod from others.
  const std::string uid{text_at(pod, {"metadata", "uid"})};
  const std::string volume = "kube-api-access-" + uid.substr(0, 5);
  bool mounted = false;
  for (const char* list : {"initContainers", "containers"}) {
    if (!spec.contains(list) || !spec[list].is_array()) continue;
    for (json& container : spec[list]) mounted = mount_account(container, volume) || mounted;
  }
  if (!mounted) return;
  if (!value_at(spec, {"volumes"}).is_array()) spec["volumes"] = json::array();
  spec["volumes"].push_back(account_volume(volume));
}

void furnish_namespace(api_server::state& state, const json& home, runtime::wall_time now) {
  const std::string ns{text_at(home, {"metadata", "name"})};
  const auto add = [&](const char* plural, const char* name, json body) {
    const resource_type& type = *find_resource("", "v1", plural);
    if (state.store.find(type, ns, name)) return;
    body["metadata"] = {{"name", name}, {"namespace", ns}};
    apply_defaults(type, body);
    complete_new(type, body);
    // A full store has no room for it: what needs it says so.
    (void)state.store.create(type, std::move(body), now);
  };
  add("serviceaccounts", "default", json::object());
  add("configmaps", root_authority, {{"data", {{"ca.crt", state.options.root_authority_pem}}}});
}

json node_object(const std::string& version, runtime::wall_time now) {
  const std::string time = print_time(now);
  json conditions = json::array();
  const auto add = [&](const char* type, const char* status, const char* reason, const char* message) {
    conditions.push_back({{"type", type},
                          {"status", status},
                          {"reason", reason},
                          {"message", message},
                          {"lastHeartbeatTime", time},
                          {"lastTransitionTime", time}});
  };
  add("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available");
  add("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure");
  add("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available");
  add("Ready", "True", "KubeletReady", "kubelet is posting ready status");
  const json size{{"cpu", "4"}, {"memory", "8Gi"}, {"pods", "110"}};
  return {{"kind", "Node"},
          {"apiVersion", "v1"},
          {"metadata",
           {{"name", kubelet::node_name},
            {"labels", {{"kubernetes.io/hostname", kubelet::node_name}, {"kubernetes.io/os", "linux"}}}}},
          {"spec", json::object()},
          {"status",
           {{"capacity", size},
            {"allocatable", size},
            {"conditions", std::move(conditions)},
            {"addresses", json::array({{{"type", "InternalIP"}, {"address", "127.0.0.1"}},
                                       {{"type", "Hostname"}, {"address", kubelet::node_name}}})},
            {"nodeInfo",
             {{"kubeletVersion", version},
              {"kubeProxyVersion", version},
              {"containerRuntimeVersion", "kitfox://processes"},
              {"operatingSystem", "linux"},
              {"architecture", "amd64"},
              {"osImage", "this machine"},
              {"kernelVersion", ""},
              {"machineID", ""},
              {"systemUUID", ""},
              {"bootID", ""}}}}}};
}

}  // namespace kitfox::kube
