#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/clock.hpp"
#include "runtime/outcome.hpp"
#include "runtime/task.hpp"

namespace kitfox::runtime {

/// A host name or literal address, and a port. Port 0 in `listen` lets the system choose.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const endpoint&) const = default;
};

/// An ordered stream of bytes to one peer, with or without TLS. Destroying it closes it; its operations must
/// have ended then.
/// At most one read and one write may be outstanding at a time; both may be. Not thread-safe.
class byte_stream {
 public:
  virtual ~byte_stream() = default;
  /// Completes the server side of the TLS handshake; at once where there is none. Call it before anything
  /// else on an accepted stream. Errors: errc::tls_failed, tls_truncated, connection_reset, end_of_stream,
  /// cancelled.
  [[nodiscard]] virtual task<error_code> handshake() = 0;
  /// Waits for at least one byte and returns how many were stored, never 0. `into` must not be empty.
  /// Errors: errc::end_of_stream (FIN in order), tls_truncated, connection_reset, cancelled, not_connected.
  /// A cancelled read loses no bytes: reading may go on.
  [[nodiscard]] virtual task<result<std::size_t>> read_some(std::span<char> into) = 0;
  /// Writes all of `bytes`, waiting while the peer does not read. After any error, also cancelled, only
  /// close() or reset() make sense. The bytes must stay alive until the task ends.
  [[nodiscard]] virtual task<error_code> write(std::string_view bytes) = 0;
  /// Ends our direction in order (close_notify where TLS is used, then FIN); reading goes on.
  [[nodiscard]] virtual task<error_code> shutdown_send() = 0;
  /// Closes both directions with FIN; outstanding operations end with errc::cancelled. Idempotent.
  virtual void close() noexcept = 0;
  /// As close(), after handing `farewell` to the peer if that is possible without waiting: for layers above
  /// that end with a message of their own, such as close_notify.
  virtual void close_saying(std::string_view farewell) noexcept {
    static_cast<void>(farewell);
    close();
  }
  /// Closes with RST at once (SO_LINGER {1, 0}), also on an idle connection. Idempotent.
  virtual void reset() noexcept = 0;
  /// The address at the other end, for logs and quotas.
  [[nodiscard]] virtual endpoint peer() const = 0;
};

/// Accepts connections until closed. Destroying it closes it; accepted streams live on.
class listener {
 public:
  virtual ~listener() = default;
  /// The next connection; its TLS handshake, if any, is still to be done with byte_stream::handshake().
  /// Errors: errc::cancelled after close(), out_of_resources (try again after a pause).
  [[nodiscard]] virtual task<result<std::unique_ptr<byte_stream>>> accept() = 0;
  [[nodiscard]] virtual endpoint local() const = 0;
  virtual void close() noexcept = 0;
};

/// What a client trusts and presents. There is no way to switch verification off.
struct tls_client_options {
  /// PEM text of the only authorities to trust; empty: SSL_CERT_FILE if set, else the system's store.
  std::string authorities_pem;
  /// PEM text of a client certificate chain and its private key; both or neither.
  std::string certificate_pem, private_key_pem;
};

/// What a server presents, and whom it asks for a certificate.
struct tls_server_options {
  std::string certificate_pem, private_key_pem;
  /// PEM text of authorities for optional client certificates; empty: none are asked for.
  std::string client_authorities_pem;
};

/// Who else may listen at an address.
enum class port_sharing {
  alone,  ///< Nobody has the address, and nobody gets it.
  /// Nobody has the address yet, so that two programs never divide one between them; those that join may get
  /// it. The system spreads connections over them (SO_REUSEPORT).
  first,
  joining,  ///< One more at the address of a `first` of the same user.
};

/// What a listener wants of the system. A simulated network ignores it: no connection there is given up for
/// bytes that nobody acknowledges, however long, so whoever must notice silence needs a limit of its own; and
/// a second listener at an address is refused, since all of a simulated host is one thread. Connections that
/// wait for accept() are bounded in both; over the bound their SYN gets no answer.
struct listen_options {
  /// How long bytes may stay unacknowledged before a connection that was accepted here counts as lost
  /// (TCP_USER_TIMEOUT, RFC 9293 §3.8.3), so that a peer that fell silent is noticed; none: the system's own
  /// time, which is about a quarter of an hour. Whole milliseconds.
  std::optional<duration> unacknowledged_max{};
  port_sharing sharing = port_sharing::alone;
};

/// Prepared TLS settings, with their session cache; made by a network, usable only with that network.
class tls_client {
 public:
  virtual ~tls_client() = default;
};
class tls_server {
 public:
  virtual ~tls_server() = default;
};

/// Sockets, names and TLS of one host. TLS is 1.2 or newer; certificate chain, dates (by the host's wall
/// clock) and host name are always verified; sessions are resumed where the server allows.
class network {
 public:
  virtual ~network() = default;
  /// Errors: errc::tls_configuration_invalid.
  [[nodiscard]] virtual result<std::shared_ptr<tls_client>> make_tls_client(const tls_client_options&) = 0;
  [[nodiscard]] virtual result<std::shared_ptr<tls_server>> make_tls_server(const tls_server_options&) = 0;
  /// Resolves, connects and, where `tls` is given, completes the handshake for host name `to.host`.
  /// No time limit of its own: wrap it in with_deadline().
  [[nodiscard]] virtual task<result<std::unique_ptr<byte_stream>>> dial(endpoint to,
                                                                        std::shared_ptr<tls_client> tls) = 0;
  [[nodiscard]] virtual task<result<std::unique_ptr<listener>>> listen(endpoint at,
                                                                       std::shared_ptr<tls_server> tls,
                                                                       listen_options how) = 0;
  [[nodiscard]] task<result<std::unique_ptr<listener>>> listen(endpoint at, std::shared_ptr<tls_server> tls) {
    return listen(std::move(at), std::move(tls), {});
  }
  /// Addresses of a name, in the order to try them. Errors: errc::name_not_found, name_server_failed.
  [[nodiscard]] virtual task<result<std::vector<std::string>>> resolve(std::string name) = 0;
};

}  // namespace kitfox::runtime
