#pragma once
#include <memory>

#include "runtime/clock.hpp"
#include "runtime/network.hpp"

namespace kitfox::runtime::tls {

/// TLS 1.2 and 1.3 by OpenSSL over any byte_stream. Chain, dates and host name of a server are always
/// verified, by the time that the caller gives: nothing here reads a clock or a socket.

/// Errors: errc::tls_configuration_invalid.
[[nodiscard]] result<std::shared_ptr<tls_client>> make_client(const tls_client_options& options);
/// Errors: errc::tls_configuration_invalid.
[[nodiscard]] result<std::shared_ptr<tls_server>> make_server(const tls_server_options& options);

/// What keeps a certificate chain and its private key, both as PEM, from being presented; none: nothing.
enum class identity_fault { none, certificate, private_key, not_a_pair };
[[nodiscard]] identity_fault find_fault(std::string_view certificate_pem, std::string_view private_key_pem);

/// A stream whose other end is encrypted over `under`; `settings` is a product of make_client(), and `to` the
/// server that is meant: its host name is verified, and a session with it is resumed if there is one. Its
/// handshake() is to be awaited first; certificate dates are checked by `time` as it is then. `time` must
/// outlive the stream.
[[nodiscard]] std::unique_ptr<byte_stream> wrap_client(std::unique_ptr<byte_stream> under,
                                                       std::shared_ptr<tls_client> settings,
                                                       const endpoint& to, clock& time);
/// The server's side; `settings` is a product of make_server().
[[nodiscard]] std::unique_ptr<byte_stream> wrap_server(std::unique_ptr<byte_stream> under,
                                                       std::shared_ptr<tls_server> settings, clock& time);

/// How many sessions a client settings object keeps, over all servers; the oldest is dropped first.
inline constexpr std::size_t client_sessions_max = 1024;

}  // namespace kitfox::runtime::tls
