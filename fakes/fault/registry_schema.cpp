#include <nlohmann/json.hpp>

#include "fakes/fault/registry.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

using nlohmann::json;

constexpr const char* size_pattern = "^[0-9]+([.][0-9]+)?(B|kB|KB|KiB|MB|MiB|GiB)?$";

json type_schema(const parameter& one) {
  switch (one.type) {
    case parameter_type::span:
      return {{"type", json::array({"string", "integer"})},
              {"pattern", "^(0|([0-9]+([.][0-9]+)?(ns|us|ms|s|m|h|d))+)$"},
              {"maximum", 0},
              {"minimum", 0}};
    case parameter_type::count:
      return {{"type", "integer"}, {"minimum", 0}};
    case parameter_type::integer:
      return {{"type", "integer"}};
    case parameter_type::size:
      return {{"type", json::array({"string", "integer"})}, {"pattern", size_pattern}, {"minimum", 0}};
    case parameter_type::rate:
      return {{"type", json::array({"string", "integer"})},
              {"pattern", "^[0-9]+([.][0-9]+)?(B|kB|KB|KiB|MB|MiB|GiB)?(/s)?$"},
              {"minimum", 0}};
    case parameter_type::fraction:
      return {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
    case parameter_type::text:
      return {{"type", json::array({"string", "number"})}};
    case parameter_type::choice:
      return {{"type", "string"}, {"enum", one.choices}};
    case parameter_type::numbers: {
      const json whole = {{"type", "integer"}, {"minimum", 1}};
      const json words = {{"type", "string"},
                          {"pattern",
                           "^ *([0-9]+( *[.][.] *[0-9]*)?|every +[0-9]+) *"
                           "(, *([0-9]+( *[.][.] *[0-9]*)?|every +[0-9]+) *)*$"}};
      const json list = {{"type", "array"}, {"items", whole}, {"minItems", 1}};
      return {{"anyOf", json::array({whole, words, list})}};
    }
  }
  KITFOX_ASSERT(false);
}

/// JSON Schema has no word for a bound of "64KiB": of sizes it bounds those that are given as numbers.
void add_bounds(const parameter& one, json& entry) {
  json ranges = json::array();
  for (const auto& [least, most] : one.allowed) {
    ranges.push_back({{"minimum", least}});
    if (most != number_range::unbounded) ranges.back()["maximum"] = most;
  }
  if (ranges.size() == 1) entry.update(ranges.front());
  if (ranges.size() > 1) entry["anyOf"] = std::move(ranges);
}

}  // namespace

json registry::schema(const fault_kind& kind) {
  json properties = json::object();
  json required = json::array();
  const auto add = [&](const parameter& one) {
    json entry = type_schema(one);
    add_bounds(one, entry);
    entry["description"] = describe(one);
    if (!one.standard) required.push_back(one.name);
    if (one.standard && !one.standard->empty())
      entry["description"] = describe(one) + " Default: " + *one.standard + ".";
    properties[one.name] = std::move(entry);
  };
  for (const parameter& one : kind.parameters) add(one);
  for (const parameter& one : match_parameters(kind)) add(one);
  json made = {{"type", "object"},
               {"description", kind.doc},
               {"properties", std::move(properties)},
               {"additionalProperties", false}};
  if (!required.empty()) made["required"] = std::move(required);
  return made;
}

}  // namespace kitfox::fault
