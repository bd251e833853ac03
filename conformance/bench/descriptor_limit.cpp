#include "conformance/bench/descriptor_limit.hpp"

#include <sys/resource.h>

namespace kitfox::conformance {

std::size_t raise_descriptor_limit() {
  rlimit bounds{};
  if (getrlimit(RLIMIT_NOFILE, &bounds) != 0) return 0;
  const rlim_t before = bounds.rlim_cur;
  bounds.rlim_cur = bounds.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &bounds) == 0 ? bounds.rlim_max : before;
}

}  // namespace kitfox::conformance
