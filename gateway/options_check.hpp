#pragma once
#include <string>

#include "gateway/errc.hpp"
#include "gateway/options.hpp"

namespace kitfox::gateway {

/// Checks everything that can be checked without touching the outside. On failure `reason` says in one
/// sentence what to correct, without secrets. Errors: pepper_missing, caller_credential_missing,
/// caller_credential_invalid, option_invalid.
[[nodiscard]] runtime::error_code check_options(const gateway_options& options, std::string& reason);

}  // namespace kitfox::gateway
