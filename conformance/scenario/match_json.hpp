#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "conformance/scenario/step.hpp"

namespace kitfox::conformance {

/// Where and how `value` differs from the pattern, as one sentence with a JSON pointer; empty when it
/// matches.
///
/// An object matches when every member of the pattern matches; others may exist. An array matches element by
/// element. Any other value matches its equal. An object with a single member that begins with $ is a
/// matcher:
///
///     {$any: true}            anything that is there
///     {$absent: true}         nothing, or null
///     {$regex: "^web-"}       a string in which the expression (ECMAScript) is found
///     {$contains: "denied"}   a string that holds it
///     {$at_least: 3}          a number; likewise $at_most
///     {$size: 2}              an array or object of that many
///     {$one_of: [a, b]}       one of these patterns
///     {$has: {name: web-1}}   an array of which one element matches
///     {$each: {status: ...}}  an array of which all elements match
[[nodiscard]] std::optional<std::string> match_json(const json_pattern& pattern, const nlohmann::json& value);

/// True when the expression (ECMAScript) is found in `text`; false also when it is no expression.
[[nodiscard]] bool fits_regex(const std::string& expression, const std::string& text);

}  // namespace kitfox::conformance
