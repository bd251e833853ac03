#pragma once
#include <string>

#include "conformance/report/compare_results.hpp"

namespace kitfox::conformance {

/// What changed between two runs as one page that needs nothing beside it: styled as the report, with search,
/// and what both runs were made of. `before` and `after` are the runs that `of` compares. Pure.
[[nodiscard]] std::string print_comparison_html(const comparison& of, const run_origin& before,
                                                const run_origin& after);

}  // namespace kitfox::conformance
