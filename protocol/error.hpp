#pragma once
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string>

namespace kitfox::protocol {

using error_code = boost::system::error_code;
template <class T>
using result = boost::system::result<T>;

/// Every way in which input from a peer can break the wire contract. None of them is a programmer error.
/// The place and the sentence for a reader stand in `diagnostics` (diagnostics.hpp), never in a new code.
enum class protocol_errc {
  /// An SSE event, or a line of it, outgrew `sse_limits::event_bytes_max`; the sender must send less.
  event_too_large = 1,
  /// A field given to the SSE encoder holds a byte the format cannot carry; the caller must not pass it on.
  unencodable_event,
  /// The text is not JSON (RFC 8259), or not UTF-8; the sender is broken.
  json_syntax,
  /// The text is longer than `json_limits::size_bytes_max`; the sender must send less.
  json_too_large,
  /// Arrays and objects nest deeper than `json_limits::depth_max`; the sender must flatten it.
  json_too_deep,
  /// An object names one member twice, so that two readers could see two messages; the sender is broken.
  json_duplicate_member,
  /// A member the contract demands is absent or null; the sender must add it.
  missing_field,
  /// A member has another JSON type than the contract says; the sender must correct it.
  wrong_type,
  /// A number, or the length of a text, is outside the bounds of the contract; the sender must correct it.
  out_of_range,
  /// A text does not have the syntax that the contract demands of it; the sender must correct it.
  bad_format,
  /// Members that exclude or need each other were combined otherwise; the sender must correct it.
  conflicting_fields,
  /// A parameter that the command does not take; the caller must remove it.
  unknown_param,
  /// A command outside of the allow-list; the caller must choose another.
  unknown_command,
  /// An SSE event type this version does not know; the receiver ignores the event.
  unknown_event,
  /// The text is no API key of the form `ixfx_k8s_<id>.<secret>`; whoever configured it must correct it.
  bad_key,
  /// The text is no timestamp of the demanded form, or outside the years 1678 to 2261.
  bad_timestamp,
};

/// The category of protocol_errc, named "kitfox.protocol".
const boost::system::error_category& protocol_category() noexcept;

error_code make_error_code(protocol_errc e) noexcept;

}  // namespace kitfox::protocol

template <>
struct boost::system::is_error_code_enum<kitfox::protocol::protocol_errc> : std::true_type {};
