#pragma once
#include <span>
#include <string>

#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {

/// COVERAGE.md: how many requirements of each area and profile are checked, and what proves each of them.
[[nodiscard]] std::string print_coverage(std::span<const requirement> all);

}  // namespace kitfox::conformance
