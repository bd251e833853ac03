#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kitfox::runtime {

/// The standard alphabet with padding (RFC 4648 §4), as kubeconfigs and Secrets use it.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Reads the standard alphabet, padded or not; line breaks and blanks inside are skipped, as YAML folds long
/// values. None for any other byte or an impossible length.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// The URL-safe alphabet without padding (RFC 4648 §5), as JWTs and continue tokens use it.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
/// None when a character is foreign, padding and blanks included, or the length is impossible.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace kitfox::runtime
