#include "fakes/fault/relay_tls.hpp"

#include "runtime/assert.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::fault {
namespace {

using std::chrono::hours;

pki::identity issue_one(const pki::authority& by, const std::vector<std::string>& hosts,
                        pki::validity valid = {}) {
  pki::certificate_request wanted;
  wanted.hosts = hosts;
  wanted.valid = valid;
  return by.issue(wanted);
}

// owners: see relay_tls::server_for()
runtime::result<std::shared_ptr<runtime::tls_server>> settings_of(const pki::identity& from) {
  runtime::tls_server_options options;
  options.certificate_pem = from.certificate_pem;
  options.private_key_pem = from.private_key_pem;
  return runtime::tls::make_server(options);
}

}  // namespace

relay_identities relay_identities::issue(const pki::authority& trusted, const std::vector<std::string>& hosts,
                                         runtime::wall_time now) {
  const pki::authority stranger{"an authority nobody trusts"};
  relay_identities made;
  made.proper = issue_one(trusted, hosts);
  made.expired = issue_one(trusted, hosts, {now - hours{24 * 365}, now - hours{1}});
  made.not_yet_valid = issue_one(trusted, hosts, {now + hours{24}, now + hours{24 * 365}});
  made.wrong_host = issue_one(trusted, {"another-host.invalid"});
  made.unknown_authority = issue_one(stranger, hosts);
  return made;
}

runtime::result<relay_tls> relay_tls::prepare(const relay_identities& from) {
  relay_tls made;
  const auto put = [](const pki::identity& one, auto& into) {
    auto settings = settings_of(one);
    if (!settings) return settings.error();
    into = std::move(*settings);
    return runtime::error_code{};
  };
  if (const auto failure = put(from.proper, made.proper_)) return failure;
  if (const auto failure = put(from.expired, made.expired_)) return failure;
  if (const auto failure = put(from.not_yet_valid, made.not_yet_valid_)) return failure;
  if (const auto failure = put(from.wrong_host, made.wrong_host_)) return failure;
  if (const auto failure = put(from.unknown_authority, made.unknown_authority_)) return failure;
  return made;
}

// owners: see relay_tls.hpp
std::shared_ptr<runtime::tls_server> relay_tls::server_for(tls_answer answer) const {
  switch (answer) {
    case tls_answer::proceed:
      return proper_;
    case tls_answer::expired:
      return expired_;
    case tls_answer::not_yet_valid:
      return not_yet_valid_;
    case tls_answer::wrong_host:
      return wrong_host_;
    case tls_answer::unknown_authority:
      return unknown_authority_;
    case tls_answer::stall:
    case tls_answer::alert:
      break;
  }
  KITFOX_ASSERT(false);
}

}  // namespace kitfox::fault
