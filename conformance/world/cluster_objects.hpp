#pragma once
#include <map>
#include <string>
#include <vector>

#include "conformance/scenario/topology.hpp"
#include "fakes/kube/api_server.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::conformance {

/// Who may do anything in a fake cluster: the harness itself.
inline constexpr const char* administrator_token = "administrator-of-the-fake-cluster";

/// Files of objects as they are read, each of them once: a hundred clusters may be filled from the same one.
class object_files {
 public:
  /// The content of a file, `{{canary}}` still in it; it stays as long as this object. On failure `why` names
  /// the file and what is wrong with it.
  [[nodiscard]] runtime::result<const kube::loaded_file*> read(const std::string& path, std::string& why);

 private:
  std::map<std::string, kube::loaded_file> known_;
};

/// What a cluster's file holds, its own canary in it; nothing without a file. On failure `why` names the file
/// and what is wrong with it.
[[nodiscard]] runtime::result<kube::loaded_file> objects_of(const cluster_spec& spec, object_files& files,
                                                            std::string& why);
/// The agent's namespace and account, with the roles and bindings that the chart makes of such values.
[[nodiscard]] std::vector<kube::json> agent_objects(const rbac_values& values);
/// Of the agent's service account, and of its roles and bindings.
inline constexpr const char* agent_account = "incidentfox-agent";
inline constexpr const char* agent_namespace = "incidentfox";

/// Fills a fresh API server as a scenario says: the file's objects with the tenant's canary in them, the
/// agent's service account with its rights, and the administrator. On failure `why` names the file and what
/// is wrong with it.
[[nodiscard]] runtime::error_code fill_cluster(kube::api_server& server, const cluster_spec& spec,
                                               object_files& files, runtime::wall_time now, std::string& why);
/// Puts other chart values in force, as `helm upgrade` does.
[[nodiscard]] runtime::error_code install_rbac(kube::api_server& server, const rbac_values& values,
                                               runtime::wall_time now);
/// A token of the agent's service account.
[[nodiscard]] runtime::result<std::string> agent_service_token(kube::api_server& server,
                                                               runtime::wall_time now);

}  // namespace kitfox::conformance
