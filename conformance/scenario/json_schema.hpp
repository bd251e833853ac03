#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/yaml_tree.hpp"

namespace kitfox::conformance {

/// The part of JSON Schema (draft 2020-12) that the schema of scenarios uses, applied to YAML with its
/// places: type, const, enum, pattern, minLength, maxLength, minimum, maximum, properties, patternProperties,
/// additionalProperties, propertyNames, required, minProperties, maxProperties, items, minItems, maxItems,
/// uniqueItems, anyOf, oneOf over `required`, allOf, not over `required`, $ref to #/$defs, $defs.
///
/// Words of our own, which other readers skip: `x-expected` says what to put in place of "a text"; `x-names`
/// what a key of the map is called ("verb"); `x-one-of` what exactly one of is demanded. Those of bounds are
/// told in schema_bounds.hpp.
///
/// For `anyOf` the errors of one branch are reported: of the first that takes this kind of value.
class json_schema {
 public:
  /// Asserts that the schema uses nothing else: it is part of the program, not input.
  explicit json_schema(std::string_view schema_text);
  ~json_schema();
  json_schema(const json_schema&) = delete;
  json_schema& operator=(const json_schema&) = delete;

  /// Every violation in `root`, in the order of the text; empty if it is valid.
  [[nodiscard]] std::vector<load_error> validate(const yaml_node& root, const std::string& file) const;

  /// The schema as JSON, for those who explain it.
  [[nodiscard]] const nlohmann::json& document() const noexcept;

 private:
  struct compiled;
  std::unique_ptr<compiled> compiled_;
};

}  // namespace kitfox::conformance
