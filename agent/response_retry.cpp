#include "agent/response_retry.hpp"

#include <algorithm>

namespace kitfox::agent {

using runtime::duration;
using runtime::mono_time;
using namespace std::chrono_literals;

namespace {

constexpr retry_action end_as(delivery outcome) { return {retry_action::what::end, duration{}, outcome}; }

bool worth_repeating(int status) {
  return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

}  // namespace

retry_action response_retry::on_try_ended(const post_result& result, mono_time now) {
  ++tries_;
  if (result.status >= 200 && result.status < 300) return end_as(delivery::delivered);
  if (result.status == 401 || result.status == 403) return end_as(delivery::key_refused);
  if (result.status == 413) return end_as(delivery::too_large);
  if (!worth_repeating(result.status)) return end_as(delivery::refused);
  return again(result.retry_after.value_or(0ns), now);
}

retry_action response_retry::again(duration floor, mono_time now) {
  if (tries_ >= options_.tries_max) return end_as(delivery::given_up);
  duration envelope = options_.retry_initial;
  for (std::uint32_t n = 1; n < tries_ && envelope < options_.retry_cap; ++n) envelope *= 2;
  envelope = std::min(envelope, options_.retry_cap);
  const duration low = floor > 0ns ? floor : envelope / 2;
  duration delay = jitter_.between(low, floor > 0ns ? floor + envelope : envelope);

  const bool owed = tries_ < options_.tries_min;
  const mono_time last = owed ? deadline_ + options_.grace : deadline_;
  const duration left = last - now;
  if (floor >= left) return end_as(delivery::given_up);
  if (owed) {
    // Leaves time for each try that is still owed.
    const auto shares = static_cast<duration::rep>(options_.tries_min - tries_ + 1);
    delay = std::max(floor, std::min(delay, left / shares));
  }
  if (delay >= left) return end_as(delivery::given_up);
  return {retry_action::what::wait, delay, delivery::given_up};
}

}  // namespace kitfox::agent
