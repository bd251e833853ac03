#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/kube/user_identity.hpp"
#include "runtime/clock.hpp"

namespace kitfox::kube {

/// What a service account token says. Times are whole seconds on the wire.
struct token_claims {
  service_account_name account;
  std::string account_uid;
  std::uint64_t serial = 0;  ///< Unique in one authenticator; the claim "jti".
  runtime::wall_time issued, expires;
};

/// Signs and verifies service account tokens: JWTs (RFC 7519) with the claims of Kubernetes' bound tokens,
/// signed by HMAC-SHA256 (RFC 7515), since nobody but the server itself verifies them.
class token_signer {
 public:
  explicit token_signer(std::string key) : key_{std::move(key)} {}
  [[nodiscard]] std::string sign(const token_claims& claims) const;
  /// Empty unless `token` was signed by this key. Says nothing about expiry.
  [[nodiscard]] std::optional<token_claims> verify(std::string_view token) const;

 private:
  [[nodiscard]] std::string signature_of(std::string_view text) const;
  std::string key_;
};

/// The `iss` and default `aud` of tokens.
inline constexpr std::string_view token_issuer = "https://kubernetes.default.svc";

}  // namespace kitfox::kube
