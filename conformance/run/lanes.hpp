#pragma once
#include <cstddef>
#include <vector>

#include "conformance/run/run_plan.hpp"

namespace kitfox::conformance {

/// How long a case waits by its scenario's own words; what its first step, which brings everything up, may
/// take is left out.
[[nodiscard]] duration stated_waits(const scenario& what);

/// From how long on a case over sockets is taken for one that mostly waits.
inline constexpr duration patient_from = std::chrono::seconds{5};

/// The cases of a plan, by their places in it, as they are taken up.
struct lanes {
  std::vector<std::size_t> working;  ///< As many at a time as there are jobs, in the order of the plan.
  /// As many again beside them: over sockets, where real time passes, these wait for seconds and hardly
  /// compute. The longest first, so that none is left over.
  std::vector<std::size_t> waiting;
};
enum class lending { none, waits };
/// With lending::none all cases are in `working`.
[[nodiscard]] lanes divide(const run_plan& plan, lending of);

}  // namespace kitfox::conformance
