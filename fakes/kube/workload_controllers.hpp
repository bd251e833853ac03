#pragma once
#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// What the controllers of Deployments, ReplicaSets, Jobs and DaemonSets, the scheduler and a kubelet do
/// about one object that changed: a ReplicaSet for each template, its pods, and pods that are Running and
/// Ready at once, with nothing in them. Old pods go when new ones come, whatever the strategy says. Private
/// to the server.
void reconcile_workload(api_server::state& state, const resource_type& type, const object_ptr& object,
                        runtime::wall_time now);
/// Whether a pod counts as ready: by its condition, or because it runs and has no conditions at all.
[[nodiscard]] bool says_it_is_ready(const json& pod);
/// Whether changes of that kind concern it.
[[nodiscard]] bool is_workload(const resource_type& type) noexcept;

}  // namespace kitfox::kube
