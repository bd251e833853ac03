#pragma once
#include <cstddef>
#include <string>

#include "conformance/report/compare_results.hpp"

namespace kitfox::conformance {

/// What changed, for people at a terminal. What stayed the same is only counted.
[[nodiscard]] std::string print_comparison(const comparison& of);
/// The same for a comment under a change, in GitHub Flavored Markdown; of each kind of change at most
/// `compared_lines_max` lines, the others counted.
[[nodiscard]] std::string print_comparison_markdown(const comparison& of);
inline constexpr std::size_t compared_lines_max = 50;
/// The same as JSON (comparison/v1): {kitfox, before, after, status, counts, cases, requirements}, every case
/// and requirement with its name, its two verdicts (null where a run does not have it) and what changed.
[[nodiscard]] std::string print_comparison_json(const comparison& of);

}  // namespace kitfox::conformance
