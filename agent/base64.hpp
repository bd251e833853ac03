#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kitfox::agent {

/// Decodes base64 (RFC 4648 §4), padded or not; line breaks and spaces inside are skipped, as YAML folds long
/// values. None for any other byte or an impossible length.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace kitfox::agent
