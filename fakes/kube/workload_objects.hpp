#pragma once
#include <string>
#include <vector>

#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// What the controllers of workloads have in common. Private to the server.

/// Objects of a type whose ownerReferences name that one.
[[nodiscard]] std::vector<object_ptr> owned_objects(const api_server::state& state, const json& owner,
                                                    const resource_type& type);
[[nodiscard]] json owner_reference(const json& object);
/// Stores a new object, defaults filled in; null when it cannot be stored.
object_ptr create_object(api_server::state& state, const resource_type& type, json body,
                         runtime::wall_time now);
/// Stores a pod made from spec.template of its owner, under a generated name, and tells of it as that
/// controller. `more` is merged into the pod.
object_ptr create_pod_of(api_server::state& state, const json& owner, const char* controller,
                         const json& more, runtime::wall_time now);
/// So many of the letters that Kubernetes makes names of: no vowels, so that no words come out.
[[nodiscard]] std::string letters_of(std::uint64_t number, std::size_t count);
/// Ten such letters that stand for a pod template.
[[nodiscard]] std::string template_hash(const json& pod_template);

/// The one node that a pod's affinity lets it run on, as pods of DaemonSets have it; empty: any.
[[nodiscard]] std::string pinned_node(const json& pod);

}  // namespace kitfox::kube
