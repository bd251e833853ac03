#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kitfox::protocol {

/// True if `text` is well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Replaces each maximal ill-formed part by U+FFFD, as the WHATWG Encoding Standard's UTF-8 decoder does, and
/// writes the text to `out` (replacing its content, in one allocation). Returns false and leaves `out` empty
/// if the repaired text would be longer than `size_max` bytes.
[[nodiscard]] bool repair_utf8(std::string_view text, std::size_t size_max, std::string& out);

/// Returns the first CR or LF in [begin, end), or `end`.
[[nodiscard]] const char* find_line_end(const char* begin, const char* end) noexcept;

}  // namespace kitfox::protocol
