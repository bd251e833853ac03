#include "conformance/judge/open_streams.hpp"

#include <algorithm>

namespace kitfox::conformance {
namespace {

using lifetime = streams_of_keys::lifetime;

std::optional<lifetime> lifetime_of(const evidence& about, const stream& one) {
  const exchange& connect = about.exchanges[one.exchange];
  const bool refused = connect.answered && connect.status_sent != 200;
  if (refused || !connect.arrived) return std::nullopt;
  lifetime out{*connect.arrived, one.over_at_gateway.value_or(about.end + 2 * settled_after),
               one.connected_sent};
  // A gateway that is killed takes its streams with it, seen or not.
  for (const process& gateway : about.processes) {
    if (gateway.kind == "gateway" && gateway.exited && *gateway.exited >= out.begun)
      out.over = std::min(out.over, *gateway.exited);
  }
  return out;
}

void count(const lifetime& one, instant t, open_streams& out) {
  if (one.begun > t + settled_after || one.over < t - settled_after) return;
  const bool settled = one.connected && *one.connected <= t - settled_after && one.over >= t + settled_after;
  ++(settled ? out.surely : out.perhaps);
}

}  // namespace

open_streams open_streams_at(const evidence& about, instant t, const std::function<bool(const stream&)>& of) {
  open_streams out;
  for (const stream& one : about.streams) {
    if (!of(one)) continue;
    if (const auto life = lifetime_of(about, one)) count(*life, t, out);
  }
  return out;
}

streams_of_keys::streams_of_keys(const evidence& about) {
  for (const stream& one : about.streams) {
    if (const auto life = lifetime_of(about, one)) lines_[one.key].streams.push_back(*life);
  }
  for (auto& [key, of] : lines_) {
    std::stable_sort(of.streams.begin(), of.streams.end(),
                     [](const lifetime& a, const lifetime& b) { return a.begun < b.begun; });
    for (const lifetime& one : of.streams)
      of.over_last.push_back(of.over_last.empty() ? one.over : std::max(one.over, of.over_last.back()));
  }
}

open_streams streams_of_keys::at(const std::string& key, instant t) const {
  open_streams out;
  const auto found = lines_.find(key);
  if (found == lines_.end()) return out;
  const line& of = found->second;
  const auto later = std::upper_bound(of.streams.begin(), of.streams.end(), t + settled_after,
                                      [](instant limit, const lifetime& one) { return limit < one.begun; });
  for (auto i = static_cast<std::size_t>(later - of.streams.begin()); i > 0; --i) {
    if (of.over_last[i - 1] < t - settled_after) break;  // and so is each before it
    count(of.streams[i - 1], t, out);
  }
  return out;
}

}  // namespace kitfox::conformance
