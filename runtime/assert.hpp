#pragma once

namespace kitfox::runtime {

/// Prints the failed expression with its place to stderr and aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace kitfox::runtime

/// States what must hold unless the program itself is wrong. On in every build type.
#define KITFOX_ASSERT(expression)          \
  (static_cast<bool>(expression) ? void(0) \
                                 : ::kitfox::runtime::assertion_failed(#expression, __FILE__, __LINE__))
