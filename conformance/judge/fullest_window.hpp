#pragma once
#include <cstddef>
#include <vector>

#include "conformance/transcript/record.hpp"

namespace kitfox::conformance {

struct fullest_window {
  std::size_t count = 0;
  instant begins = 0;  ///< The first time in it.
};

/// The half-open window of that length, of all that begin at one of the times, which holds the most of them;
/// the earliest of several. Empty without times. `length` is more than 0; the times may be in any order.
[[nodiscard]] fullest_window find_fullest_window(std::vector<instant> times, instant length);

}  // namespace kitfox::conformance
