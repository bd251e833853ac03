#pragma once
#include <boost/system/error_category.hpp>

#include "runtime/outcome.hpp"

namespace kitfox::gateway {

/// What a gateway itself can fail at. Failures of peers are protocol_errc and runtime::errc.
enum class gateway_errc {
  /// The pepper is empty; whoever configured the gateway must provide one.
  pepper_missing = 1,
  /// No caller credential is configured; whoever configured the gateway must provide one.
  caller_credential_missing,
  /// A caller credential is too short, a duplicate, or bound to a malformed tenant; its file must be
  /// corrected.
  caller_credential_invalid,
  /// A time or limit is zero, negative or contradicts another; the configuration must be corrected.
  option_invalid,
  /// The database cannot be opened or has another schema; path, permissions or version are wrong.
  store_unusable,
  /// The database refused a statement: disk full, locked, corrupt or gone. Try again; the operator must look.
  store_failed,
  /// The audit cannot be written: nothing that needs a record may go on until the operator has mended it.
  audit_failed,
  /// More audit records wait to be written than limits allow; the disk is too slow for the load.
  audit_backlog_full,
  /// The chain of audit records is broken: one was changed, removed or inserted.
  audit_chain_broken,
  /// The team already has a cluster of that name; the caller must choose another.
  name_taken,
  /// A quota of clusters or keys is used up; the caller must revoke something first.
  quota_exceeded,
  /// No such cluster or key, or not for this tenant.
  not_found,
};

const boost::system::error_category& gateway_category() noexcept;
inline runtime::error_code make_error_code(gateway_errc code) noexcept {
  return {static_cast<int>(code), gateway_category()};
}

}  // namespace kitfox::gateway

template <>
struct boost::system::is_error_code_enum<kitfox::gateway::gateway_errc> : std::true_type {};
