#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "conformance/scenario/yaml_tree.hpp"

namespace kitfox::conformance {

/// One choice for each axis of a matrix; empty without a matrix.
using matrix_choice = std::vector<std::pair<std::string, std::string>>;

/// Every combination of the matrix of a valid scenario, in the order of the file; at least one.
[[nodiscard]] std::vector<matrix_choice> matrix_choices(const yaml_node& root);

/// A scenario as one choice in one world sees it.
struct expanded_scenario {
  yaml_node root;
  /// Nothing but blocks is missing, where comments stand instead: the rest can be looked at all the same.
  bool sound = true;
};
/// The scenario as one choice in one world sees it: parameters replaced, settings chosen, `do`, `parameters`
/// and `matrix` removed, blocks included in `steps`. A scalar that is one reference takes over the
/// parameter's type; texts around a reference make it a text. Errors (unknown parameters and blocks, endless
/// inclusion) are appended. `root` has passed the schema.
[[nodiscard]] expanded_scenario expand(const yaml_node& root, const matrix_choice& choice, world_kind world,
                                       const std::string& file, std::vector<load_error>& errors);

/// Parameters, axes and blocks that nothing uses.
void find_unused(const yaml_node& root, const std::string& file, std::vector<load_error>& errors);

}  // namespace kitfox::conformance
