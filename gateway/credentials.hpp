#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/errc.hpp"
#include "gateway/tenancy.hpp"
#include "protocol/diagnostics.hpp"

namespace kitfox::gateway {

/// The first thing that is wrong with one of them, by its name and without secrets; empty: nothing.
[[nodiscard]] std::string complaint_about(const std::vector<caller_credential>& credentials);

/// The accepted values of `X-Internal-Service`.
class credential_book {
 public:
  /// Errors: gateway_errc::caller_credential_missing for none at all; caller_credential_invalid for a short
  /// secret, an empty name, a repeated name or secret, or a malformed tenant.
  [[nodiscard]] static runtime::result<credential_book> make(std::vector<caller_credential> credentials);

  /// Who presents `secret`. Every credential is compared, in time that depends on lengths alone.
  [[nodiscard]] std::optional<principal> find(std::string_view secret) const;

 private:
  explicit credential_book(std::vector<caller_credential> all) : all_{std::move(all)} {}
  std::vector<caller_credential> all_;
};

/// Parses a credentials file:
///
///     {"credentials": [
///       {"name": "orchestrator", "secret": "...", "role": "caller"},
///       {"name": "acme-dashboard", "secret": "...", "role": "admin",
///        "org_id": "acme", "team_node_id": "payments"}]}
///
/// Without org_id and team_node_id the credential is a trusted service's. Errors: protocol_errc, with `diag`.
[[nodiscard]] runtime::result<std::vector<caller_credential>> parse_credentials(std::string_view json,
                                                                                protocol::diagnostics& diag);

}  // namespace kitfox::gateway
