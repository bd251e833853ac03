#include "protocol/field_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace kitfox::protocol {

using nlohmann::json;

std::string describe_json(const json& value) {
  if (value.is_string()) return quote_for_diagnostics(value.get_ref<const std::string&>());
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  return print_json(value);
}

field_reader::field_reader(const json& object, diagnostics& diag, std::string pointer)
    : object_{object}, diag_{diag}, pointer_{std::move(pointer)} {
  if (!object.is_object()) fail_type({}, "an object", object);
}

std::string field_reader::pointer_to(std::string_view name) const {
  return name.empty() ? pointer_ : pointer_ + '/' + escape_pointer_token(name);
}

void field_reader::fail(std::string_view name, protocol_errc code, std::string sentence) {
  if (error_) return;
  error_ = code;
  diag_ = {pointer_to(name), {}, std::move(sentence)};
}

void field_reader::fail(error_code error, diagnostics found) {
  if (error_) return;
  error_ = error;
  diag_ = std::move(found);
}

void field_reader::fail_type(std::string_view name, std::string_view expected, const json& got) {
  fail(name, protocol_errc::wrong_type, fmt::format("expected {}, got {}", expected, describe_json(got)));
}

const json* field_reader::find(std::string_view name) const {
  if (error_) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const json* field_reader::require(std::string_view name, std::string_view expected) {
  const json* value = find(name);
  if (value == nullptr)
    fail(name, protocol_errc::missing_field, fmt::format("expected {}, got nothing", expected));
  return value;
}

std::optional<std::string> field_reader::optional_text(std::string_view name, const text_rule& rule) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail_type(name, rule.expected, *value);
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() < rule.size_bytes_min || text.size() > rule.size_bytes_max) {
    fail(name, protocol_errc::out_of_range,
         fmt::format("expected {} of {} to {} bytes, got {}", rule.expected, rule.size_bytes_min,
                     rule.size_bytes_max, text.size()));
    return std::nullopt;
  }
  if (rule.matches != nullptr && !rule.matches(text)) {
    fail(name, protocol_errc::bad_format,
         fmt::format("expected {}, got {}", rule.expected, describe_json(*value)));
    return std::nullopt;
  }
  return text;
}

std::string field_reader::text(std::string_view name, const text_rule& rule) {
  if (require(name, rule.expected) == nullptr) return {};
  return optional_text(name, rule).value_or("");
}

namespace {

std::string expect_integer(integer_rule rule) {
  const bool lower = rule.min != std::numeric_limits<std::int64_t>::min();
  const bool upper = rule.max != std::numeric_limits<std::int64_t>::max();
  if (lower && upper) return fmt::format("an integer between {} and {}", rule.min, rule.max);
  if (lower) return fmt::format("an integer of at least {}", rule.min);
  if (upper) return fmt::format("an integer of at most {}", rule.max);
  return "an integer";
}

std::string expect_seconds(seconds_rule rule) {
  const double max = std::chrono::duration<double>{rule.max}.count();
  switch (rule.lower) {
    case seconds_rule::lower_bound::positive:
      return fmt::format("seconds, more than 0 and at most {}", max);
    case seconds_rule::lower_bound::zero_or_more:
      return fmt::format("seconds, from 0 to {}", max);
  }
  return "seconds";
}

/// Above every duration we accept, so that the conversion from double cannot overflow.
bool is_within(double seconds, seconds_rule rule) {
  if (!std::isfinite(seconds) || seconds > std::chrono::duration<double>{rule.max}.count()) return false;
  switch (rule.lower) {
    case seconds_rule::lower_bound::positive:
      return seconds > 0;
    case seconds_rule::lower_bound::zero_or_more:
      return seconds >= 0;
  }
  return false;
}

}  // namespace

std::optional<std::int64_t> field_reader::optional_integer(std::string_view name, integer_rule rule) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) {
    fail_type(name, expect_integer(rule), *value);
    return std::nullopt;
  }
  const bool overflows =
      value->is_number_unsigned() &&
      value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  const auto number = overflows ? std::numeric_limits<std::int64_t>::max() : value->get<std::int64_t>();
  if (overflows || number < rule.min || number > rule.max) {
    fail(name, protocol_errc::out_of_range,
         fmt::format("expected {}, got {}", expect_integer(rule), describe_json(*value)));
    return std::nullopt;
  }
  return number;
}

std::int64_t field_reader::integer(std::string_view name, integer_rule rule) {
  if (require(name, expect_integer(rule)) == nullptr) return 0;
  return optional_integer(name, rule).value_or(0);
}

std::optional<bool> field_reader::optional_boolean(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) {
    fail_type(name, "true or false", *value);
    return std::nullopt;
  }
  return value->get<bool>();
}

bool field_reader::boolean(std::string_view name) {
  if (require(name, "true or false") == nullptr) return false;
  return optional_boolean(name).value_or(false);
}

std::optional<std::chrono::milliseconds> field_reader::optional_seconds(std::string_view name,
                                                                        seconds_rule rule) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    fail_type(name, expect_seconds(rule), *value);
    return std::nullopt;
  }
  const auto seconds = value->get<double>();
  if (!is_within(seconds, rule)) {
    fail(name, protocol_errc::out_of_range,
         fmt::format("expected {}, got {}", expect_seconds(rule), describe_json(*value)));
    return std::nullopt;
  }
  // 0.3 s is 299.99... ms in binary and must not become 299, nor 0.1 s become 101 by rounding up alone.
  const double milliseconds = seconds * 1000;
  const double nearest = std::round(milliseconds);
  const double whole = std::abs(milliseconds - nearest) < 1e-6 ? nearest : std::ceil(milliseconds);
  const double least = seconds > 0 ? 1 : 0;
  return std::chrono::milliseconds{static_cast<std::int64_t>(std::max(whole, least))};
}

std::optional<std::chrono::milliseconds> field_reader::optional_seconds_capped(std::string_view name,
                                                                               seconds_rule rule) {
  const json* value = find(name);
  const bool too_much = value != nullptr && value->is_number() &&
                        value->get<double>() > std::chrono::duration<double>{rule.max}.count();
  return too_much ? std::optional{rule.max} : optional_seconds(name, rule);
}

std::chrono::milliseconds field_reader::seconds(std::string_view name, seconds_rule rule) {
  if (require(name, expect_seconds(rule)) == nullptr) return {};
  return optional_seconds(name, rule).value_or(std::chrono::milliseconds{});
}

std::optional<timestamp> field_reader::optional_time(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail_type(name, "an ISO 8601 time", *value);
    return std::nullopt;
  }
  const result<timestamp> time = parse_iso8601(value->get_ref<const std::string&>());
  if (time) return *time;
  fail(name, protocol_errc::bad_timestamp,
       fmt::format("expected an ISO 8601 time, got {}", describe_json(*value)));
  return std::nullopt;
}

timestamp field_reader::time(std::string_view name) {
  if (require(name, "an ISO 8601 time") == nullptr) return {};
  return optional_time(name).value_or(timestamp{});
}

std::optional<json_value> field_reader::optional_object(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    fail_type(name, "an object", *value);
    return std::nullopt;
  }
  return json_value{*value};
}

json_value field_reader::object(std::string_view name) {
  if (require(name, "an object") == nullptr) return {};
  return optional_object(name).value_or(json_value{});
}

const json* field_reader::array(std::string_view name) {
  const json* value = require(name, "an array");
  if (value == nullptr || value->is_array()) return value;
  fail_type(name, "an array", *value);
  return nullptr;
}

void field_reader::refuse_others(std::initializer_list<std::string_view> known) {
  if (error_) return;
  for (const auto& member : object_.items()) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    fail(member.key(), protocol_errc::unknown_param,
         known.size() == 0 ? std::string{"expected no member"}
                           : fmt::format("expected one of {}", fmt::join(known.begin(), known.end(), ", ")));
    return;
  }
}

}  // namespace kitfox::protocol
