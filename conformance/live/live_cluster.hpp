#pragma once
#include <memory>
#include <string>
#include <vector>

#include "conformance/live/kube_admin.hpp"
#include "conformance/live/rbac_marker.hpp"
#include "conformance/live/stub_kubelet.hpp"
#include "conformance/world/cluster_api.hpp"
#include "conformance/world/cluster_objects.hpp"

namespace kitfox::conformance {

/// Label of everything that a run makes in a real API server; its value is the run's id.
inline constexpr const char* run_label = "kitfox.dev/run";

/// A real API server filled as a scenario says: its objects with their status, the agent's account and
/// rights, and, of a server that was started for this, nodes whose logs a stub kubelet shows. close() takes
/// everything out again.
class live_cluster final : public cluster_service {
 public:
  /// Time for the server to act on what it stored: its authorizer and authenticator follow by watches.
  static constexpr runtime::duration settle_timeout = std::chrono::seconds{20};

  /// `kubelets` signs for the stub kubelet; null: there is none, and no node is made. `run` goes into labels.
  live_cluster(runtime::host& on, std::unique_ptr<kube_admin> admin, const pki::authority* kubelets,
               std::string run);

  [[nodiscard]] runtime::task<runtime::error_code> fill(kube::loaded_file file, const rbac_values& rights,
                                                        std::string& why);

  runtime::task<runtime::result<runtime::http::response>> administer(runtime::http::request message) override;
  runtime::task<runtime::error_code> install_rbac(rbac_values values) override;
  runtime::task<runtime::result<std::string>> agent_token() override;
  [[nodiscard]] service_address address() const override;
  runtime::task<void> close() override;
  /// Whether close() took out everything; what it could not is left to its caller.
  [[nodiscard]] bool clean() const noexcept { return clean_; }

 private:
  struct made_object {
    std::string path;
    bool is_namespace = false;
  };
  [[nodiscard]] runtime::task<runtime::error_code> create(const kube::resource_type& type, kube::json body,
                                                          std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> post(std::string path, kube::json body, std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> remove(made_object one);
  void prepare(const kube::resource_type& type, kube::json& body) const;

  runtime::host& host_;
  std::unique_ptr<kube_admin> admin_;
  const pki::authority* kubelets_;
  std::string run_;
  stub_kubelet kubelet_;
  std::vector<made_object> made_;
  std::vector<made_object> rights_;  ///< Roles and bindings in force.
  rbac_marker marker_;
  bool clean_ = true;
};

}  // namespace kitfox::conformance
