#pragma once
#include <string>
#include <string_view>

namespace kitfox::runtime {

/// Appends `text` as a JSON string in quotes (RFC 8259 §7): control characters, quotes, U+2028 and U+2029 are
/// escaped, bytes that are not UTF-8 become U+FFFD. At most `bytes_max` bytes of `text` are used, cut between
/// characters.
void append_json_string(std::string& out, std::string_view text, std::size_t bytes_max);

}  // namespace kitfox::runtime
