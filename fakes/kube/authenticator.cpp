#include "fakes/kube/authenticator.hpp"

#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

constexpr std::string_view bearer = "bearer ";

// The token of "Bearer TOKEN", whose scheme compares without letter case (RFC 9110 §11.1).
std::optional<std::string_view> bearer_token(std::string_view header) {
  if (!runtime::same_letters(header.substr(0, bearer.size()), bearer)) return std::nullopt;
  const std::string_view token = runtime::trimmed(header.substr(bearer.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

const resource_type& service_accounts() { return *find_resource("", "v1", "serviceaccounts"); }

}  // namespace

void authenticator::add_token(std::string token, user_identity user) {
  if (!user.in_group(group_authenticated)) user.groups.emplace_back(group_authenticated);
  accepted_.erase(token);
  tokens_.insert_or_assign(std::move(token), std::move(user));
}

void authenticator::revoke_token(std::string_view token) {
  if (const auto found = accepted_.find(token); found != accepted_.end()) accepted_.erase(found);
  if (const auto found = tokens_.find(token); found != tokens_.end()) tokens_.erase(found);
  if (const auto claims = signer_.verify(token)) revoked_serials_.insert(claims->serial);
}

void authenticator::revoke_account_tokens(const service_account_name& account) {
  revoked_up_to_[service_account_user(account)] = last_serial_;
  accepted_.clear();
}

runtime::result<std::string> authenticator::issue_token(const object_store& objects,
                                                        const service_account_name& account,
                                                        runtime::wall_time now, runtime::duration lifetime) {
  const object_ptr found = objects.find(service_accounts(), account.ns, account.name);
  if (!found) return make_error_code(errc::not_found);
  const std::string uid{text_at(found->body, {"metadata", "uid"})};
  return signer_.sign({account, uid, ++last_serial_, now, now + lifetime});
}

bool authenticator::revoked(const token_claims& claims) const {
  if (revoked_serials_.contains(claims.serial)) return true;
  const auto bound = revoked_up_to_.find(service_account_user(claims.account));
  return bound != revoked_up_to_.end() && claims.serial <= bound->second;
}

std::optional<user_identity> authenticator::user_of_token(std::string_view token, const object_store& objects,
                                                          runtime::wall_time now) const {
  if (const auto found = tokens_.find(token); found != tokens_.end()) return found->second;
  const auto claims = signer_.verify(token);
  if (!claims || now >= claims->expires || revoked(*claims)) return std::nullopt;
  const object_ptr account = objects.find(service_accounts(), claims->account.ns, claims->account.name);
  if (!account || text_at(account->body, {"metadata", "uid"}) != claims->account_uid) return std::nullopt;
  user_identity user{service_account_user(claims->account),
                     claims->account_uid,
                     service_account_groups(claims->account.ns),
                     {}};
  user.groups.emplace_back(group_authenticated);
  return user;
}

bool authenticator::is_fresh(const accepted_token& one, runtime::wall_time now) const {
  return one.since <= now && now < one.since + limits_.kept_for;
}

void authenticator::remember(std::string_view token, const user_identity& user, runtime::wall_time now) {
  if (accepted_.size() >= limits_.count_max) {
    std::erase_if(accepted_, [&](const auto& entry) { return !is_fresh(entry.second, now); });
    if (accepted_.size() >= limits_.count_max) return;
  }
  accepted_.insert_or_assign(std::string{token}, accepted_token{user, now});
}

std::optional<user_identity> authenticator::authenticate(std::optional<std::string_view> authorization,
                                                         const object_store& objects,
                                                         runtime::wall_time now) {
  const auto token = authorization ? bearer_token(*authorization) : std::nullopt;
  if (!token) {
    if (anonymous_ == anonymous_requests::refused) return std::nullopt;
    return anonymous_user();
  }
  const auto known = accepted_.find(*token);
  if (known != accepted_.end() && is_fresh(known->second, now)) return known->second.user;
  const auto user = user_of_token(*token, objects, now);
  if (user) remember(*token, *user, now);
  return user;
}

}  // namespace kitfox::kube
