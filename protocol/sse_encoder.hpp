#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace kitfox::protocol {

/// One event to send. Views are read during the call only.
struct sse_message {
  std::string_view type{};               ///< Empty = no `event:` line, which a receiver reads as "message".
  std::optional<std::string_view> id{};  ///< Present but empty = an `id:` line that resets the receiver's id.
  std::string_view data{};  ///< CR, LF and CRLF each start a new data line; a receiver gets LF for each.
  std::optional<std::chrono::milliseconds> retry{};
};

/// Appends the bytes of one event, final blank line included, to `out`, so that one write carries a whole
/// event. protocol_errc::unencodable_event, with `out` unchanged, if the type holds CR or LF, the id holds
/// CR, LF or NUL, retry is negative, or a field is not UTF-8: such a field could forge another event.
[[nodiscard]] error_code append_sse_event(std::string& out, const sse_message& message);

/// Like append_sse_event() into a new string.
[[nodiscard]] result<std::string> encode_sse_event(const sse_message& message);

/// A comment (`: text`), one line per line of `text`, which dispatches nothing and keeps the connection
/// alive.
[[nodiscard]] std::string encode_sse_comment(std::string_view text);

/// A bare `retry:` line with its blank line. `retry` is >= 0.
[[nodiscard]] std::string encode_sse_retry(std::chrono::milliseconds retry);

}  // namespace kitfox::protocol
