#include "conformance/transcript/canary.hpp"

#include <algorithm>

namespace kitfox::conformance {

void add_canaries(std::string_view text, std::vector<std::string>& seen) {
  constexpr std::size_t length = canary_prefix.size() + canary_digits;
  for (std::size_t at = text.find(canary_prefix); at != std::string_view::npos;
       at = text.find(canary_prefix, at + 1)) {
    const std::string_view one = text.substr(at, length);
    if (one.size() == length && std::find(seen.begin(), seen.end(), one) == seen.end())
      seen.emplace_back(one);
  }
}

}  // namespace kitfox::conformance
