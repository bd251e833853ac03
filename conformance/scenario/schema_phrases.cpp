#include "conformance/scenario/schema_phrases.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kitfox::conformance {

using nlohmann::json;

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> words;
  for (const json& one : list) words.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  return words;
}

std::vector<std::string> keys(const json& map) {
  std::vector<std::string> words;
  for (const auto& [name, ignored] : map.items()) words.push_back(name);
  return words;
}

std::string with_article(std::string_view noun) {
  constexpr std::string_view vowels = "aeiou";
  return fmt::format("{} {}", vowels.find(noun.front()) == vowels.npos ? "a" : "an", noun);
}

bool has_type(const yaml_node& node, std::string_view name) {
  switch (node.type) {
    case yaml_node::kind::null:
      return name == "null";
    case yaml_node::kind::boolean:
      return name == "boolean";
    case yaml_node::kind::integer:
      return name == "integer" || name == "number";
    case yaml_node::kind::number:
      return name == "number";
    case yaml_node::kind::text:
      return name == "string";
    case yaml_node::kind::list:
      return name == "array";
    case yaml_node::kind::map:
      return name == "object";
  }
  return false;
}

std::string type_in_words(const json& type) {
  const auto word = [](const json& one) -> std::string {
    const auto name = one.get<std::string>();
    if (name == "string") return "a text";
    if (name == "integer") return "a whole number";
    if (name == "number") return "a number";
    if (name == "boolean") return "true or false";
    if (name == "array") return "a list";
    return name == "object" ? "a map" : "nothing";
  };
  if (!type.is_array()) return word(type);
  std::string all;
  for (const json& one : type) all += (all.empty() ? "" : " or ") + word(one);
  return all;
}

std::string what_stands_there(const yaml_node& node, const json& schema) {
  std::string text = describe(node);
  const json type = schema.value("type", json{});
  const bool number_for_text =
      type == "string" && (node.type == yaml_node::kind::integer || node.type == yaml_node::kind::number ||
                           node.type == yaml_node::kind::boolean);
  if (number_for_text && !schema.contains("pattern")) text += "; put it in quotes";
  if (type == "object" && node.type == yaml_node::kind::null) text += "; an empty map is {}";
  return text;
}

}  // namespace kitfox::conformance
