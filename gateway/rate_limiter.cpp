#include "gateway/rate_limiter.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::gateway {

rate_limiter::rate_limiter(rate_bounds bounds)
    : bounds_{bounds}, spacing_{bounds.window / static_cast<std::int64_t>(bounds.count_max)} {
  KITFOX_ASSERT(bounds.count_max > 0 && bounds.names_max > 0);
}

void rate_limiter::forget(runtime::mono_time now) {
  while (!recent_.empty() && (by_name_.size() > bounds_.names_max || recent_.back().empty_at <= now)) {
    by_name_.erase(recent_.back().name);
    recent_.pop_back();
  }
}

std::optional<runtime::duration> rate_limiter::acquire(std::string_view name, runtime::mono_time now) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    recent_.push_front({std::string{name}, now + spacing_});
    by_name_.emplace(recent_.front().name, recent_.begin());
    forget(now);
    return std::nullopt;
  }
  recent_.splice(recent_.begin(), recent_, found->second);
  entry& one = *found->second;
  const runtime::mono_time arrival = std::max(one.empty_at, now);
  const runtime::mono_time allowed_from = arrival - (bounds_.window - spacing_);
  if (now < allowed_from) return allowed_from - now;
  one.empty_at = arrival + spacing_;
  return std::nullopt;
}

}  // namespace kitfox::gateway
