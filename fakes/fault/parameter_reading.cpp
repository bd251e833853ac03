#include "fakes/fault/parameter_reading.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

using checked_value = arguments::value;

template <class T>
std::optional<checked_value> number_from(std::string_view text) {
  T number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return checked_value{number};
}

template <class T>
std::optional<checked_value> wrapped(std::optional<T> found) {
  if (!found) return std::nullopt;
  return checked_value{std::move(*found)};
}

std::optional<checked_value> fraction_of(double number) {
  if (!(number >= 0.0 && number <= 1.0)) return std::nullopt;
  return checked_value{number};
}

std::optional<checked_value> from_number(const parameter& declared, const nlohmann::json& given) {
  const bool whole =
      given.is_number_integer() && (given.is_number_unsigned() || given.get<std::int64_t>() >= 0);
  switch (declared.type) {
    case parameter_type::count:
    case parameter_type::size:
    case parameter_type::rate:
      if (!whole) return std::nullopt;
      return checked_value{given.get<std::uint64_t>()};
    case parameter_type::integer:
      if (!given.is_number_integer()) return std::nullopt;
      return checked_value{given.get<std::int64_t>()};
    case parameter_type::fraction:
      return fraction_of(given.get<double>());
    case parameter_type::span:
      if (!whole || given.get<std::uint64_t>() != 0) return std::nullopt;
      return checked_value{runtime::duration::zero()};
    case parameter_type::numbers:
      if (!whole || given.get<std::uint64_t>() == 0) return std::nullopt;
      return checked_value{given.dump()};
    case parameter_type::text:
      return checked_value{given.dump()};
    case parameter_type::choice:
      return std::nullopt;
  }
  KITFOX_ASSERT(false);
}

std::optional<checked_value> from_array(const parameter& declared, const nlohmann::json& given) {
  if (declared.type != parameter_type::numbers || given.empty()) return std::nullopt;
  std::string joined;
  for (const auto& one : given) {
    if (!one.is_number_unsigned()) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + one.dump();
  }
  return read_parameter_text(declared, joined);
}

}  // namespace

namespace {

bool is_allowed(const parameter& declared, const checked_value& value) {
  const auto* const number = std::get_if<std::uint64_t>(&value);
  if (number == nullptr || declared.allowed.empty()) return true;
  return std::any_of(declared.allowed.begin(), declared.allowed.end(),
                     [&](const number_range& one) { return *number >= one.least && *number <= one.most; });
}

std::optional<checked_value> value_of_text(const parameter& declared, std::string_view text) {
  switch (declared.type) {
    case parameter_type::span:
      return wrapped(parse_span(text));
    case parameter_type::count:
      return number_from<std::uint64_t>(text);
    case parameter_type::integer:
      return number_from<std::int64_t>(text);
    case parameter_type::size:
      return wrapped(parse_size(text));
    case parameter_type::rate:
      if (text.ends_with("/s")) text.remove_suffix(2);
      return wrapped(parse_size(text));
    case parameter_type::fraction: {
      const auto number = number_from<double>(text);
      return number ? fraction_of(std::get<double>(*number)) : std::nullopt;
    }
    case parameter_type::text:
      return checked_value{std::string{text}};
    case parameter_type::choice:
      if (std::find(declared.choices.begin(), declared.choices.end(), text) == declared.choices.end()) {
        return std::nullopt;
      }
      return checked_value{std::string{text}};
    case parameter_type::numbers:
      if (!number_set::parse(text)) return std::nullopt;
      return checked_value{std::string{text}};
  }
  KITFOX_ASSERT(false);
}

}  // namespace

std::optional<checked_value> read_parameter_text(const parameter& declared, std::string_view text) {
  auto value = value_of_text(declared, text);
  return value && is_allowed(declared, *value) ? value : std::nullopt;
}

std::optional<checked_value> read_parameter(const parameter& declared, const nlohmann::json& given) {
  if (given.is_string()) {
    const auto& text = given.get_ref<const std::string&>();
    // A number in quotes is a mistake where a bare number is meant.
    if (declared.type == parameter_type::count || declared.type == parameter_type::integer ||
        declared.type == parameter_type::fraction) {
      return std::nullopt;
    }
    return read_parameter_text(declared, text);
  }
  if (given.is_number()) {
    auto value = from_number(declared, given);
    return value && is_allowed(declared, *value) ? value : std::nullopt;
  }
  if (given.is_array()) return from_array(declared, given);
  return std::nullopt;
}

std::string expectation(const parameter& declared) {
  const std::string allowed = declared.allowed.empty() ? "" : ", " + print_allowed(declared);
  switch (declared.type) {
    case parameter_type::span:
      return "a duration such as 250ms";
    case parameter_type::count:
      return "a whole number" + (allowed.empty() ? ", 0 or more" : allowed);
    case parameter_type::integer:
      return "a whole number";
    case parameter_type::size:
      return "a size such as 65536 or 64KiB" + allowed;
    case parameter_type::rate:
      return "bytes a second such as 65536 or 64KiB/s";
    case parameter_type::fraction:
      return "a number from 0 to 1";
    case parameter_type::text:
      return "a text";
    case parameter_type::numbers:
      return "a number from 1, or numbers such as \"2..5\", \"4..\" or \"every 3\"";
    case parameter_type::choice:
      break;
  }
  std::string text = "one of";
  for (const std::string& choice : declared.choices) text += (text == "one of" ? " " : ", ") + choice;
  return text;
}

}  // namespace kitfox::fault
