#pragma once
#include <string_view>

namespace kitfox::conformance {

/// The commit that this program was built from, abbreviated, with "+" where something was changed since;
/// empty where it was not built in a repository.
[[nodiscard]] std::string_view suite_commit() noexcept;

}  // namespace kitfox::conformance
