// Times in which dials leave no trace.
#include <algorithm>

#include "conformance/judge/evidence.hpp"
#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {

bool unseen_dials::covers(std::string_view node) const {
  // The scenario may say acme/payments/prod/* where the node is called prod/0.
  for (std::string_view pattern = agents;; pattern.remove_prefix(pattern.find('/') + 1)) {
    if (fits_glob(pattern, node)) return true;
    if (std::count(pattern.begin(), pattern.end(), '/') < 2) return false;
  }
}

std::optional<instant> evidence::unseen_until(std::string_view node, instant from, instant until) const {
  std::optional<instant> out;
  for (const unseen_dials& one : unseen) {
    if (one.from < until && one.until > from && one.covers(node)) out = std::max(out.value_or(0), one.until);
  }
  return out;
}

}  // namespace kitfox::conformance
