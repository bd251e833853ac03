#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "runtime/outcome.hpp"

namespace kitfox::kube {

using json = nlohmann::json;

/// Deepest nesting of objects and arrays that is accepted from outside.
inline constexpr std::size_t json_nesting_max = 128;

/// Parses one JSON document (RFC 8259). Errors: errc::not_json, errc::nesting_too_deep.
[[nodiscard]] runtime::result<json> parse_json(std::string_view text);
/// Compact text; bytes that are not UTF-8 are replaced, as Kubernetes does.
[[nodiscard]] std::string print_json(const json& value);

/// The value at the end of `path`, or null where any step is missing or is not an object.
[[nodiscard]] const json& value_at(const json& from, std::initializer_list<std::string_view> path);
/// The same, as text; empty unless it is a string. Valid as long as `from` is unchanged.
[[nodiscard]] std::string_view text_at(const json& from, std::initializer_list<std::string_view> path);
/// The same, as a number; `otherwise` unless it is an integer.
[[nodiscard]] std::int64_t number_at(const json& from, std::initializer_list<std::string_view> path,
                                     std::int64_t otherwise = 0);
/// The same; false unless it is the boolean true.
[[nodiscard]] bool is_true_at(const json& from, std::initializer_list<std::string_view> path);
/// The elements of an array of strings; anything else in it is left out.
[[nodiscard]] std::vector<std::string> texts_at(const json& from,
                                                std::initializer_list<std::string_view> path);

}  // namespace kitfox::kube
