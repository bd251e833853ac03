#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/http/errc.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::runtime::http {

/// Parses one request, fed with bytes as they come. Sans-I/O. Errors: http::errc; nothing may follow one.
class request_parser {
 public:
  /// `bounds` must outlive the parser.
  explicit request_parser(const limits& bounds);
  ~request_parser();
  request_parser(request_parser&&) noexcept;
  request_parser& operator=(request_parser&&) noexcept;

  /// Takes bytes from the front of `input` and returns how many. It stops at the end of the head, and at the
  /// end of the message. What it left must be given again, followed by more.
  [[nodiscard]] result<std::size_t> put(std::string_view input);
  [[nodiscard]] bool head_complete() const noexcept;
  [[nodiscard]] bool complete() const noexcept;
  /// The request as far as it is known; the fields of a trailer are dropped (RFC 9110 §6.5.1).
  [[nodiscard]] request& message() noexcept;
  /// The sender is willing to reuse the connection. After the head.
  [[nodiscard]] bool keep_alive() const noexcept;
  /// The sender can take a chunked answer. After the head.
  [[nodiscard]] bool is_http11() const noexcept;
  /// The sender waits for "100 Continue" before its body. After the head.
  [[nodiscard]] bool expects_continue() const noexcept;

 private:
  struct core;
  std::unique_ptr<core> core_;
};

/// Whether the body of a response is counted against limits::body_bytes_max.
enum class body_mode { whole, streamed };

/// Parses one response, fed with bytes as they come. Sans-I/O. Errors: http::errc; nothing may follow one.
class response_parser {
 public:
  /// `method` is that of the request: a response to HEAD has no body. `bounds` must outlive the parser.
  response_parser(const limits& bounds, std::string_view method, body_mode mode);
  ~response_parser();
  response_parser(response_parser&&) noexcept;
  response_parser& operator=(response_parser&&) noexcept;

  /// As request_parser::put().
  [[nodiscard]] result<std::size_t> put(std::string_view input);
  /// The peer ended the stream in order. Errors: errc::truncated.
  [[nodiscard]] error_code put_end();
  [[nodiscard]] bool head_complete() const noexcept;
  [[nodiscard]] bool complete() const noexcept;
  [[nodiscard]] response& message() noexcept;
  /// Body bytes since the last call.
  [[nodiscard]] std::string take_body();
  [[nodiscard]] bool keep_alive() const noexcept;

 private:
  struct core;
  std::unique_ptr<core> core_;
};

}  // namespace kitfox::runtime::http
