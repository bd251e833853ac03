#pragma once
#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "protocol/diagnostics.hpp"
#include "protocol/error.hpp"

namespace kitfox::protocol {

struct json_limits {
  std::size_t size_bytes_max{1024 * 1024};
  std::size_t depth_max{32};  ///< Nested arrays and objects; a scalar has depth 0, `{}` has 1.
};

/// Parses one JSON text (RFC 8259) strictly: UTF-8 without byte order mark, nothing after the value, no
/// comments, no NaN or Infinity, no number beyond the range of double, no member named twice in one object.
/// Errors: json_too_large (nothing is read), json_syntax (with offset), json_too_deep and
/// json_duplicate_member (with pointer). `diag` is written on failure only.
[[nodiscard]] result<nlohmann::json> parse_json(std::string_view text, diagnostics& diag,
                                                json_limits limits = {});

/// Compact JSON text. Strings that are not UTF-8 are repaired with U+FFFD, so printing never fails.
[[nodiscard]] std::string print_json(const nlohmann::json& value);

/// `text` as a JSON string for a message to a person: quoted, escaped, cut to 64 bytes.
[[nodiscard]] std::string quote_for_diagnostics(std::string_view text);

/// One reference token of a JSON pointer (RFC 6901 §3), `~` as `~0` and `/` as `~1`, in the JSON string form
/// of §5 and cut to 64 bytes: the names of members come from the peer too.
[[nodiscard]] std::string escape_pointer_token(std::string_view token);

/// A JSON value as a member of a message, so that headers need no more than json_fwd.hpp. Copies deeply;
/// never empty (default: `{}`); a moved-from one may only be assigned to or destroyed.
class json_value {
 public:
  json_value();
  explicit json_value(nlohmann::json value);
  json_value(const json_value& other);
  json_value(json_value&&) noexcept;
  json_value& operator=(const json_value& other);
  json_value& operator=(json_value&&) noexcept;
  ~json_value();

  [[nodiscard]] const nlohmann::json& get() const& noexcept { return *value_; }
  [[nodiscard]] nlohmann::json& get() & noexcept { return *value_; }
  [[nodiscard]] nlohmann::json take() &&;  ///< Moves the value out.

  friend bool operator==(const json_value& a, const json_value& b);

 private:
  std::unique_ptr<nlohmann::json> value_;
};

/// For tests and logs of gtest: compact JSON.
std::ostream& operator<<(std::ostream& out, const json_value& value);

}  // namespace kitfox::protocol
