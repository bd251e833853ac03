#include "conformance/scenario/schema_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/scenario/scenario_schema.hpp"
#include "conformance/scenario/schema_bounds.hpp"

namespace kitfox::conformance {
namespace {

using nlohmann::ordered_json;

const ordered_json& resolve(const ordered_json& document, const ordered_json& schema) {
  const ordered_json* at = &schema;
  while (at->contains("$ref"))
    at = &document.at(ordered_json::json_pointer{(*at)["$ref"].get<std::string>().substr(1)});
  return *at;
}

/// The description nearest to the use: a reference may describe itself anew.
std::string description_of(const ordered_json& document, const ordered_json& schema) {
  if (schema.contains("description")) return schema["description"].get<std::string>();
  return schema.contains("$ref") ? description_of(document, resolve(document, schema)) : std::string{};
}

std::string expectation_of(const ordered_json& document, const ordered_json& schema) {
  if (schema.contains("x-expected")) return schema["x-expected"].get<std::string>();
  if (schema.contains("$ref")) return expectation_of(document, resolve(document, schema));
  if (schema.contains("enum")) {
    std::string words;
    for (const auto& word : schema["enum"]) words += (words.empty() ? "" : ", ") + word.get<std::string>();
    return words;
  }
  if (schema.contains("anyOf")) return expectation_of(document, schema["anyOf"].front());
  if (schema.contains("const"))
    return schema["const"].is_string() ? schema["const"].get<std::string>() : schema["const"].dump();
  if (!schema.contains("type")) return "any value";
  const auto& type = schema["type"];
  if (type == "object") return "a map";
  if (type == "array") return "a list";
  if (type == "integer" && schema.contains("minimum") && schema.contains("maximum"))
    return fmt::format("a whole number from {} to {}", schema["minimum"].dump(), schema["maximum"].dump());
  if (type == "integer" || type == "number") return "a number";
  return type == "boolean" ? "true or false" : "a text";
}

/// YAML in flow style, with quotes only where a reader needs them.
std::string print_flow(const ordered_json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, below] : value.items())
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, print_flow(below));
    return "{" + text + "}";
  }
  if (value.is_array()) {
    for (const auto& item : value) text += (text.empty() ? "" : ", ") + print_flow(item);
    return "[" + text + "]";
  }
  if (!value.is_string()) return value.dump();
  text = value.get<std::string>();
  const bool plain = !text.empty() && text.find_first_of("*{}[],&#!|>'\"%@`:") == std::string::npos &&
                     plain_scalar_type(text) == yaml_node::kind::text && text.front() != '-' &&
                     text.front() != '?';
  return plain ? text : value.dump();
}

std::vector<schema_key> read_keys(const ordered_json& document, const ordered_json& schema) {
  std::vector<schema_key> keys;
  const ordered_json properties = schema.value("properties", ordered_json::object());
  for (const auto& [key, below] : properties.items()) {
    schema_key one{key, expectation_of(document, below), description_of(document, below),
                   schema_key::presence::optional};
    for (const auto& required : schema.value("required", ordered_json::array()))
      if (required == key) one.needed = schema_key::presence::required;
    keys.push_back(std::move(one));
  }
  return keys;
}

schema_word read_word(const ordered_json& document, const std::string& name, schema_word::what kind) {
  const std::string_view holder = kind == schema_word::what::end_check ? "check" : "step";
  const ordered_json& schema = resolve(document, document["$defs"][holder]["properties"][name]);
  const auto pointer = document["$defs"][holder]["properties"][name]["$ref"].get<std::string>();
  const ordered_json& own = document.at(ordered_json::json_pointer{pointer.substr(1)});
  schema_word word;
  word.kind = own.value("x-fault", false) ? schema_word::what::step_fault : kind;
  word.name = name;
  word.family = own.value("x-family", std::string{});
  word.description = own.value("description", std::string{});
  word.keys = read_keys(document, schema);
  for (const auto& example : own.value("examples", ordered_json::array()))
    word.examples.push_back(fmt::format("{}: {}", name, print_flow(example)));
  return word;
}

schema_word read_key(const ordered_json& document, const std::string& name, const ordered_json& schema,
                     schema_word::what kind) {
  schema_word word;
  word.kind = kind;
  word.name = name;
  word.description = description_of(document, schema);
  word.expected = expectation_of(document, schema);
  const std::string bounds = print_bounds(nlohmann::json::parse(schema.dump()));
  if (!bounds.empty()) word.expected += ": " + bounds;
  word.keys = read_keys(document, resolve(document, schema));
  return word;
}

std::vector<schema_word> read_all_keys() {
  const auto document = ordered_json::parse(scenario_schema_text());
  std::vector<schema_word> words;
  const auto read = [&](const ordered_json& properties, schema_word::what kind) {
    for (const auto& [name, schema] : properties.items())
      words.push_back(read_key(document, name, schema, kind));
  };
  read(document["properties"], schema_word::what::file_key);
  ordered_json beside_verbs = document["$defs"]["step"]["properties"];
  for (const auto& branch : document["$defs"]["step"]["oneOf"])
    beside_verbs.erase(branch["required"].front().get<std::string>());
  read(beside_verbs, schema_word::what::step_key);
  read(document["$defs"]["agent_settings"]["properties"], schema_word::what::agent_setting);
  read(document["$defs"]["gateway_settings"]["properties"], schema_word::what::gateway_setting);
  return words;
}

std::vector<schema_word> read_words() {
  const auto document = ordered_json::parse(scenario_schema_text());
  std::vector<schema_word> words;
  for (const auto& branch : document["$defs"]["step"]["oneOf"])
    words.push_back(
        read_word(document, branch["required"].front().get<std::string>(), schema_word::what::step_verb));
  for (const auto& branch : document["$defs"]["check"]["oneOf"])
    words.push_back(
        read_word(document, branch["required"].front().get<std::string>(), schema_word::what::end_check));
  return words;
}

}  // namespace

std::string_view to_string(schema_word::what kind) noexcept {
  switch (kind) {
    case schema_word::what::step_verb:
      return "verb";
    case schema_word::what::step_fault:
      return "fault";
    case schema_word::what::end_check:
      return "check";
    case schema_word::what::file_key:
      return "key of a file";
    case schema_word::what::step_key:
      return "word of a step";
    case schema_word::what::agent_setting:
      return "setting of agents";
    case schema_word::what::gateway_setting:
      return "setting of the gateway";
  }
  return "verb";
}

std::span<const schema_word> schema_keys() {
  static const std::vector<schema_word> words = read_all_keys();
  return words;
}

std::span<const schema_word> schema_words() {
  static const std::vector<schema_word> words = read_words();
  return words;
}

std::vector<const schema_word*> find_schema_words(std::string_view name) {
  std::vector<const schema_word*> found;
  for (const schema_word& one : schema_words())
    if (one.name == name) found.push_back(&one);
  for (const schema_word& one : schema_keys())
    if (one.name == name) found.push_back(&one);
  return found;
}

}  // namespace kitfox::conformance
