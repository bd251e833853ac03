#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <vector>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t ns_per_s = 1'000'000'000;
constexpr std::array<unit, 7> span_units{{{"ns", 1},
                                          {"us", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", ns_per_s},
                                          {"m", 60 * ns_per_s},
                                          {"h", 3600 * ns_per_s},
                                          {"d", 86'400 * ns_per_s}}};
constexpr std::array<unit, 8> size_units{{{"", 1},
                                          {"B", 1},
                                          {"kB", 1'000},
                                          {"KB", 1'000},
                                          {"KiB", 1'024},
                                          {"MB", 1'000'000},
                                          {"MiB", 1'048'576},
                                          {"GiB", 1'073'741'824}}};

/// Takes a decimal number off the front of `text`, with at most nine digits after a point.
struct decimal {
  std::uint64_t whole = 0;
  std::uint64_t billionths = 0;
};
std::optional<decimal> take_decimal(std::string_view& text) {
  decimal value;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value.whole);
  if (failure != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with('.')) return value;
  text.remove_prefix(1);
  std::uint64_t scale = ns_per_s;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if ((scale /= 10) == 0) return std::nullopt;
    value.billionths += static_cast<std::uint64_t>(text[digits] - '0') * scale;
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::optional<std::uint64_t> scaled(const decimal& value, std::uint64_t factor) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (value.whole > most / factor) return std::nullopt;
  // factor <= 86'400e9 and billionths < 1e9: split so that the product cannot overflow.
  const std::uint64_t fraction =
      factor / ns_per_s * value.billionths + factor % ns_per_s * value.billionths / ns_per_s;
  const std::uint64_t sum = value.whole * factor + fraction;
  return sum > most ? std::nullopt : std::optional{sum};
}

template <std::size_t N>
const unit* find_unit(const std::array<unit, N>& units, std::string_view name) {
  const auto found = std::find_if(units.begin(), units.end(), [&](const unit& u) { return u.name == name; });
  return found == units.end() ? nullptr : &*found;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::optional<runtime::duration> parse_span(std::string_view text) {
  if (text == "0") return runtime::duration::zero();
  std::uint64_t total = 0;
  bool any = false;
  while (!text.empty()) {
    const auto value = take_decimal(text);
    if (!value) return std::nullopt;
    const auto letters = std::min(text.find_first_of("0123456789."), text.size());
    const unit* const found = find_unit(span_units, text.substr(0, letters));
    if (found == nullptr) return std::nullopt;
    text.remove_prefix(letters);
    const auto part = scaled(*value, found->factor);
    if (!part || *part > std::uint64_t{std::numeric_limits<std::int64_t>::max()} - total) return std::nullopt;
    total += *part;
    any = true;
  }
  if (!any) return std::nullopt;
  return runtime::duration{static_cast<std::int64_t>(total)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto value = take_decimal(text);
  const unit* const found = find_unit(size_units, text);
  if (!value || found == nullptr) return std::nullopt;
  return scaled(*value, found->factor);
}

std::string nearest_word(std::string_view word, std::span<const std::string_view> words) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : words) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string{best};
}

}  // namespace kitfox::fault
