#pragma once
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// A place in a text, counted from 1.
struct yaml_mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const yaml_mark&, const yaml_mark&) = default;
};

struct yaml_member;

/// One node of a scenario file: YAML without anchors, aliases, tags, duplicate or non-scalar keys.
struct yaml_node {
  enum class kind { null, boolean, integer, number, text, list, map };
  kind type = kind::null;
  yaml_mark where;
  std::string text;                  ///< Of a scalar, as written, without quotes.
  std::vector<yaml_node> items;      ///< Of a list.
  std::vector<yaml_member> members;  ///< Of a map, in the order of the file.

  [[nodiscard]] bool is_scalar() const noexcept { return type != kind::list && type != kind::map; }
  /// The value of a key of a map, or null.
  [[nodiscard]] const yaml_node* find(std::string_view key) const noexcept;
};

struct yaml_member {
  std::string key;
  yaml_mark where;
  yaml_node value;
};

/// The type that an unquoted scalar has under YAML 1.2's core schema.
[[nodiscard]] yaml_node::kind plain_scalar_type(std::string_view text) noexcept;

struct yaml_limits {
  std::size_t text_bytes_max = 256 * 1024;
  std::size_t depth_max = 32;
  std::size_t nodes_max = 50'000;
};

/// A tree, or why there is none; the errors of one text stand in its order.
struct yaml_parsed {
  yaml_node root;
  std::vector<load_error> errors;
};

/// Reads one YAML document. Everything that makes a file ambiguous to a reader is an error: tabs, duplicate
/// keys, anchors, aliases, tags, a second document.
[[nodiscard]] yaml_parsed parse_yaml(std::string_view text, const std::string& file,
                                     const yaml_limits& limits = {});

/// The same value as JSON. Integers beyond 64 bits become numbers.
[[nodiscard]] nlohmann::json to_json(const yaml_node& node);

/// "the text "x"", "the number 30", "a list": for messages.
[[nodiscard]] std::string describe(const yaml_node& node);

}  // namespace kitfox::conformance
