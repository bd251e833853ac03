#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

namespace kitfox::runtime::tls {

template <auto Free>
struct openssl_deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, openssl_deleter<Free>>;

using bio_ptr = openssl_ptr<BIO, BIO_free_all>;
using key_ptr = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;
using certificate_ptr = openssl_ptr<X509, X509_free>;
using context_ptr = openssl_ptr<SSL_CTX, SSL_CTX_free>;
using session_ptr = openssl_ptr<SSL_SESSION, SSL_SESSION_free>;
using ssl_ptr = openssl_ptr<SSL, SSL_free>;

/// A view of `text`, which must outlive it.
[[nodiscard]] inline bio_ptr read_from(std::string_view text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

}  // namespace kitfox::runtime::tls
