#pragma once
#include "fakes/kube/pod_launch.hpp"

namespace kitfox::kube {

/// Writes the volumes of a container below its pod's folder, readable by this user alone, and puts its mounts
/// and a folder for temporary files below its root. Volumes that are there already get the files anew; what
/// else is in them stays. Errors: what the operating system says.
[[nodiscard]] runtime::error_code make_folders(const container_launch& launch);

}  // namespace kitfox::kube
