#include "fakes/pki/authority.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace kitfox::pki {
namespace {

using namespace std::chrono_literals;

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* one) const {
    Free(one);
  }
};
using certificate_ptr = std::unique_ptr<X509, freed_by<&X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;

template <class Read>
auto read_pem(const std::string& text, Read read) {
  const std::unique_ptr<BIO, freed_by<&BIO_free>> from{
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  return read(from.get(), nullptr, nullptr, nullptr);
}
certificate_ptr certificate_of(const std::string& pem) {
  return certificate_ptr{read_pem(pem, PEM_read_bio_X509)};
}
key_ptr key_of(const std::string& pem) { return key_ptr{read_pem(pem, PEM_read_bio_PrivateKey)}; }

/// What a peer that trusts the authority makes of a certificate at a time: X509_V_OK, or the reason against
/// it.
int judged(const authority& by, const identity& shown, int purpose_id, runtime::wall_time at,
           const char* host = nullptr) {
  const certificate_ptr trusted = certificate_of(by.certificate_pem());
  const certificate_ptr leaf = certificate_of(shown.certificate_pem);
  const std::unique_ptr<X509_STORE, freed_by<&X509_STORE_free>> store{X509_STORE_new()};
  EXPECT_EQ(X509_STORE_add_cert(store.get(), trusted.get()), 1);
  const std::unique_ptr<X509_STORE_CTX, freed_by<&X509_STORE_CTX_free>> check{X509_STORE_CTX_new()};
  EXPECT_EQ(X509_STORE_CTX_init(check.get(), store.get(), leaf.get(), nullptr), 1);
  X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(check.get());
  X509_VERIFY_PARAM_set_purpose(wanted, purpose_id);
  X509_VERIFY_PARAM_set_time(wanted,
                             std::chrono::system_clock::to_time_t(
                                 std::chrono::time_point_cast<std::chrono::system_clock::duration>(at)));
  if (host != nullptr && X509_VERIFY_PARAM_set1_ip_asc(wanted, host) != 1) {
    EXPECT_EQ(X509_VERIFY_PARAM_set1_host(wanted, host, 0), 1);
  }
  return X509_verify_cert(check.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(check.get());
}

constexpr runtime::wall_time today = std::chrono::sys_days{std::chrono::November / 22 / 2026};

TEST(Authority, IssuesKeysOfEachKindThatBelongToTheirCertificates) {
  const std::pair<key_kind, int> kinds[] = {{key_kind::ed25519, EVP_PKEY_ED25519},
                                            {key_kind::p256, EVP_PKEY_EC},
                                            {key_kind::rsa2048, EVP_PKEY_RSA}};
  for (const auto& [kind, expected] : kinds) {
    const authority by{"an authority", {}, kind};
    EXPECT_EQ(EVP_PKEY_base_id(key_of(by.private_key_pem()).get()), expected);
    for (const auto& [leaf_kind, leaf_expected] : kinds) {
      certificate_request wanted;
      wanted.hosts = {"shop.example"};
      wanted.key = leaf_kind;
      const identity issued = by.issue(wanted);
      const key_ptr key = key_of(issued.private_key_pem);
      ASSERT_NE(key, nullptr);
      EXPECT_EQ(EVP_PKEY_base_id(key.get()), leaf_expected);
      EXPECT_EQ(X509_check_private_key(certificate_of(issued.certificate_pem).get(), key.get()), 1);
      EXPECT_EQ(judged(by, issued, X509_PURPOSE_SSL_SERVER, today, "shop.example"), X509_V_OK);
    }
  }
  certificate_request rsa;
  rsa.hosts = {"x"};
  rsa.key = key_kind::rsa2048;
  EXPECT_EQ(EVP_PKEY_bits(key_of(authority{}.issue(rsa).private_key_pem).get()), 2048);
}

TEST(Authority, KeepsServersAndClientsApart) {
  const authority by;
  const identity server = by.issue("shop.example");
  certificate_request wanted;
  wanted.hosts = {"an agent"};
  wanted.use = purpose::client;
  const identity client = by.issue(wanted);
  EXPECT_EQ(judged(by, server, X509_PURPOSE_SSL_SERVER, today), X509_V_OK);
  EXPECT_EQ(judged(by, server, X509_PURPOSE_SSL_CLIENT, today), X509_V_ERR_INVALID_PURPOSE);
  EXPECT_EQ(judged(by, client, X509_PURPOSE_SSL_CLIENT, today), X509_V_OK);
  EXPECT_EQ(judged(by, client, X509_PURPOSE_SSL_SERVER, today), X509_V_ERR_INVALID_PURPOSE);
}

TEST(Authority, IssuesForTheTimeThatWasAskedFor) {
  const authority by;
  certificate_request wanted;
  wanted.hosts = {"shop.example"};
  wanted.valid = {today, today + 24h};
  const identity issued = by.issue(wanted);
  const auto at = [&](runtime::wall_time when) { return judged(by, issued, X509_PURPOSE_SSL_SERVER, when); };
  EXPECT_EQ(at(today - 1s), X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(at(today), X509_V_OK);
  EXPECT_EQ(at(today + 24h - 1s), X509_V_OK);
  EXPECT_EQ(at(today + 24h + 1s), X509_V_ERR_CERT_HAS_EXPIRED);
  const authority brief{"brief", {today, today + 1h}};
  EXPECT_EQ(judged(brief, brief.issue("x"), X509_PURPOSE_SSL_SERVER, today + 2h), X509_V_ERR_CERT_HAS_EXPIRED)
      << "its own certificate has ended";
}

TEST(Authority, IssuesForTheHostsThatWereAskedForAndNoOthers) {
  const authority by;
  certificate_request wanted;
  wanted.hosts = {"shop.example", "*.wild.example", "127.0.0.1", "::1"};
  const identity issued = by.issue(wanted);
  const auto as = [&](const char* host) { return judged(by, issued, X509_PURPOSE_SSL_SERVER, today, host); };
  for (const char* host : {"shop.example", "a.wild.example", "127.0.0.1", "::1"}) {
    EXPECT_EQ(as(host), X509_V_OK) << host;
  }
  for (const char* host : {"shop.example.org", "wild.example", "a.b.wild.example"}) {
    EXPECT_EQ(as(host), X509_V_ERR_HOSTNAME_MISMATCH) << host;
  }
  EXPECT_EQ(as("127.0.0.2"), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(Authority, IsTrustedForItselfAlone) {
  const authority one, another;
  EXPECT_NE(judged(one, another.issue("x"), X509_PURPOSE_SSL_SERVER, today), X509_V_OK)
      << "also where both have the same name";
  EXPECT_NE(one.certificate_pem(), another.certificate_pem());
}

}  // namespace
}  // namespace kitfox::pki
