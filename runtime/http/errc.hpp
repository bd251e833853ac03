#pragma once
#include <boost/system/error_category.hpp>

#include "runtime/outcome.hpp"

namespace kitfox::runtime::http {

enum class errc {
  /// The bytes are not HTTP/1.1; the peer is at fault.
  malformed = 1,
  /// Request or status line and fields exceed limits::header_bytes_max.
  header_too_large,
  /// The body exceeds limits::body_bytes_max.
  body_too_large,
  /// The connection ended inside a message (RFC 9112 §8).
  truncated,
  /// A request that this side cannot take: an unsupported transfer coding, version or upgrade.
  unsupported,
  /// The peer sent bytes where none were allowed, such as after a complete response.
  unexpected_bytes,
  /// The URL is not an absolute http or https URL with a host.
  bad_url,
};

const boost::system::error_category& http_category() noexcept;
inline error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), http_category()}; }

}  // namespace kitfox::runtime::http

template <>
struct boost::system::is_error_code_enum<kitfox::runtime::http::errc> : std::true_type {};
