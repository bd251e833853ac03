#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// One key of a verb, fault or check, as the schema describes it.
struct schema_key {
  std::string name;
  std::string expected;     ///< "a duration such as 250ms, ...", "one of fin, rst, silent".
  std::string description;  ///< May be empty.
  enum class presence { optional, required } needed = presence::optional;
};

/// One verb, fault or check of scenario files, for `explain` and for the guide.
struct schema_word {
  enum class what { step_verb, step_fault, end_check } kind = what::step_verb;
  std::string name;
  std::string family;  ///< "link", "process", "invariant", ...
  std::string description;
  std::vector<schema_key> keys;       ///< Of its map; empty for those that take a scalar.
  std::vector<std::string> examples;  ///< Lines of YAML, such as `revoke: {cluster: prod-us-east-1}`.
};
[[nodiscard]] std::string_view to_string(schema_word::what kind) noexcept;

/// Every verb, fault and check, in the order of the schema.
[[nodiscard]] std::span<const schema_word> schema_words();
/// Those of that name: a verb and a check may share one.
[[nodiscard]] std::vector<const schema_word*> find_schema_words(std::string_view name);

}  // namespace kitfox::conformance
