#include "runtime/tls/settings.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "runtime/assert.hpp"
#include "runtime/errc.hpp"
#include "runtime/tls/engine.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime::tls {
namespace {

constexpr std::array<unsigned char, 9> alpn_http11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::string_view session_id_context = "kitfox";

/// Without it OpenSSL asks the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) { return 0; }

context_ptr make_context(const SSL_METHOD* method) {
  context_ptr context{SSL_CTX_new(method)};
  KITFOX_ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  return context;
}

/// Every certificate of a PEM text; nothing when there is none or one cannot be parsed.
std::vector<certificate_ptr> read_certificates(std::string_view pem) {
  std::vector<certificate_ptr> all;
  const bio_ptr source = read_from(pem);
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(source.get(), nullptr, no_passphrase, nullptr))
    all.emplace_back(next);
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) all.clear();
  return all;
}

key_ptr read_key(std::string_view pem) {
  const bio_ptr source = read_from(pem);
  return key_ptr{PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr)};
}

error_code present(SSL_CTX* context, std::string_view certificate_pem, std::string_view key_pem) {
  const auto chain = read_certificates(certificate_pem);
  if (chain.empty()) return errc::tls_configuration_invalid;
  const key_ptr key = read_key(key_pem);
  if (key == nullptr) return errc::tls_configuration_invalid;
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return errc::tls_configuration_invalid;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return errc::tls_configuration_invalid;
  }
  return {};
}

error_code trust(SSL_CTX* context, std::string_view authorities_pem) {
  const auto authorities = read_certificates(authorities_pem);
  if (authorities.empty()) return errc::tls_configuration_invalid;
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& one : authorities) {
    if (X509_STORE_add_cert(store, one.get()) != 1) return errc::tls_configuration_invalid;
  }
  return {};
}

error_code trust_system(SSL_CTX* context) {
  const char* file = std::getenv("SSL_CERT_FILE");
  if (file != nullptr && *file != '\0')
    return SSL_CTX_load_verify_file(context, file) == 1 ? error_code{}
                                                        : make_error_code(errc::tls_configuration_invalid);
  return SSL_CTX_set_default_verify_paths(context) == 1 ? error_code{}
                                                        : make_error_code(errc::tls_configuration_invalid);
}

int select_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                  unsigned int offered_size, void*) {
  unsigned char* selected = nullptr;
  const int outcome = SSL_select_next_proto(&selected, out_size, alpn_http11.data(), alpn_http11.size(),
                                            offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

identity_fault fault_of(std::string_view certificate_pem, std::string_view private_key_pem) {
  const auto chain = read_certificates(certificate_pem);
  if (chain.empty()) return identity_fault::certificate;
  const key_ptr key = read_key(private_key_pem);
  if (key == nullptr) return identity_fault::private_key;
  const bool pair = X509_check_private_key(chain.front().get(), key.get()) == 1;
  return pair ? identity_fault::none : identity_fault::not_a_pair;
}

}  // namespace

identity_fault find_fault(std::string_view certificate_pem, std::string_view private_key_pem) {
  const identity_fault found = fault_of(certificate_pem, private_key_pem);
  ERR_clear_error();
  return found;
}

result<std::shared_ptr<tls_client>> make_client(const tls_client_options& options) {
  context_ptr context = make_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  error_code failure = options.authorities_pem.empty() ? trust_system(context.get())
                                                       : trust(context.get(), options.authorities_pem);
  if (!failure && (!options.certificate_pem.empty() || !options.private_key_pem.empty()))
    failure = present(context.get(), options.certificate_pem, options.private_key_pem);
  ERR_clear_error();
  if (failure) return failure;
  KITFOX_ASSERT(SSL_CTX_set_alpn_protos(context.get(), alpn_http11.data(), alpn_http11.size()) == 0);
  enable_session_cache(context.get());
  // owners: the caller, and every stream and dial that uses the settings
  return std::make_shared<client_settings>(std::move(context));
}

result<std::shared_ptr<tls_server>> make_server(const tls_server_options& options) {
  context_ptr context = make_context(TLS_server_method());
  error_code failure = present(context.get(), options.certificate_pem, options.private_key_pem);
  if (!failure && !options.client_authorities_pem.empty()) {
    failure = trust(context.get(), options.client_authorities_pem);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  ERR_clear_error();
  if (failure) return failure;
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // tickets carry the sessions
  SSL_CTX_set_num_tickets(context.get(), 1);
  SSL_CTX_set_session_id_context(context.get(),
                                 reinterpret_cast<const unsigned char*>(session_id_context.data()),
                                 session_id_context.size());
  SSL_CTX_set_alpn_select_cb(context.get(), select_http11, nullptr);
  // owners: the caller, the listener and every stream that uses the settings
  return std::make_shared<server_settings>(std::move(context));
}

}  // namespace kitfox::runtime::tls
