#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fakes/kube/object_store.hpp"
#include "fakes/kube/service_account_token.hpp"
#include "fakes/kube/user_identity.hpp"

namespace kitfox::kube {

/// What becomes of requests without credentials.
enum class anonymous_requests {
  allowed,  ///< They are system:anonymous, so most are 403.
  refused,  ///< 401, as with --anonymous-auth=false.
};

/// Establishes who makes a request: static bearer tokens and service account tokens. Reads no clock.
class authenticator {
 public:
  authenticator(std::string signing_key, anonymous_requests anonymous)
      : signer_{std::move(signing_key)}, anonymous_{anonymous} {}

  /// `user` also becomes a member of system:authenticated. Replaces what the token meant before.
  void add_token(std::string token, user_identity user);
  /// From now on the token, static or of a service account, is answered with 401. Unknown ones are ignored.
  void revoke_token(std::string_view token);
  /// The same for every token issued so far to a service account, as after rotation of the signing key.
  void revoke_account_tokens(const service_account_name& account);

  /// A token for an account that exists. Errors: errc::not_found.
  [[nodiscard]] runtime::result<std::string> issue_token(const object_store& objects,
                                                         const service_account_name& account,
                                                         runtime::wall_time now, runtime::duration lifetime);

  /// Whose token it is; empty when unknown, revoked, expired, or of an account that is gone.
  [[nodiscard]] std::optional<user_identity> user_of_token(std::string_view token,
                                                           const object_store& objects,
                                                           runtime::wall_time now) const;
  /// Who makes a request with that Authorization header; empty means 401. A scheme other than Bearer counts
  /// as no credential.
  [[nodiscard]] std::optional<user_identity> authenticate(std::optional<std::string_view> authorization,
                                                          const object_store& objects,
                                                          runtime::wall_time now) const;

 private:
  [[nodiscard]] bool revoked(const token_claims& claims) const;

  token_signer signer_;
  anonymous_requests anonymous_;
  std::map<std::string, user_identity, std::less<>> tokens_;
  std::uint64_t last_serial_ = 0;
  std::set<std::uint64_t> revoked_serials_;
  std::map<std::string, std::uint64_t, std::less<>> revoked_up_to_;  ///< By user name.
};

}  // namespace kitfox::kube
