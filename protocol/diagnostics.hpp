#pragma once
#include <cstddef>
#include <optional>
#include <string>

namespace kitfox::protocol {

/// Where and why a text was refused, for a person. Stands beside an `error_code` and is written only on
/// failure. Values quoted from the input are shortened to 64 bytes and have their control characters escaped,
/// so that a diagnostics may go into a log line or an HTTP answer.
struct diagnostics {
  std::string pointer;                ///< JSON pointer (RFC 6901) to the culprit; "" is the whole document.
  std::optional<std::size_t> offset;  ///< Byte offset in the text, where the text could not be read as JSON.
  std::string sentence;               ///< For example `expected an integer between 1 and 10000, got "x"`.

  /// `/params/tail_lines: expected ...`, `at byte 17: expected ...` or the sentence alone.
  [[nodiscard]] std::string to_string() const;
};

}  // namespace kitfox::protocol
