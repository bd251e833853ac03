#include "fakes/fault/match.hpp"

namespace kitfox::fault {

bool fits_pattern(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace {
/// What the URL that an agent dials has before the paths of the protocol.
constexpr std::string_view gateway_prefix = "/gateway";
}  // namespace

bool match::fits_request(std::string_view one_method, std::string_view target) const noexcept {
  if (!method.empty() && method != one_method) return false;
  const std::string_view asked = target.substr(0, target.find('?'));
  if (path.empty() || fits_pattern(path, asked)) return true;
  return asked.starts_with(gateway_prefix) && fits_pattern(path, asked.substr(gateway_prefix.size()));
}

}  // namespace kitfox::fault
