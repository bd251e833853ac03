#pragma once
#include <boost/system/error_category.hpp>

#include "runtime/outcome.hpp"

namespace kitfox::runtime {

/// Everything that the outside world can do to an operation. Both hosts map their own errors to these, in one
/// place each.
enum class errc {
  /// The deadline passed first; the caller chose the bound.
  timed_out = 1,
  /// The operation was cancelled by its owner, or its stream or listener was closed locally.
  cancelled,
  /// The peer ended the stream in order (FIN, after close_notify where TLS is used).
  end_of_stream,
  /// The peer or something in between reset the connection (RST).
  connection_reset,
  /// Nothing listens at the address, or a firewall said so.
  connection_refused,
  /// No route to the address; the network or its configuration is at fault.
  unreachable,
  /// The name does not exist (NXDOMAIN); the configured host name is wrong or not yet published.
  name_not_found,
  /// The name server failed or did not answer (SERVFAIL); retry later.
  name_server_failed,
  /// The address is already in use or may not be bound.
  address_unavailable,
  /// The process or host ran out of descriptors or buffers.
  out_of_resources,
  /// The peer's certificate chains to no trusted authority.
  certificate_untrusted,
  /// The peer's certificate has expired by this host's clock.
  certificate_expired,
  /// The peer's certificate is not valid yet by this host's clock.
  certificate_not_yet_valid,
  /// The peer's certificate is for another host name.
  certificate_wrong_host,
  /// The TLS handshake failed for another reason: alert, version, malformed record.
  tls_failed,
  /// The connection ended without close_notify (RFC 8446 §6.1): the data may be cut short.
  tls_truncated,
  /// A certificate, key or authority file cannot be read or parsed; the configuration is wrong.
  tls_configuration_invalid,
  /// The stream was used after it failed or was shut down.
  not_connected,
  /// Any other failure of the operating system; the original code is kept in the log event that reports it.
  system_failure,
};

const boost::system::error_category& runtime_category() noexcept;

inline error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), runtime_category()}; }

}  // namespace kitfox::runtime

template <>
struct boost::system::is_error_code_enum<kitfox::runtime::errc> : std::true_type {};
