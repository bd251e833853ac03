#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// Edit distance in which exchanging two neighbours counts as one edit; letters differ by case for half of
/// the price, so that "Revoke" is nearest to "revoke". Counted in halves of an edit.
[[nodiscard]] std::size_t edit_distance_halves(std::string_view one, std::string_view other);

/// The word of `words` that a reader most likely meant, the first of equals; empty when none is near: more
/// than a third of the longer word would have to change.
[[nodiscard]] std::string nearest_word(std::string_view word, std::span<const std::string> words);

/// "; did you mean "revoke"?" or nothing.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string> words);

}  // namespace kitfox::conformance
