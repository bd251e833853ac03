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

/// One verb, fault or check of scenario files, for `explain` and for the guide; or a key that has a place of
/// its own in them, for `explain`.
struct schema_word {
  enum class what {
    step_verb,
    step_fault,
    end_check,
    file_key,
    step_key,
    agent_setting,
    gateway_setting
  } kind = what::step_verb;
  std::string name;
  std::string family;  ///< "link", "process", "invariant", ...; empty: none.
  std::string description;
  std::vector<schema_key> keys;       ///< Of its map; empty for those that take a scalar.
  std::vector<std::string> examples;  ///< Lines of YAML, such as `revoke: {cluster: prod-us-east-1}`.
  std::string expected{};             ///< Of a key: what it takes, with its bounds.
};
[[nodiscard]] std::string_view to_string(schema_word::what kind) noexcept;

/// Every verb, fault and check, in the order of the schema.
[[nodiscard]] std::span<const schema_word> schema_words();
/// The keys of a file, the words that may stand beside the verb of a step, and the settings of both parties.
[[nodiscard]] std::span<const schema_word> schema_keys();
/// Words and keys of that name: a verb and a check may share one.
[[nodiscard]] std::vector<const schema_word*> find_schema_words(std::string_view name);

}  // namespace kitfox::conformance
