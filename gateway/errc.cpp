#include "gateway/errc.hpp"

#include <string>

namespace kitfox::gateway {

namespace {
class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.gateway"; }
  std::string message(int code) const override {
    switch (static_cast<gateway_errc>(code)) {
      case gateway_errc::pepper_missing:
        return "the pepper is empty";
      case gateway_errc::caller_credential_missing:
        return "no caller credential is configured";
      case gateway_errc::caller_credential_invalid:
        return "a caller credential is too short, a duplicate, or bound to a malformed tenant";
      case gateway_errc::option_invalid:
        return "a time or limit is out of its range";
      case gateway_errc::store_unusable:
        return "the database cannot be opened or has another schema";
      case gateway_errc::store_failed:
        return "the database refused a statement";
      case gateway_errc::audit_failed:
        return "the audit cannot be written";
      case gateway_errc::audit_backlog_full:
        return "too many audit records wait to be written";
      case gateway_errc::audit_chain_broken:
        return "the chain of audit records is broken";
      case gateway_errc::name_taken:
        return "the team already has a cluster of that name";
      case gateway_errc::quota_exceeded:
        return "a quota is used up";
      case gateway_errc::not_found:
        return "no such cluster or key";
    }
    return "unknown";
  }
};
}  // namespace

const boost::system::error_category& gateway_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace kitfox::gateway
