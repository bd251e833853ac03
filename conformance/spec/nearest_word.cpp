#include "conformance/spec/nearest_word.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {
namespace {

constexpr std::size_t whole_edit = parts_of_an_edit;
constexpr std::size_t word_bytes_max = 64;  // longer ones are no slip of the pen

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t replacement(char one, char other) noexcept {
  if (one == other) return 0;
  return lower(one) == lower(other) ? 1 : whole_edit;
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> before(other.size() + 1), above(other.size() + 1), row(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) above[j] = j * whole_edit;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    row[0] = i * whole_edit;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      row[j] = std::min({above[j] + whole_edit, row[j - 1] + whole_edit,
                         above[j - 1] + replacement(one[i - 1], other[j - 1])});
      if (i < 2 || j < 2) continue;
      const std::size_t first = replacement(one[i - 1], other[j - 2]);
      const std::size_t second = replacement(one[i - 2], other[j - 1]);
      const bool exchanged = first < whole_edit && second < whole_edit;
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + whole_edit + first + second);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[other.size()];
}

std::string nearest_word(std::string_view word, std::span<const std::string> words) {
  if (word.empty() || word.size() > word_bytes_max) return {};
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& candidate : words) {
    if (candidate.size() > word_bytes_max) continue;
    const std::size_t distance = edit_distance(word, candidate);
    const std::size_t allowed =
        std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3) * whole_edit;
    if (distance <= allowed && (best == nullptr || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::string{} : *best;
}

std::string suggestion(std::string_view word, std::span<const std::string> words) {
  const std::string near = nearest_word(word, words);
  return near.empty() ? std::string{} : fmt::format("; did you mean \"{}\"?", near);
}

}  // namespace kitfox::conformance
