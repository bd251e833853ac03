#include "conformance/scenario/scalar_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace kitfox::conformance {
namespace {

struct unit {
  std::string_view name;
  double factor;
};
constexpr std::array time_units{unit{"ns", 1},   unit{"us", 1e3},   unit{"ms", 1e6},   unit{"s", 1e9},
                                unit{"m", 6e10}, unit{"h", 3.6e12}, unit{"d", 8.64e13}};
constexpr std::array size_units{unit{"", 1},       unit{"B", 1},         unit{"kB", 1e3},
                                unit{"KB", 1e3},   unit{"MB", 1e6},      unit{"GB", 1e9},
                                unit{"KiB", 1024}, unit{"MiB", 1048576}, unit{"GiB", 1073741824}};
constexpr double largest = 9.2e18;  // below 2^63

/// Takes the digits (and, if it may, a fraction) from the front.
std::optional<double> take_number(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && ((text[size] >= '0' && text[size] <= '9') || (text[size] == '.' && size > 0)))
    ++size;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, value);
  if (size == 0 || error != std::errc{} || end != text.data() + size) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

template <std::size_t N>
std::optional<double> take_unit(std::string_view& text, const std::array<unit, N>& units) {
  std::size_t size = 0;
  while (size < text.size() &&
         ((text[size] >= 'a' && text[size] <= 'z') || (text[size] >= 'A' && text[size] <= 'Z')))
    ++size;
  for (const unit& one : units)
    if (one.name == text.substr(0, size)) {
      text.remove_prefix(size);
      return one.factor;
    }
  return std::nullopt;
}

}  // namespace

std::optional<duration> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const auto factor = take_unit(text, time_units);
    if (!factor) return std::nullopt;
    total += *number * *factor;
    if (total > largest) return std::nullopt;
  }
  return duration{std::llround(negative ? -total : total)};
}

std::string print_duration(duration span) {
  if (span == duration{}) return "0s";
  std::string text = span < duration{} ? "-" : "";
  std::uint64_t left = span < duration{} ? ~static_cast<std::uint64_t>(span.count()) + 1
                                         : static_cast<std::uint64_t>(span.count());
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 6> steps{{{"h", 3'600'000'000'000},
                                                                             {"m", 60'000'000'000},
                                                                             {"s", 1'000'000'000},
                                                                             {"ms", 1'000'000},
                                                                             {"us", 1'000},
                                                                             {"ns", 1}}};
  for (const auto& [name, size] : steps) {
    if (left >= size) text += fmt::format("{}{}", left / size, name);
    left %= size;
  }
  return text;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  const auto factor = take_unit(text, size_units);
  if (!factor || !text.empty() || *number * *factor > largest) return std::nullopt;
  return std::llround(*number * *factor);
}

std::optional<std::int64_t> parse_bandwidth(std::string_view text) {
  if (text.ends_with("/s")) text.remove_suffix(2);
  return parse_size(text);
}

std::optional<event_rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, count);
  if (error != std::errc{} || end != text.data() + slash) return std::nullopt;
  const std::string_view per = text.substr(slash + 1);
  if (per == "min") return event_rate{count, std::chrono::minutes{1}};
  const bool counted = !per.empty() && per.front() >= '0' && per.front() <= '9';
  const auto span = parse_duration(counted ? std::string{per} : "1" + std::string{per});
  if (!span || *span <= duration{}) return std::nullopt;
  return event_rate{count, *span};
}

bool fits_glob(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0, t = 0, star = pattern.npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace kitfox::conformance
