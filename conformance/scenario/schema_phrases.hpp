#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/yaml_tree.hpp"

/// What a JSON Schema demands and a YAML node holds, in the words of error messages.
namespace kitfox::conformance {

/// "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& words);

/// The items of a JSON list as texts; items that are none as JSON.
[[nodiscard]] std::vector<std::string> texts(const nlohmann::json& list);

/// The member names of a JSON object.
[[nodiscard]] std::vector<std::string> keys(const nlohmann::json& map);

/// "a verb", "an area".
[[nodiscard]] std::string with_article(std::string_view noun);

/// Whether a node is of a JSON Schema type.
[[nodiscard]] bool has_type(const yaml_node& node, std::string_view name);

/// "a text or a list" for the value of the keyword `type`.
[[nodiscard]] std::string type_in_words(const nlohmann::json& type);

/// What a node is, with advice where another way of writing would do.
[[nodiscard]] std::string what_stands_there(const yaml_node& node, const nlohmann::json& schema);

}  // namespace kitfox::conformance
