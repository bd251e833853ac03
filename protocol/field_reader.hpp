#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/diagnostics.hpp"
#include "protocol/error.hpp"
#include "protocol/json.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::protocol {

/// What a text member must look like.
struct text_rule {
  std::size_t size_bytes_min{0};
  std::size_t size_bytes_max{4096};
  bool (*matches)(std::string_view){nullptr};  ///< Further syntax check; none = any text.
  std::string_view expected{"a string"};       ///< For the message: "expected ..., got ...".
};

struct integer_rule {
  std::int64_t min{std::numeric_limits<std::int64_t>::min()};
  std::int64_t max{std::numeric_limits<std::int64_t>::max()};
};

/// Duration in seconds as a JSON number, 0 < x <= max or 0 <= x <= max.
struct seconds_rule {
  enum class lower_bound { positive, zero_or_more };
  lower_bound lower{lower_bound::positive};
  std::chrono::milliseconds max{std::chrono::seconds{300}};
};

/// Reads typed members of a JSON object and remembers the first thing that was wrong, so that a message is
/// read in one straight run of calls and checked once at the end with error(). After the first failure every
/// reader returns a default value. Messages look like `/params/tail_lines: expected an integer between 1 and
/// 10000, got "x"`.
///
/// `optional_x` takes an absent or null member as none. Members nobody reads are ignored; see
/// refuse_others(). Keeps references to the object and the diagnostics: both must outlive it.
class field_reader {
 public:
  /// `pointer` is where `object` stands in the document. Fails with wrong_type if it is no object.
  field_reader(const nlohmann::json& object, diagnostics& diag, std::string pointer = {});

  std::string text(std::string_view name, const text_rule& rule = {});
  std::optional<std::string> optional_text(std::string_view name, const text_rule& rule = {});
  std::int64_t integer(std::string_view name, integer_rule rule = {});
  std::optional<std::int64_t> optional_integer(std::string_view name, integer_rule rule = {});
  bool boolean(std::string_view name);
  std::optional<bool> optional_boolean(std::string_view name);
  /// Rounded up to whole milliseconds, so that a positive time never becomes zero.
  std::chrono::milliseconds seconds(std::string_view name, seconds_rule rule = {});
  std::optional<std::chrono::milliseconds> optional_seconds(std::string_view name, seconds_rule rule = {});
  /// Like the above, but what is more than `rule.max` counts as that.
  std::optional<std::chrono::milliseconds> optional_seconds_capped(std::string_view name,
                                                                   seconds_rule rule = {});
  timestamp time(std::string_view name);
  std::optional<timestamp> optional_time(std::string_view name);
  json_value object(std::string_view name);
  std::optional<json_value> optional_object(std::string_view name);
  /// The member's value, for readers of arrays and nested objects; null pointer if absent or null (or after a
  /// failure).
  const nlohmann::json* find(std::string_view name) const;
  /// Like find(), and fails with wrong_type if the value is no array, missing_field if there is none.
  const nlohmann::json* array(std::string_view name);

  /// Fails with unknown_param if the object has a member outside of `known`.
  void refuse_others(std::initializer_list<std::string_view> known);

  /// What `read(field_reader&)` reads of optional members that a peer may as well leave out: a value that
  /// does not fit counts as absent, so that it never costs the message.
  template <class Read>
  auto if_fitting(Read read) -> decltype(read(*this)) {
    if (error_) return {};
    auto value = read(*this);
    if (!error_) return value;
    error_ = {};
    diag_ = {};
    return {};
  }

  /// Records a failure at member `name` ("" = the object itself), unless one is recorded already.
  void fail(std::string_view name, protocol_errc code, std::string sentence);
  /// Takes over the failure of a reader of a nested value, with the diagnostics that reader wrote.
  void fail(error_code error, diagnostics found);

  [[nodiscard]] error_code error() const noexcept { return error_; }
  [[nodiscard]] bool ok() const noexcept { return !error_; }
  [[nodiscard]] std::string pointer_to(std::string_view name) const;

 private:
  const nlohmann::json* require(std::string_view name, std::string_view expected);
  void fail_type(std::string_view name, std::string_view expected, const nlohmann::json& got);

  const nlohmann::json& object_;
  diagnostics& diag_;
  std::string pointer_;
  error_code error_;
};

/// A value as a message to a person shows it: scalars as JSON cut to 64 bytes, else "an array" or "an
/// object".
[[nodiscard]] std::string describe_json(const nlohmann::json& value);

}  // namespace kitfox::protocol
