#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kitfox::kube {

/// The standard alphabet with padding (RFC 4648 §4), as kubeconfigs and Secrets use it.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// The URL-safe alphabet without padding (RFC 4648 §5), as JWTs and continue tokens use it.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
/// Empty when a character is foreign, padding included, or the length is impossible.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace kitfox::kube
