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

bool match::fits_request(std::string_view one_method, std::string_view target) const noexcept {
  if (!method.empty() && method != one_method) return false;
  return path.empty() || fits_pattern(path, target.substr(0, target.find('?')));
}

}  // namespace kitfox::fault
