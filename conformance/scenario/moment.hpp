#pragma once
#include <cstddef>
#include <string>

#include "conformance/scenario/bounds.hpp"
#include "conformance/scenario/source_mark.hpp"

namespace kitfox::conformance {

/// A point in time that a check refers to ("revoke", "outage.end", "heal+2s", "30s", "start", "end").
struct moment {
  enum class anchor {
    scenario_start,
    scenario_end,
    step_begin,  ///< The step's action was taken; for `for` steps, the fault began.
    step_end,    ///< The step was over: answer received, fault undone, await satisfied.
  };
  source_mark where;
  std::string text;
  anchor from = anchor::scenario_start;
  std::size_t step = 0;  ///< Index into scenario::steps, for step_begin and step_end.
  duration offset{};
};

}  // namespace kitfox::conformance
