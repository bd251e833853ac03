#pragma once
#include <vector>

#include "fakes/kube/container_fsm.hpp"
#include "fakes/kube/json.hpp"

namespace kitfox::kube {

/// The status of a pod whose containers are in these states, in the order of spec.containers, each with
/// whether it will never run again. What the pod's status says already and nothing contradicts stays:
/// addresses, start time, and the time of each condition that holds as before.
struct container_standing {
  container_report report;
  bool finished = false;
};
struct pod_standing {
  std::vector<container_standing> init;  ///< In the order of spec.initContainers.
  std::vector<container_standing> containers;
};
[[nodiscard]] json pod_status(const json& pod, const pod_standing& standing, runtime::wall_time now);

/// A condition of that type with that status, since when it was so in `before`, else since `now`.
[[nodiscard]] json pod_condition(const json& before, const char* type, bool holds, runtime::wall_time now);

}  // namespace kitfox::kube
