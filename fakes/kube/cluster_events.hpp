#pragma once
#include <string>

#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// What a component of the cluster reports of an object.
struct cluster_event {
  const char* type = "Normal";  ///< Or "Warning".
  const char* component;        ///< "kubelet".
  std::string reason;
  std::string message;
  std::string field_path{};  ///< "spec.containers{app}".
};

/// Stores an Event in the object's namespace, or counts the same one up (client-go/tools/record). At most
/// api_limits::events_max that were recorded here are kept; over it the oldest go. In a namespace that is
/// gone or about to go nothing is recorded.
void record_event(api_server::state& state, const json& about, cluster_event event, runtime::wall_time now);

}  // namespace kitfox::kube
