#include "runtime/tls/engine.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstring>

#include "runtime/assert.hpp"
#include "runtime/errc.hpp"

namespace kitfox::runtime::tls {
namespace {

/// Largest record and its overhead (RFC 8446 §5.2).
constexpr std::size_t wire_read_bytes_max = 16 * 1024 + 256 + 5;

bool is_literal(const std::string& host) {
  boost::system::error_code failure;
  static_cast<void>(boost::asio::ip::make_address(host, failure));
  return !failure;
}

error_code certificate_failure(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return errc::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return errc::certificate_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return errc::certificate_wrong_host;
    default:  // about seventy other reasons, an open set of OpenSSL's
      return errc::certificate_untrusted;
  }
}

std::string session_key(const endpoint& to) { return to.host + ':' + std::to_string(to.port); }

}  // namespace

/// Reads and writes of OpenSSL, from and to the engine's own buffers.
struct engine::bio_callbacks {
  static engine& of(BIO* bio) { return *static_cast<engine*>(BIO_get_data(bio)); }
  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }
  static int read(BIO* bio, char* into, int size) {
    engine& self = of(bio);
    BIO_clear_retry_flags(bio);
    const std::string_view held = self.input_.view();
    if (held.empty()) {
      if (self.ended_) return 0;
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t count = std::min(held.size(), static_cast<std::size_t>(size));
    std::memcpy(into, held.data(), count);
    self.input_.consume(count);
    self.received_ = true;
    return static_cast<int>(count);
  }
  static int write(BIO* bio, const char* from, int size) {
    engine& self = of(bio);
    BIO_clear_retry_flags(bio);
    if (self.output_.size() > output_bytes_max) return 0;
    self.output_.append(from, static_cast<std::size_t>(size));
    return size;
  }
  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return of(bio).ended_ && of(bio).input_.empty() ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }
  static const BIO_METHOD* method() {
    static const openssl_ptr<BIO_METHOD, BIO_meth_free> instance = [] {
      openssl_ptr<BIO_METHOD, BIO_meth_free> made{
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kitfox engine")};
      KITFOX_ASSERT(made != nullptr);
      BIO_meth_set_create(made.get(), create);
      BIO_meth_set_read(made.get(), read);
      BIO_meth_set_write(made.get(), write);
      BIO_meth_set_ctrl(made.get(), control);
      return made;
    }();
    return instance.get();
  }
};

engine::engine(client_settings& settings, const endpoint& to)
    : client_{&settings}, to_{to}, input_{wire_read_bytes_max} {
  while (to_.host.ends_with('.')) to_.host.pop_back();  // a fully qualified name; certificates have no dot
  attach(settings.context.get());
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl_.get());
  if (is_literal(to_.host)) {
    KITFOX_ASSERT(X509_VERIFY_PARAM_set1_ip_asc(rules, to_.host.c_str()) == 1);
  } else {
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    KITFOX_ASSERT(X509_VERIFY_PARAM_set1_host(rules, to_.host.c_str(), to_.host.size()) == 1);
    KITFOX_ASSERT(SSL_set_tlsext_host_name(ssl_.get(), to_.host.c_str()) == 1);
  }
  SSL_set_connect_state(ssl_.get());
}

engine::engine(server_settings& settings) : input_{wire_read_bytes_max} {
  attach(settings.context.get());
  SSL_set_accept_state(ssl_.get());
}

engine::~engine() = default;

void engine::attach(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  KITFOX_ASSERT(ssl_ != nullptr);
  BIO* bio = BIO_new(bio_callbacks::method());
  KITFOX_ASSERT(bio != nullptr);
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_.get(), bio, bio);  // takes it over
  SSL_set_app_data(ssl_.get(), this);
}

void engine::begin(wall_time now) {
  if (std::exchange(begun_, true)) return;
  X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl_.get()),
                             std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  if (client_ == nullptr) return;
  // A session that OpenSSL finds unfit is left aside, and the handshake is a full one.
  if (const session_ptr session = client_->sessions.take(session_key(to_), now))
    static_cast<void>(SSL_set_session(ssl_.get(), session.get()));
}

result<engine::progress> engine::handshake(wall_time now) {
  begin(now);
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl_.get());
  if (outcome == 1) {
    established_ = true;
    return progress::done;
  }
  const error_code failure = failure_of(outcome);
  if (!failure) return progress::want_input;
  if (client_ != nullptr) client_->sessions.forget(session_key(to_));
  if (failure == errc::tls_truncated && !received_) return errc::end_of_stream;
  return failure;
}

result<std::size_t> engine::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t count = 0;
  const int outcome = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  if (outcome == 1) return count;
  if (const error_code failure = failure_of(outcome)) return failure;
  return std::size_t{0};
}

error_code engine::write(std::string_view bytes) {
  if (bytes.empty()) return {};
  ERR_clear_error();
  std::size_t count = 0;
  const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  if (outcome == 1) return {};
  if (const error_code failure = failure_of(outcome)) return failure;
  return errc::tls_failed;  // it wants input, which without renegotiation it never may
}

void engine::shutdown() {
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(ssl_.get()));  // 0: sent, and not answered yet
}

error_code engine::failure_of(int outcome) {
  const int kind = SSL_get_error(ssl_.get(), outcome);
  if (kind == SSL_ERROR_WANT_READ) return {};
  if (kind == SSL_ERROR_ZERO_RETURN) return errc::end_of_stream;
  const unsigned long code = ERR_peek_error();
  const char* reason = ERR_reason_error_string(code);
  failure_text_ = reason != nullptr ? reason : "unexpected end";
  const int number = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && number == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    const long verdict = SSL_get_verify_result(ssl_.get());
    failure_text_ = X509_verify_cert_error_string(verdict);
    // A server that does not like a client's certificate has no more to say than that.
    return client_ != nullptr ? certificate_failure(verdict) : make_error_code(errc::tls_failed);
  }
  const bool cut =
      code == 0 || (ERR_GET_LIB(code) == ERR_LIB_SSL && number == SSL_R_UNEXPECTED_EOF_WHILE_READING);
  if (cut && ended_) return errc::tls_truncated;
  return errc::tls_failed;
}

int engine::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto& self = *static_cast<engine*>(SSL_get_app_data(ssl));
  self.client_->sessions.store(session_key(self.to_), session_ptr{session});
  return 1;  // the reference is ours now
}

void enable_session_cache(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, engine::on_new_session);
}

}  // namespace kitfox::runtime::tls
