#include "gateway/credentials.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "protocol/field_reader.hpp"
#include "protocol/ids.hpp"
#include "protocol/json.hpp"
#include "protocol/keys.hpp"

namespace kitfox::gateway {

std::string complaint_about(const std::vector<caller_credential>& credentials) {
  std::set<std::string_view> names, secrets;
  for (const caller_credential& one : credentials) {
    const std::string who = "credential " + protocol::quote_for_diagnostics(one.name);
    if (one.name.empty() || one.name.size() > caller_credential::name_size_max)
      return who + ": its name must have 1 to " + std::to_string(caller_credential::name_size_max) + " bytes";
    if (one.secret.size() < caller_credential::secret_size_min)
      return who + ": its secret must have at least " + std::to_string(caller_credential::secret_size_min) +
             " characters";
    if (one.bound && !is_tenant(*one.bound)) return who + ": its tenant is malformed";
    if (!names.insert(one.name).second) return who + ": another one has the same name";
    if (!secrets.insert(one.secret).second) return who + ": another one has the same secret";
  }
  return {};
}

runtime::result<credential_book> credential_book::make(std::vector<caller_credential> credentials) {
  if (credentials.empty()) return gateway_errc::caller_credential_missing;
  if (!complaint_about(credentials).empty()) return gateway_errc::caller_credential_invalid;
  return credential_book{std::move(credentials)};
}

std::optional<principal> credential_book::find(std::string_view secret) const {
  const caller_credential* found = nullptr;
  for (const caller_credential& one : all_)
    if (protocol::equal_in_constant_time(one.secret, secret)) found = &one;
  if (found == nullptr) return std::nullopt;
  return principal{found->name, found->role, found->bound};
}

namespace {
constexpr protocol::text_rule name_rule{1, caller_credential::name_size_max};
constexpr protocol::text_rule tenant_rule{1, 128, protocol::is_opaque_token, "1 to 128 printable characters"};
// Its characters are looked at apart: what is wrong with a secret is told without the secret.
constexpr protocol::text_rule secret_rule{caller_credential::secret_size_min, 512, nullptr,
                                          "printable characters"};

caller_credential read_credential(protocol::field_reader& in) {
  caller_credential one;
  one.name = in.text("name", name_rule);
  one.secret = in.text("secret", secret_rule);
  if (!one.secret.empty() && !protocol::is_opaque_token(one.secret))
    in.fail("secret", protocol::protocol_errc::bad_format, "expected printable characters without spaces");
  const std::string role = in.optional_text("role").value_or("caller");
  if (role == "admin")
    one.role = caller_role::admin;
  else if (role != "caller")
    in.fail("role", protocol::protocol_errc::bad_format, "expected \"caller\" or \"admin\"");
  const auto org_id = in.optional_text("org_id", tenant_rule);
  const auto team_node_id = in.optional_text("team_node_id", tenant_rule);
  if (org_id.has_value() != team_node_id.has_value())
    in.fail("", protocol::protocol_errc::conflicting_fields,
            "expected both of org_id and team_node_id, or neither");
  if (org_id && team_node_id) one.bound = tenant{*org_id, *team_node_id};
  // A misspelt org_id must not make a bound credential a trusted one.
  in.refuse_others({"name", "secret", "role", "org_id", "team_node_id"});
  return one;
}
}  // namespace

runtime::result<std::vector<caller_credential>> parse_credentials(std::string_view json,
                                                                  protocol::diagnostics& diag) {
  const auto document = protocol::parse_json(json, diag);
  if (document.has_error()) return document.error();
  protocol::field_reader whole{document.value(), diag};
  const nlohmann::json* list = whole.array("credentials");
  whole.refuse_others({"credentials"});
  if (!whole.ok()) return whole.error();
  std::vector<caller_credential> all;
  for (std::size_t index = 0; index < list->size(); ++index) {
    protocol::field_reader in{(*list)[index], diag, "/credentials/" + std::to_string(index)};
    caller_credential one = read_credential(in);
    if (!in.ok()) return in.error();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace kitfox::gateway
