#include "conformance/judge/open_streams.hpp"

namespace kitfox::conformance {

open_streams open_streams_at(const evidence& about, instant t, const std::function<bool(const stream&)>& of) {
  open_streams out;
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    const bool refused = connect.answered && connect.status_sent != 200;
    if (refused || !connect.arrived || *connect.arrived > t + settled_after || !of(one)) continue;
    instant over = one.over_at_gateway.value_or(about.end + 2 * settled_after);
    // A gateway that is killed takes its streams with it, seen or not.
    for (const process& gateway : about.processes) {
      if (gateway.kind == "gateway" && gateway.exited && *gateway.exited >= *connect.arrived)
        over = std::min(over, *gateway.exited);
    }
    if (over < t - settled_after) continue;
    const bool settled =
        one.connected_sent && *one.connected_sent <= t - settled_after && over >= t + settled_after;
    ++(settled ? out.surely : out.perhaps);
  }
  return out;
}

}  // namespace kitfox::conformance
