#pragma once
#include <vector>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// Every kind of fault of this folder: one file each, one line each in list.cpp.
[[nodiscard]] std::vector<fault_kind> every_fault();

namespace faults {
/// The latency of toxiproxy, which leaves dials alone; not in the registry.
[[nodiscard]] fault_kind latency_of_bytes();
}  // namespace faults

}  // namespace kitfox::fault
