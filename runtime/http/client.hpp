#pragma once
#include <memory>

#include "runtime/host.hpp"
#include "runtime/http/errc.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::runtime::http {

/// One HTTP/1.1 connection, client side (RFC 9112). One exchange at a time; no pipelining; redirects are not
/// followed. No time limits of its own: wrap calls in with_deadline(), and drop the connection after a
/// failure.
class client_connection {
 public:
  client_connection(std::unique_ptr<byte_stream> stream, limits bounds);
  ~client_connection();
  client_connection(client_connection&&) noexcept;
  client_connection& operator=(client_connection&&) noexcept;

  /// Sends `message` and reads the whole response. 1xx responses are skipped (RFC 9110 §15.2).
  /// Errors: http::errc and everything of byte_stream.
  [[nodiscard]] task<result<response>> roundtrip(request message);
  /// Sends `message` and reads the head of the response; the body follows by read_body().
  [[nodiscard]] task<result<response>> start(request message);
  /// The next bytes of the body, de-chunked, as they arrive; empty at its end. A body cut short is
  /// http::errc::truncated, unless it is delimited by the close of the connection, which cannot tell.
  [[nodiscard]] task<result<std::string>> read_body();
  /// True when another request may follow on this connection (no "close", body read to its end, no error so
  /// far).
  [[nodiscard]] bool reusable() const noexcept;
  /// Ends at once; outstanding operations end with errc::cancelled.
  void close() noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// scheme, host, port and path of an absolute http(s) URL; the path has no trailing slash ("" for the root).
struct url {
  enum class scheme_kind { http, https };
  scheme_kind scheme = scheme_kind::https;
  endpoint authority;
  std::string path;
  /// Value of the Host header: the port is left out where it is the scheme's own.
  [[nodiscard]] std::string host_header() const;
};
/// User information, queries and fragments are refused. Errors: errc::bad_url.
[[nodiscard]] result<url> parse_url(std::string_view text);

/// True if bytes for `host`, as in url::authority, cannot leave this machine: "localhost" in lower case (RFC
/// 6761 §6.3), or an address literal of 127.0.0.0/8 or ::1. Every other name may resolve to anything.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace kitfox::runtime::http
