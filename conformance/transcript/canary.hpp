#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// What begins like this is a tenant's canary: a mark that stands in each of its objects and must never leave
/// it.
inline constexpr std::string_view canary_prefix = "kfx-canary-";
inline constexpr std::size_t canary_digits = 12;

/// Adds to `seen` each canary that stands whole in `text` and is not there yet.
void add_canaries(std::string_view text, std::vector<std::string>& seen);

}  // namespace kitfox::conformance
