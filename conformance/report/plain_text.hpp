#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kitfox::conformance {

/// The text as UTF-8: each byte that belongs to no character becomes U+FFFD (The Unicode Standard 15, §3.9
/// D93b).
[[nodiscard]] std::string as_utf8(std::string_view text);

/// At most `bytes_max` bytes of the text, cut between characters, with "..." where something is missing.
[[nodiscard]] std::string cut_text(std::string_view text, std::size_t bytes_max);

/// The text as content or attribute value of XML 1.0: markup escaped, and what no XML document may hold
/// (control characters, U+FFFE, U+FFFF, bytes that are not UTF-8) replaced by U+FFFD.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace kitfox::conformance
