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

/// How long and how many accepted tokens are remembered (kube-apiserver: 10 s).
struct accepted_token_limits {
  runtime::duration kept_for = std::chrono::seconds{10};
  std::size_t count_max = 4096;
};

/// Establishes who makes a request: static bearer tokens and service account tokens. Reads no clock.
class authenticator {
 public:
  authenticator(std::string signing_key, anonymous_requests anonymous, accepted_token_limits limits = {})
      : signer_{std::move(signing_key)}, anonymous_{anonymous}, limits_{limits} {}

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
  /// as no credential. A token once accepted stays so for a while, also when it expires or its account goes,
  /// but not when it is revoked.
  [[nodiscard]] std::optional<user_identity> authenticate(std::optional<std::string_view> authorization,
                                                          const object_store& objects,
                                                          runtime::wall_time now);
  /// Every token is judged anew, as after a restart.
  void forget_accepted() noexcept { accepted_.clear(); }

 private:
  struct accepted_token {
    user_identity user;
    runtime::wall_time since;
  };
  [[nodiscard]] bool revoked(const token_claims& claims) const;
  [[nodiscard]] bool is_fresh(const accepted_token& one, runtime::wall_time now) const;
  void remember(std::string_view token, const user_identity& user, runtime::wall_time now);

  token_signer signer_;
  anonymous_requests anonymous_;
  accepted_token_limits limits_;
  std::map<std::string, accepted_token, std::less<>> accepted_;
  std::map<std::string, user_identity, std::less<>> tokens_;
  std::uint64_t last_serial_ = 0;
  std::set<std::uint64_t> revoked_serials_;
  std::map<std::string, std::uint64_t, std::less<>> revoked_up_to_;  ///< By user name.
};

}  // namespace kitfox::kube
