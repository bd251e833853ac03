#pragma once
#include <boost/system/error_category.hpp>

#include "runtime/outcome.hpp"

namespace kitfox::agent {

using runtime::error_code;
using runtime::result;

/// What can be wrong with an agent's configuration. Failures in operation are runtime::errc and
/// runtime::http::errc; what Kubernetes refuses is a kube_failure.
enum class agent_errc {
  /// A file that the configuration names cannot be read; whoever deployed the agent must supply it.
  file_unreadable = 1,
  /// A file that the configuration names exceeds files::size_bytes_max.
  file_too_large,
  /// The gateway's URL is missing, no absolute URL, or not https; INCIDENTFOX_GATEWAY_URL must be corrected.
  bad_gateway_url,
  /// A flag or an environment variable has a value outside of its range.
  bad_option,
  /// The kubeconfig is no YAML, or not of kind Config.
  kubeconfig_malformed,
  /// A context, cluster or user that the kubeconfig refers to is not in it.
  kubeconfig_dangling,
  /// The kubeconfig asks for something this agent never does: skipping verification, plain http to another
  /// machine, an exec plugin, impersonation.
  kubeconfig_unsupported,
  /// Neither a kubeconfig nor the variables and files of a service account were found.
  no_kubernetes_access,
};

const boost::system::error_category& agent_category() noexcept;
inline error_code make_error_code(agent_errc code) noexcept {
  return {static_cast<int>(code), agent_category()};
}

}  // namespace kitfox::agent

template <>
struct boost::system::is_error_code_enum<kitfox::agent::agent_errc> : std::true_type {};
