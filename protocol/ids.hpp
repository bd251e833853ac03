#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace kitfox::protocol {

inline constexpr std::size_t request_id_size_max = 64;

/// True for `[A-Za-z0-9_-]{1,64}`. What a path segment decodes to must pass this before anything is looked up
/// with it.
[[nodiscard]] bool is_request_id(std::string_view text) noexcept;

/// A request id of 128 random bits, 22 characters of URL-safe base64. The caller draws the bytes.
[[nodiscard]] std::string make_request_id(std::span<const std::byte, 16> random);

/// True for an idempotency key or instance id: 1 to 128 printable ASCII characters, no space.
[[nodiscard]] bool is_opaque_token(std::string_view text) noexcept;

/// URL-safe base64 without padding (RFC 4648 §5).
[[nodiscard]] std::string encode_base64url(std::span<const std::byte> bytes);

/// RFC 1123 label as Kubernetes demands of namespaces and containers: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at
/// most 63 bytes.
[[nodiscard]] bool is_dns_label(std::string_view text) noexcept;

/// RFC 1123 subdomain as Kubernetes demands of most object names: labels joined by dots, at most 253 bytes.
/// As in Kubernetes, a single label may exceed 63 bytes here.
[[nodiscard]] bool is_dns_subdomain(std::string_view text) noexcept;

/// Kubernetes label key: optional DNS subdomain and `/`, then a name of at most 63 bytes from
/// `[A-Za-z0-9_.-]` that begins and ends alphanumerically.
[[nodiscard]] bool is_label_key(std::string_view text) noexcept;

/// Kubernetes label value: empty, or like the name of a label key.
[[nodiscard]] bool is_label_value(std::string_view text) noexcept;

inline constexpr std::size_t label_selector_size_max = 1024;

/// Kubernetes label selector, at most label_selector_size_max bytes: requirements joined by commas, each
/// `key`, `!key`, `key=value`, `key==value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`, `key>1`,
/// `key<1`. The empty selector is not accepted here: what "no selector" means is the caller's decision.
[[nodiscard]] bool is_label_selector(std::string_view text) noexcept;

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3, so that the result is one path segment
/// or one query value whatever `text` holds.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// Decodes %XX; `+` stays `+`. protocol_errc::bad_format on a `%` that two hexadecimal digits do not follow.
[[nodiscard]] result<std::string> percent_decode(std::string_view text);

}  // namespace kitfox::protocol
