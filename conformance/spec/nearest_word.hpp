#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// Edit distance, counted in parts of an edit: exchanging two neighbours is one edit, another case of the
/// same letter a single part, so that "Revoke" and "REVOKE" are near to "revoke".
inline constexpr std::size_t parts_of_an_edit = 64;
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The word of `words` that a reader most likely meant, the first of equals; empty when none is near: more
/// than a third of the longer word would have to change.
[[nodiscard]] std::string nearest_word(std::string_view word, std::span<const std::string> words);

/// "; did you mean "revoke"?" or nothing.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string> words);

}  // namespace kitfox::conformance
