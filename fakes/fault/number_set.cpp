#include "fakes/fault/number_set.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "runtime/ascii.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

std::optional<std::uint64_t> positive(std::string_view text) {
  text = runtime::trimmed(text);
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

}  // namespace

number_set number_set::only(std::uint64_t n) {
  KITFOX_ASSERT(n >= 1);
  number_set set;
  set.parts_.push_back({n, n, 1});
  return set;
}

std::optional<number_set::part> number_set::parse_part(std::string_view text) {
  text = runtime::trimmed(text);
  if (text.starts_with("every ")) {
    const auto step = positive(text.substr(6));
    if (!step) return std::nullopt;
    return part{*step, no_end, *step};
  }
  const auto dots = text.find("..");
  const auto first = positive(text.substr(0, dots));
  if (!first) return std::nullopt;
  if (dots == std::string_view::npos) return part{*first, *first, 1};
  const std::string_view after = runtime::trimmed(text.substr(dots + 2));
  if (after.empty()) return part{*first, no_end, 1};
  const auto last = positive(after);
  if (!last || *last < *first) return std::nullopt;
  return part{*first, *last, 1};
}

std::optional<number_set> number_set::parse(std::string_view text) {
  number_set set;
  while (true) {
    const auto comma = text.find(',');
    const auto one = parse_part(text.substr(0, comma));
    if (!one) return std::nullopt;
    set.parts_.push_back(*one);
    if (comma == std::string_view::npos) return set;
    text.remove_prefix(comma + 1);
  }
}

bool number_set::contains(std::uint64_t n) const noexcept {
  return parts_.empty() || std::any_of(parts_.begin(), parts_.end(), [n](const part& p) {
           return n >= p.first && n <= p.last && (n - p.first) % p.step == 0;
         });
}

}  // namespace kitfox::fault
