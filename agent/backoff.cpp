#include "agent/backoff.hpp"

#include <algorithm>
#include <limits>

#include "agent/agent_parts.hpp"
#include "runtime/assert.hpp"

namespace kitfox::agent {

using runtime::duration;
using namespace std::chrono_literals;

backoff::backoff(const backoff_options& options, runtime::entropy& jitter)
    : options_{options}, jitter_{jitter} {
  KITFOX_ASSERT(options.initial > 0ns && options.cap > 0ns && options.factor >= 1.0);
}

duration backoff::envelope() const {
  const auto cap = static_cast<double>(options_.cap.count());
  auto grown = static_cast<double>(options_.initial.count());
  for (unsigned n = 0; n < ends_ && grown < cap && options_.factor > 1.0; ++n) grown *= options_.factor;
  return grown >= cap ? options_.cap : duration{static_cast<duration::rep>(grown)};
}

duration backoff::raised_by(duration floor) const {
  duration high = floor + std::min<duration>(floor / 2, 60s);
  if (floor < options_.cap) high = std::max<duration>(std::min(high, options_.cap), floor + 1s);
  return high;
}

duration backoff::delay_after(const attempt_end& end) {
  if (end.established && end.healthy >= options_.healthy_after) ends_ = 0;
  duration low = 1ns;
  duration high = envelope();
  if (end.reason == end_reason::key_refused) {
    low = std::max<duration>(options_.slow_lane / 2, 1ns);
    high = options_.slow_lane + options_.slow_lane / 2;
  } else if (end.established) {
    high = std::max(high, options_.session_spread);
  }
  if (const duration floor = std::min(end.floor.value_or(0ns), options_.floor_max); floor > low) {
    low = floor;
    high = std::max(high, raised_by(floor));
  }
  if (ends_ < std::numeric_limits<unsigned>::max()) ++ends_;
  return jitter_.between(low, std::max(low, high));
}

std::unique_ptr<reconnect_policy> agent_parts::make_reconnect_policy(const backoff_options& options,
                                                                     runtime::entropy& jitter) const {
  return std::make_unique<backoff>(options, jitter);
}

}  // namespace kitfox::agent
