#pragma once
#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// What admission adds to a pod before it is stored: its service account, and where that is to be mounted
/// (plugin/pkg/admission/serviceaccount), the volume with token, ca.crt and namespace. Here it is added when
/// the pod is given a node.
void add_service_account(const api_server::state& state, json& pod);

/// The service account "default" and the ConfigMap "kube-root-ca.crt", as controllers put them into every
/// namespace that has none.
void furnish_namespace(api_server::state& state, const json& home, runtime::wall_time now);

/// The node that all pods run on.
[[nodiscard]] json node_object(const std::string& version, runtime::wall_time now);

}  // namespace kitfox::kube
