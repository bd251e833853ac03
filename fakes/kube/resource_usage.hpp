#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "runtime/clock.hpp"

namespace kitfox::kube {

/// What a container used, as metrics.k8s.io tells it.
struct container_usage {
  std::uint64_t cpu_nanocores = 0;  ///< Nanoseconds of CPU per second, over `window`.
  std::uint64_t memory_bytes = 0;   ///< Resident.
  runtime::wall_time at{};          ///< The end of `window`.
  runtime::duration window{0};
};

struct container_key {
  std::string ns, pod, container;
  auto operator<=>(const container_key&) const = default;
};

using usage_table = std::map<container_key, container_usage>;

}  // namespace kitfox::kube
