#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kitfox::fault {

/// Which of the two messages of an exchange.
enum class http_role { request, response };

/// The head of one HTTP/1.1 message (RFC 9112 §2), as far as a middlebox needs it.
struct http_head {
  std::string method, target;  ///< Of a request.
  int status = 0;              ///< Of a response.
  std::vector<std::pair<std::string, std::string>> fields;

  /// The first value of that name, letter case of the name ignored.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// True when `token` is in the comma separated value of any field of that name, letter case ignored.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;
  /// True for text/event-stream, whatever its parameters.
  [[nodiscard]] bool is_event_stream() const;
};

/// How the end of a body is known (RFC 9112 §6.3).
struct http_framing {
  enum class kind { none, length, chunked, until_close, tunnel };
  kind how = kind::none;
  std::uint64_t length = 0;
};

/// Parses a head that ends in its blank line. Empty when it is not HTTP/1.x.
[[nodiscard]] std::optional<http_head> parse_http_head(http_role role, std::string_view raw);
/// Empty when lengths contradict each other or are no numbers. `method` is that of the request answered.
[[nodiscard]] std::optional<http_framing> body_framing(http_role role, const http_head& head,
                                                       std::string_view method);

/// `raw` with every field of that name replaced by one line "name: value", or removed when `value` is empty.
[[nodiscard]] std::string with_field(std::string_view raw, std::string_view name, std::string_view value);

}  // namespace kitfox::fault
