#pragma once
#include <string>
#include <string_view>

namespace kitfox::gateway {

/// SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace kitfox::gateway
