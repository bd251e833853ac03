#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>

#include "conformance/live/fidelity/api_twin.hpp"

namespace kitfox::conformance {

struct twin_score {
  std::size_t asked = 0, same = 0;
  std::size_t runs = 0, same_runs = 0;  ///< Programs, or policies.
};

struct twin_plan {
  std::uint64_t seed = 1;  ///< Of the first one; each next has the next.
  std::size_t runs = 1;
  std::size_t steps = 60;  ///< Of a program, or questions about a policy.
};

/// Plays random programs on both and compares what they say, request by request. A program ends with its
/// first difference, which is printed with the seed that gives it again. Errors: those of the way to either.
[[nodiscard]] runtime::task<runtime::result<twin_score>> compare_programs(api_twin& left, api_twin& right,
                                                                          twin_plan plan, std::ostream& out);

/// Asks both who may what under random policies, and compares verdict and reason. Where several bindings
/// allow the same, a real server names any of them, so a reason that differs is asked for again.
[[nodiscard]] runtime::task<runtime::result<twin_score>> compare_rights(api_twin& left, api_twin& right,
                                                                        twin_plan plan, std::ostream& out);

}  // namespace kitfox::conformance
