#pragma once
#include <cstdint>

namespace kitfox::runtime {

/// How many descriptors, so also connections, the process may have open at a time.
struct descriptor_bounds {
  std::uint64_t before = 0, now = 0;
};

/// Raises the process's soft limit on open descriptors to its hard one (setrlimit(2), RLIMIT_NOFILE). What
/// the system refuses stays as it was, which shows in the answer.
descriptor_bounds raise_descriptor_limit() noexcept;

}  // namespace kitfox::runtime
