#include "fakes/pki/authority.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::pki {
namespace {

template <auto Free>
struct deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, deleter<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, deleter<BIO_free_all>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>>;

key_ptr make_key(key_kind kind) {
  switch (kind) {
    case key_kind::ed25519:
      return key_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    case key_kind::p256:
      return key_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    case key_kind::rsa2048:
      return key_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})};
  }
  return nullptr;
}

const EVP_MD* digest_for(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string print(X509* certificate) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  KITFOX_ASSERT(PEM_write_bio_X509(out.get(), certificate) == 1);
  return text_of(out.get());
}

std::string print(const EVP_PKEY* key) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  KITFOX_ASSERT(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out.get());
}

/// Values are OpenSSL's configuration syntax (x509v3_config(5)); they hold nothing but what is checked below.
void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  KITFOX_ASSERT(extension != nullptr);
  KITFOX_ASSERT(X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_time(ASN1_TIME* field, runtime::wall_time when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
  KITFOX_ASSERT(ASN1_TIME_set(field, seconds) != nullptr);
}

void set_name(X509_NAME* field, const std::string& name) {
  // An X.520 common name has at most 64 characters; longer host names are in the alternative names only.
  const auto* bytes = reinterpret_cast<const unsigned char*>(name.data());
  const int size = static_cast<int>(std::min<std::size_t>(name.size(), 64));
  KITFOX_ASSERT(X509_NAME_add_entry_by_txt(field, "CN", MBSTRING_UTF8, bytes, size, -1, 0) == 1);
}

certificate_ptr make_certificate(const std::string& name, const validity& valid, EVP_PKEY* key) {
  certificate_ptr made{X509_new()};
  KITFOX_ASSERT(X509_set_version(made.get(), X509_VERSION_3) == 1);
  unsigned char serial[16];
  KITFOX_ASSERT(RAND_bytes(serial, sizeof serial) == 1);
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x40);  // positive and of one length
  const std::unique_ptr<BIGNUM, deleter<BN_free>> number{BN_bin2bn(serial, sizeof serial, nullptr)};
  KITFOX_ASSERT(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr);
  set_time(X509_getm_notBefore(made.get()), valid.not_before);
  set_time(X509_getm_notAfter(made.get()), valid.not_after);
  set_name(X509_get_subject_name(made.get()), name);
  KITFOX_ASSERT(X509_set_pubkey(made.get(), key) == 1);
  return made;
}

bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, deleter<ASN1_OCTET_STRING_free>> parsed{
      a2i_IPADDRESS(host.c_str())};
  return parsed != nullptr;
}

std::string alternative_names(const std::vector<std::string>& hosts) {
  std::string out;
  for (const std::string& host : hosts) {
    KITFOX_ASSERT(!host.empty() && host.find_first_of(",; \n\r") == std::string::npos);
    if (!out.empty()) out += ',';
    out += (is_address(host) ? "IP:" : "DNS:") + host;
  }
  return out;
}

}  // namespace

struct authority::state {
  key_ptr key;
  certificate_ptr certificate;
  std::string certificate_pem, private_key_pem;
};

authority::authority(const std::string& name, validity valid, key_kind key)
    : state_{std::make_unique<state>()} {
  state_->key = make_key(key);
  KITFOX_ASSERT(state_->key != nullptr);
  state_->certificate = make_certificate(name, valid, state_->key.get());
  X509* self = state_->certificate.get();
  KITFOX_ASSERT(X509_set_issuer_name(self, X509_get_subject_name(self)) == 1);
  extend(self, self, NID_basic_constraints, "critical,CA:TRUE");
  extend(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(self, self, NID_subject_key_identifier, "hash");
  KITFOX_ASSERT(X509_sign(self, state_->key.get(), digest_for(state_->key.get())) > 0);
  state_->certificate_pem = print(self);
  state_->private_key_pem = print(state_->key.get());
}

authority::~authority() = default;
authority::authority(authority&&) noexcept = default;
authority& authority::operator=(authority&&) noexcept = default;

const std::string& authority::certificate_pem() const noexcept { return state_->certificate_pem; }
const std::string& authority::private_key_pem() const noexcept { return state_->private_key_pem; }

identity authority::issue(const certificate_request& wanted) const {
  KITFOX_ASSERT(!wanted.hosts.empty());
  const key_ptr key = make_key(wanted.key);
  KITFOX_ASSERT(key != nullptr);
  const certificate_ptr made = make_certificate(wanted.hosts.front(), wanted.valid, key.get());
  X509* issuer = state_->certificate.get();
  KITFOX_ASSERT(X509_set_issuer_name(made.get(), X509_get_subject_name(issuer)) == 1);
  extend(made.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  extend(made.get(), issuer, NID_key_usage, "critical,digitalSignature");
  extend(made.get(), issuer, NID_ext_key_usage, wanted.use == purpose::server ? "serverAuth" : "clientAuth");
  extend(made.get(), issuer, NID_subject_key_identifier, "hash");
  extend(made.get(), issuer, NID_authority_key_identifier, "keyid");
  if (wanted.use == purpose::server)
    extend(made.get(), issuer, NID_subject_alt_name, alternative_names(wanted.hosts));
  KITFOX_ASSERT(X509_sign(made.get(), state_->key.get(), digest_for(state_->key.get())) > 0);
  return {print(made.get()), print(key.get())};
}

identity authority::issue(const std::string& host) const {
  certificate_request wanted;
  wanted.hosts.push_back(host);
  return issue(wanted);
}

}  // namespace kitfox::pki
