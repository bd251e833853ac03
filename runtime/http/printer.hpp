#pragma once
#include <string>
#include <string_view>

#include "runtime/clock.hpp"
#include "runtime/http/errc.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::runtime::http {

/// How the end of a body is told to the receiver (RFC 9112 §6).
enum class body_framing {
  none,       ///< The message cannot have a body: no framing field is written.
  length,     ///< Content-Length of the body given.
  chunked,    ///< Transfer-Encoding: chunked.
  until_end,  ///< The end of the connection.
};

/// Head and body of a request. Framing fields are set here, whatever the message says. Control characters in
/// field values become spaces (RFC 9110 §5.5). Errors: errc::malformed when method or target cannot be
/// written.
[[nodiscard]] result<std::string> print_request(const request& message);

struct response_frame {
  body_framing framing = body_framing::length;
  std::size_t body_bytes = 0;  ///< Value of Content-Length.
  std::string_view date;       ///< Value of the Date field; empty: none.
  bool close = false;          ///< Announce the end of the connection.
};
/// Status line, fields and blank line.
[[nodiscard]] std::string print_response_head(const response& message, const response_frame& frame);

/// One chunk with its framing; `bytes` must not be empty, since that would end the body.
[[nodiscard]] std::string print_chunk(std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// IMF-fixdate (RFC 9110 §5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string print_http_date(wall_time when);

}  // namespace kitfox::runtime::http
