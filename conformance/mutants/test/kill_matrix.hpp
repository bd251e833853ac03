#pragma once
#include <map>
#include <set>
#include <span>
#include <string>

#include "conformance/mutants/mutant.hpp"

namespace kitfox::conformance {

/// By requirement and mutant, the cases in which the requirement was found broken.
using kill_rows = std::map<std::string, std::map<std::string, std::set<std::string>>>;

/// By name of a check, the mutants in which it found something broken.
using check_rows = std::map<std::string, std::set<std::string>>;

/// One line a kill, with its cases: for readers of one build.
[[nodiscard]] std::string print_kill_list(const kill_rows& rows);

/// MATRIX.md: which requirement finds which mutant, from what was found. Requirements in the order of the
/// registry. Names no cases, so that it changes only when a kill comes or goes.
[[nodiscard]] std::string print_kill_matrix(const kill_rows& rows, const check_rows& checks,
                                            std::span<const mutant> agents, std::span<const mutant> gateways);

}  // namespace kitfox::conformance
