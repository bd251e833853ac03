#pragma once
#include <memory>
#include <string>

#include "conformance/scenario/topology.hpp"
#include "runtime/host.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::kube {
class fault_script;
}
namespace kitfox::pki {
class authority;
}

namespace kitfox::conformance {

/// Where something listens, and what to trust there.
struct service_address {
  runtime::endpoint at;
  std::shared_ptr<runtime::tls_client> tls;  ///< Empty: plain.  owners: the world, its callers
  std::string host = "gateway";              ///< For the field Host.
};

/// The API server of one cluster as the player of steps sees it, a fake or a real one. On the executor of its
/// world.
class cluster_api {
 public:
  virtual ~cluster_api() = default;
  /// What the server is told to answer in place of the truth; null where it always tells the truth.
  [[nodiscard]] virtual kube::fault_script* faults() { return nullptr; }
  /// The answer to a request of the administrator, who may do anything. Errors: those of the way there.
  [[nodiscard]] virtual runtime::task<runtime::result<runtime::http::response>> administer(
      runtime::http::request message) = 0;
  /// Puts other chart values in force, as `helm upgrade` does; once it returns, the server decides by them.
  [[nodiscard]] virtual runtime::task<runtime::error_code> install_rbac(rbac_values values) = 0;
  /// A token of the agent's service account, with which the server lets it in.
  [[nodiscard]] virtual runtime::task<runtime::result<std::string>> agent_token() = 0;
};

/// One that is reached over the network.
class cluster_service : public cluster_api {
 public:
  [[nodiscard]] virtual service_address address() const = 0;
  /// Ends it, or leaves it as it was found. To be awaited before it is destroyed.
  [[nodiscard]] virtual runtime::task<void> close() = 0;
};

/// What a cluster is made of.
struct cluster_order {
  runtime::host& on;
  const pki::authority& authority;             ///< Of the world; for servers that are started here.
  std::shared_ptr<runtime::tls_client> trust;  ///< Of the same.  owners: the world, the cluster
  const cluster_spec& spec;
  std::size_t number = 0;  ///< In the topology.
};

/// Where the clusters of a world of real processes come from. What it was given outlives what it opened.
class cluster_source {
 public:
  virtual ~cluster_source() = default;
  /// Brings up a cluster, filled as the scenario says. On failure `why` tells what is wrong.
  [[nodiscard]] virtual runtime::task<runtime::result<std::unique_ptr<cluster_service>>> open(
      cluster_order order, std::string& why) = 0;
};

}  // namespace kitfox::conformance
