#include "fakes/kube/service_account_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/json.hpp"
#include "runtime/assert.hpp"
#include "runtime/base64.hpp"

namespace kitfox::kube {

namespace {

std::int64_t unix_seconds(runtime::wall_time when) {
  return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

runtime::wall_time from_unix(std::int64_t seconds) {
  return runtime::wall_time{std::chrono::seconds{seconds}};
}

}  // namespace

std::string token_signer::signature_of(std::string_view text) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes,
                                   text.size(), digest.data(), &size);
  KITFOX_ASSERT(done != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string token_signer::sign(const token_claims& claims) const {
  const json header{{"alg", "HS256"}, {"typ", "JWT"}, {"kid", "kitfox"}};
  const json account{{"name", claims.account.name}, {"uid", claims.account_uid}};
  const json payload{{"iss", token_issuer},
                     {"aud", json::array({token_issuer})},
                     {"sub", service_account_user(claims.account)},
                     {"iat", unix_seconds(claims.issued)},
                     {"nbf", unix_seconds(claims.issued)},
                     {"exp", unix_seconds(claims.expires)},
                     {"jti", std::to_string(claims.serial)},
                     {"kubernetes.io", {{"namespace", claims.account.ns}, {"serviceaccount", account}}}};
  const std::string text =
      runtime::base64url_encode(print_json(header)) + "." + runtime::base64url_encode(print_json(payload));
  return text + "." + runtime::base64url_encode(signature_of(text));
}

std::optional<token_claims> token_signer::verify(std::string_view token) const {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const auto signature = runtime::base64url_decode(token.substr(last + 1));
  const std::string expected = signature_of(token.substr(0, last));
  if (!signature || signature->size() != expected.size() ||
      CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
    return std::nullopt;
  }
  const auto text = runtime::base64url_decode(token.substr(first + 1, last - first - 1));
  const auto payload = text ? parse_json(*text) : parse_json("");
  if (!payload) return std::nullopt;
  token_claims claims;
  claims.account.ns = text_at(*payload, {"kubernetes.io", "namespace"});
  claims.account.name = text_at(*payload, {"kubernetes.io", "serviceaccount", "name"});
  claims.account_uid = text_at(*payload, {"kubernetes.io", "serviceaccount", "uid"});
  claims.serial = go_parse_uint(text_at(*payload, {"jti"})).value_or(0);
  claims.issued = from_unix(number_at(*payload, {"iat"}));
  claims.expires = from_unix(number_at(*payload, {"exp"}));
  return claims;
}

}  // namespace kitfox::kube
