#include "conformance/scenario/map_reader.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {

std::string map_reader::text(std::string_view key) const {
  const yaml_node* const found = find(key);
  return found == nullptr ? std::string{} : found->text;
}

std::vector<std::string> map_reader::texts(std::string_view key) const {
  std::vector<std::string> all;
  const yaml_node* const found = find(key);
  if (found == nullptr) return all;
  if (found->is_scalar()) all.push_back(found->text);
  for (const yaml_node& item : found->items) all.push_back(item.text);
  return all;
}

std::optional<duration> map_reader::span(std::string_view key) const {
  const yaml_node* const found = find(key);
  if (found == nullptr) return std::nullopt;
  const auto value = parse_duration(found->text);
  if (!value) fail(key, fmt::format("{} is longer than can be told in nanoseconds", describe(*found)));
  return value;
}

std::optional<std::uint64_t> map_reader::count(std::string_view key) const {
  const yaml_node* const found = find(key);
  if (found == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const std::string& text = found->text;
  const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error == std::errc{} && value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return value;
  fail(key, fmt::format("{} is too large", describe(*found)));
  return std::nullopt;
}

std::uint32_t map_reader::count32_or(std::string_view key, std::uint32_t standard) const {
  const auto value = count(key);
  if (!value) return standard;
  if (*value <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(*value);
  fail(key, fmt::format("{} is too large", describe(*find(key))));
  return standard;
}

std::optional<double> map_reader::number(std::string_view key) const {
  const yaml_node* const found = find(key);
  if (found == nullptr) return std::nullopt;
  return to_json(*found).get<double>();
}

std::optional<std::int64_t> map_reader::size(std::string_view key) const {
  const yaml_node* const found = find(key);
  if (found == nullptr) return std::nullopt;
  const auto value = parse_bandwidth(found->text);
  if (!value) fail(key, fmt::format("{} is too large", describe(*found)));
  return value;
}

bool map_reader::flag(std::string_view key) const {
  const yaml_node* const found = find(key);
  return found != nullptr && (found->text == "true" || found->text == "True" || found->text == "TRUE");
}

count_bound map_reader::bounds() const {
  const count_bound made{count("exactly"), count("at_least"), count("at_most")};
  if (made.exactly && (made.at_least || made.at_most))
    fail("exactly", "\"exactly\" leaves nothing to at_least or at_most");
  if (made.at_least && made.at_most && *made.at_least > *made.at_most) fail("at_least", "more than at_most");
  return made;
}

std::string map_reader::json(std::string_view key) const {
  const yaml_node* const found = find(key);
  return found == nullptr ? std::string{}
                          : to_json(*found).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void map_reader::fail(std::string_view key, std::string message) const {
  const yaml_node* const found = find(key);
  problems_.add(found == nullptr ? map_.where : found->where, found == nullptr ? path_ : path_of(key),
                std::move(message));
}

std::size_t choice_of(std::string_view word, std::initializer_list<std::string_view> words) {
  std::size_t index = 0;
  for (const std::string_view one : words) {
    if (one == word) return index;
    ++index;
  }
  return 0;
}

}  // namespace kitfox::conformance
