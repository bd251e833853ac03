#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/clock.hpp"
#include "runtime/input_buffer.hpp"
#include "runtime/network.hpp"
#include "runtime/tls/openssl_ptr.hpp"
#include "runtime/tls/settings.hpp"

namespace kitfox::runtime::tls {

/// What an engine holds of output that nobody takes, give or take one record; over it the connection fails.
inline constexpr std::size_t output_bytes_max = 256 * 1024;

/// One TLS connection without I/O: bytes of the wire go in by input() and come out by take_output(). Output
/// may appear after every call, also after a failed one (an alert). Errors: errc::end_of_stream,
/// tls_truncated, tls_failed, and for a client certificate_*; no call makes sense after tls_failed.
class engine {
 public:
  /// Fixed address: OpenSSL keeps a pointer to it. The settings must outlive it.
  engine(client_settings& settings, const endpoint& to);
  explicit engine(server_settings& settings);
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;
  ~engine();

  /// Received bytes; a call that found too few of them returns `want_input`.
  [[nodiscard]] input_buffer& input() noexcept { return input_; }
  /// The peer ended the stream below.
  void put_end() noexcept { ended_ = true; }
  [[nodiscard]] bool has_output() const noexcept { return !output_.empty(); }
  [[nodiscard]] std::string take_output() noexcept { return std::exchange(output_, {}); }

  enum class progress { done, want_input };
  /// `now` decides about certificates and counts when the handshake begins.
  [[nodiscard]] result<progress> handshake(wall_time now);
  /// Number of bytes stored, 0 when more input is wanted.
  [[nodiscard]] result<std::size_t> read(std::span<char> into);
  /// Encrypts all of `bytes`.
  [[nodiscard]] error_code write(std::string_view bytes);
  /// Says close_notify.
  void shutdown();

  /// After a handshake: what is to be sent are only tickets (RFC 8446 §4.6.1), which may go with the first
  /// write.
  [[nodiscard]] bool output_can_wait() const noexcept {
    return established_ && client_ == nullptr && SSL_version(ssl_.get()) >= TLS1_3_VERSION;
  }
  [[nodiscard]] bool established() const noexcept { return established_; }
  [[nodiscard]] bool resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }
  /// OpenSSL's words for the last failure, for logs.
  [[nodiscard]] const std::string& failure_text() const noexcept { return failure_text_; }

 private:
  struct bio_callbacks;
  void attach(SSL_CTX* context);
  void begin(wall_time now);
  [[nodiscard]] error_code failure_of(int outcome);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);
  friend void enable_session_cache(SSL_CTX* context);

  ssl_ptr ssl_;
  client_settings* client_ = nullptr;  ///< Null on the server's side.
  endpoint to_;
  input_buffer input_;
  std::string output_;
  std::string failure_text_;
  bool begun_ = false;
  bool received_ = false;
  bool ended_ = false;
  bool established_ = false;
};

/// Lets sessions of the context's clients be kept in their settings.
void enable_session_cache(SSL_CTX* context);

}  // namespace kitfox::runtime::tls
