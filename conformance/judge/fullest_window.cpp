#include "conformance/judge/fullest_window.hpp"

#include <algorithm>

namespace kitfox::conformance {

fullest_window find_fullest_window(std::vector<instant> times, instant length) {
  std::sort(times.begin(), times.end());
  fullest_window out;
  std::size_t low = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    while (times[i] - times[low] >= length) ++low;
    if (i - low + 1 > out.count) out = {i - low + 1, times[low]};
  }
  return out;
}

}  // namespace kitfox::conformance
