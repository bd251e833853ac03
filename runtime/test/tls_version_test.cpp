// TLS 1.2 is the least that either side speaks, and nothing is buffered without bound.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <cstring>

#include "runtime/test/tls_bench.hpp"
#include "runtime/tls/engine.hpp"

namespace kitfox::runtime::tls {
namespace {

constexpr wall_time noon = std::chrono::sys_days{std::chrono::June / 1 / 2027};

/// A client out of plain OpenSSL, as lax as it can be made, that speaks nothing newer than `newest`.
class old_client {
 public:
  explicit old_client(int newest) : context_{SSL_CTX_new(TLS_method())} {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), newest);
    EXPECT_EQ(SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0"), 1);
    ssl_.reset(SSL_new(context_.get()));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
  }
  /// Shakes hands with `other` as far as it goes; its last outcome.
  error_code shake(engine& other) {
    error_code outcome = errc::not_connected;
    for (int turn = 0; turn < 10 && outcome == errc::not_connected; ++turn) {
      static_cast<void>(SSL_do_handshake(ssl_.get()));
      hand_over(other);
      const auto step = other.handshake(noon);
      const std::string bytes = other.take_output();
      if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
      if (!step) outcome = step.error();
      if (step && *step == engine::progress::done) outcome = {};
    }
    static_cast<void>(SSL_do_handshake(ssl_.get()));  // reads the other's last words
    ERR_clear_error();
    return outcome;
  }
  [[nodiscard]] bool done() const { return SSL_is_init_finished(ssl_.get()) == 1; }

 private:
  void hand_over(engine& other) {
    while (BIO_ctrl_pending(out_) > 0) {
      const auto room = other.input().prepare();
      const int count = BIO_read(out_, room.data(), static_cast<int>(room.size()));
      other.input().commit(static_cast<std::size_t>(count));
    }
  }
  context_ptr context_;
  ssl_ptr ssl_;
  BIO* in_ = nullptr;   // owned by ssl_
  BIO* out_ = nullptr;  // owned by ssl_
};

client_settings& of(const std::shared_ptr<tls_client>& made) { return dynamic_cast<client_settings&>(*made); }
server_settings& of(const std::shared_ptr<tls_server>& made) { return dynamic_cast<server_settings&>(*made); }

TEST(TlsVersions, AServerRefusesClientsOlderThanTls12) {
  const auto settings = presenting(gateway_identity());
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    engine server{of(settings)};
    old_client client{version};
    EXPECT_EQ(client.shake(server), errc::tls_failed) << version;
    EXPECT_EQ(server.failure_text(), "unsupported protocol") << version;
    EXPECT_FALSE(client.done());
  }
  engine server{of(settings)};
  old_client client{TLS1_2_VERSION};
  EXPECT_EQ(client.shake(server), error_code{}) << server.failure_text();
  EXPECT_TRUE(client.done()) << "the same peer is welcome with TLS 1.2";
}

/// A ServerHello that chooses `version` and nothing that could be wrong with it (RFC 4346 §7.4.1.3).
std::string server_hello(char version) {
  std::string body{"\x03", 1};
  body += version;
  body += std::string(32, 'r') + std::string{"\x00\xC0\x13\x00", 4};
  const std::string message = std::string{"\x02\x00\x00", 3} + static_cast<char>(body.size()) + body;
  return std::string{"\x16\x03", 2} + version + '\0' + static_cast<char>(message.size()) + message;
}

std::string failure_after(const std::shared_ptr<tls_client>& settings, const std::string& hello) {
  engine client{of(settings), {"gateway.test", 443}};
  EXPECT_EQ(client.handshake(noon).value(), engine::progress::want_input);
  const auto room = client.input().prepare();
  std::memcpy(room.data(), hello.data(), hello.size());
  client.input().commit(hello.size());
  const auto step = client.handshake(noon);
  return step ? "" : client.failure_text();
}

TEST(TlsVersions, AClientRefusesServersOlderThanTls12) {
  const auto settings = trusting(authority().certificate_pem());
  EXPECT_EQ(failure_after(settings, server_hello('\x01')), "unsupported protocol");
  EXPECT_EQ(failure_after(settings, server_hello('\x02')), "unsupported protocol");
  EXPECT_NE(failure_after(settings, server_hello('\x03')), "unsupported protocol") << "that is TLS 1.2";
}

TEST(TlsEngine, HoldsABoundedAmountOfOutput) {
  const auto settings = presenting(gateway_identity());
  engine server{of(settings)};
  old_client client{TLS1_2_VERSION};
  ASSERT_EQ(client.shake(server), error_code{});
  const std::string step(16 * 1024, 'x');
  std::size_t written = 0;
  error_code failure;
  while (!failure && written < 4 * output_bytes_max) {
    failure = server.write(step);
    if (!failure) written += step.size();
  }
  EXPECT_EQ(failure, errc::tls_failed) << "nobody takes the output";
  EXPECT_GE(written, output_bytes_max);
  EXPECT_LE(server.take_output().size(), output_bytes_max + 2 * step.size());
}

}  // namespace
}  // namespace kitfox::runtime::tls
