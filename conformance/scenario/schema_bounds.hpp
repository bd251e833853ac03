#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "conformance/scenario/yaml_tree.hpp"

namespace kitfox::conformance {

/// What is wrong with a scalar by the bounds of its schema; empty: nothing, or it is no number, duration or
/// size. The bounds are this project's own keywords, since JSON Schema knows none for "250ms" and "64KiB":
/// `x-least` and `x-most` are allowed themselves, `x-above` and `x-below` are not, and `x-or-zero` lets 0 in,
/// which then means none. Each bound is written as values of its kind are.
[[nodiscard]] std::string out_of_bounds(const yaml_node& value, const nlohmann::json& schema);

/// The same bounds for a reader: "100ms to 5m", "above 0s", "0s, or 1s to 24h"; empty where there are none.
[[nodiscard]] std::string print_bounds(const nlohmann::json& schema);

}  // namespace kitfox::conformance
