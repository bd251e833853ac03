#pragma once
#include <cstddef>

namespace kitfox::conformance {

/// Raises this process's soft limit of open files to the hard one; children inherit it. Returns the limit
/// that holds afterwards.
[[nodiscard]] std::size_t raise_descriptor_limit();

}  // namespace kitfox::conformance
