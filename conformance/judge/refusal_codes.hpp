#pragma once
#include <span>
#include <string_view>

namespace kitfox::conformance {

/// The error codes that fit a refusal of the API server (SPEC.md §12), any of them as well as another. Empty:
/// any failure fits, or the status is no refusal.
[[nodiscard]] std::span<const std::string_view> codes_for(int status) noexcept;

}  // namespace kitfox::conformance
