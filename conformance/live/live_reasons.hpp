#pragma once
#include <string>

#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// What a target of the world `live` can offer.
struct live_abilities {
  std::size_t clusters_max = 1;
  bool has_nodes = false;     ///< Nodes, and a stub kubelet that shows logs.
  const char* too_many = "";  ///< What to do about too many clusters.
};

/// Why a scenario cannot be played there; empty: it can.
[[nodiscard]] std::string reason_to_skip_live(const scenario& what, const live_abilities& can);

}  // namespace kitfox::conformance
