// What cannot be read off single records: times in which dials leave no trace, and streams that end without a
// word.
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

bool evidence::ended_by_gateway(const stream& one) const {
  const connection& on = connections[one.connection];
  return !on.first_fault && (on.finished_by_server || on.ended_by_server_first());
}

bool stream::says_when_to_return(instant from) const {
  return std::ranges::any_of(sent, [&](const stream_event& event) {
    const bool has_retry = event.seen->more.is_object() && event.seen->more.contains("retry_ms");
    return event.t >= from && (event.seen->name == "drain" || has_retry);
  });
}

std::optional<instant> evidence::unseen_until(std::string_view node, instant from, instant until) const {
  std::optional<instant> out;
  for (const unseen_dials& one : unseen) {
    if (one.from < until && one.until > from && one.covers(node)) out = std::max(out.value_or(0), one.until);
  }
  return out;
}

}  // namespace kitfox::conformance
