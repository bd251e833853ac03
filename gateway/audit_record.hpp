#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/audit_store.hpp"
#include "gateway/tenancy.hpp"
#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// What an audit record reports (AUD-1).
enum class audit_kind {
  connect,     ///< A stream was opened.
  refusal,     ///< An agent or a caller was refused before anything happened.
  refusals,    ///< So many like it, from `first` to `last`, that were not written one by one.
  disconnect,  ///< A stream ended; `outcome` says why.
  cluster_created,
  key_created,
  revoke,           ///< A key was revoked, alone or with its cluster.
  command,          ///< A command is about to be sent; durable before it is (AUD-2).
  command_outcome,  ///< How it ended; `outcome` is "ok" or an error code.
  records_lost,     ///< `count` records, from `first` to `last`, found the backlog full.
};
[[nodiscard]] std::string_view to_string(audit_kind kind) noexcept;

/// One record. Empty members are left out of the line. No member may hold a secret, the value of a parameter
/// or anything of a result (AUD-5); everything may hold hostile text.
struct audit_record {
  audit_kind kind = audit_kind::refusal;
  std::string_view actor{};  ///< Name of the caller's credential, or key id of the agent.
  std::string_view org_id{}, team_node_id{};
  std::string_view cluster_id{}, cluster_name{};
  std::string_view key_id{}, instance_id{};
  std::string_view command{}, params_hash{}, request_id{};
  std::string_view outcome{};
  std::string_view peer{};
  std::optional<std::uint64_t> bytes{};     ///< Of the answer.
  std::optional<runtime::duration> took{};  ///< `ms` in the line.
  std::optional<std::uint64_t> count{};     ///< Of a summary, with its times.
  std::optional<runtime::wall_time> first{}, last{};
};

/// Prints a record as one line of JSON without a line break, chained to its predecessor: the member `hash` is
/// the SHA-256 of the line up to and without `,"hash"`, and the line holds the predecessor's hash as `prev`
/// (AUD-4). Texts are cut to `field_bytes_max` and escaped: control characters, quotes and what is not ASCII
/// can neither break the line nor forge a member (AUD-3). Advances `head`.
[[nodiscard]] audit_line print_audit_line(const audit_record& record, runtime::wall_time at,
                                          std::size_t field_bytes_max, audit_head& head);

/// Checks that `line` follows `head` and advances it. Errors: gateway_errc::audit_chain_broken.
[[nodiscard]] runtime::error_code verify_audit_line(const audit_line& line, audit_head& head);

/// The same record with the number and the link that come after `head`, which it advances. `line` must have
/// been printed by print_audit_line(); what was not is left as it is.
[[nodiscard]] audit_line chain_again(const audit_line& line, audit_head& head);

/// What the oldest line that is kept follows, by its own account: where verify_audit_line() begins once older
/// lines were deleted. Errors: gateway_errc::audit_chain_broken.
[[nodiscard]] runtime::result<audit_head> head_before(const audit_line& oldest);

/// The head of an empty audit.
[[nodiscard]] audit_head empty_audit();
/// The time that a printed line carries, in RFC 3339; empty if it carries none.
[[nodiscard]] std::string_view time_of_audit_line(std::string_view line) noexcept;
/// The hash that a printed line carries; none if it carries none.
[[nodiscard]] std::optional<std::string_view> hash_of_audit_line(std::string_view line) noexcept;

}  // namespace kitfox::gateway
