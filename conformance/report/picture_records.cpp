#include "conformance/report/picture_records.hpp"

#include <algorithm>

#include "conformance/report/plain_text.hpp"
#include "conformance/report/timeline.hpp"

namespace kitfox::conformance {

std::size_t distance(record_index from, record_index until, record_index focus) {
  if (until == nowhere || until < from) until = from;
  if (focus < from) return from - focus;
  return focus > until ? focus - until : 0;
}

nlohmann::ordered_json picture_records::use(record_index one) {
  if (one == nowhere || one >= of_.records().size()) return nullptr;
  used_.insert(one);
  return one;
}

nlohmann::ordered_json picture_records::table(record_index focus, std::size_t quoted_max,
                                              std::size_t bytes_max) const {
  std::vector<record_index> nearest{used_.begin(), used_.end()};
  std::ranges::stable_sort(nearest, {}, [&](record_index one) { return distance(one, one, focus); });
  if (nearest.size() > quoted_max) nearest.resize(quoted_max);
  const std::set<record_index> quoted{nearest.begin(), nearest.end()};
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  // Runs of heartbeats are written after what came meanwhile.
  std::vector<record_index> in_time{used_.begin(), used_.end()};
  std::ranges::stable_sort(in_time, {}, [&](record_index one) { return of_.records()[one].t; });
  for (const record_index at : in_time) {
    const record& one = of_.records()[at];
    nlohmann::ordered_json row{at, one.t / 1000, as_utf8(describe(one))};
    if (quoted.contains(at)) row.push_back(cut_text(print_record(one), bytes_max));
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace kitfox::conformance
