#pragma once
#include "conformance/world/cluster_api.hpp"
#include "conformance/world/cluster_objects.hpp"

namespace kitfox::conformance {

/// A fake API server, in this process.
class fake_cluster final : public cluster_api {
 public:
  /// An empty one. `number` is the cluster's place in its topology.
  fake_cluster(runtime::clock& time, const cluster_spec& spec, std::size_t number);

  /// The scenario's objects, the agent's rights, the administrator. On failure `why` tells what is wrong.
  [[nodiscard]] runtime::error_code fill(const cluster_spec& spec, object_files& files, std::string& why);
  [[nodiscard]] kube::api_server& server() noexcept { return server_; }
  [[nodiscard]] runtime::result<std::string> issue_token();

  kube::fault_script* faults() override { return &server_.faults(); }
  runtime::task<runtime::result<runtime::http::response>> administer(runtime::http::request message) override;
  runtime::task<runtime::error_code> install_rbac(rbac_values values) override;
  runtime::task<runtime::result<std::string>> agent_token() override;

 private:
  runtime::clock& clock_;
  kube::api_server server_;
};

/// Starts fake API servers on loopback.
class fake_clusters final : public cluster_source {
 public:
  runtime::task<runtime::result<std::unique_ptr<cluster_service>>> open(cluster_order order,
                                                                        std::string& why) override;

 private:
  object_files files_;
};

}  // namespace kitfox::conformance
