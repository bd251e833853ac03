#pragma once
#include <cstdint>
#include <string>

#include "agent/kube_client.hpp"

namespace kitfox::agent {

/// Counts the objects of a cluster-scoped core resource ("nodes"). One small call where the server tells how
/// many remain, else page by page up to kube_options::items_max.
[[nodiscard]] runtime::task<kube_result<std::int64_t>> count_objects(kube_client& client,
                                                                     std::string resource,
                                                                     runtime::mono_time deadline);

}  // namespace kitfox::agent
