#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "conformance/scenario/yaml_tree.hpp"

namespace kitfox::conformance {

/// Puts in the place of each step and check that breaks the schema one that says and does nothing, so that
/// the others can still be looked at: a comment that holds the nearest verb, under the step's own name. False
/// where something is broken that they all rest on; the tree is then as it was.
[[nodiscard]] bool set_aside(yaml_node& root, std::span<const load_error> violations);

/// The step or check stands for one that was broken.
[[nodiscard]] bool is_set_aside(const yaml_node& part);

/// The number in "steps[3].await.within" for "steps"; empty: it is about something else.
[[nodiscard]] std::optional<std::size_t> part_of(const std::string& path, std::string_view list);

}  // namespace kitfox::conformance
