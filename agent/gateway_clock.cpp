#include "agent/gateway_clock.hpp"

#include <algorithm>

namespace kitfox::agent {

using runtime::mono_time;
using runtime::wall_time;

namespace {
/// Far from the ends of the range, so that no sum below overflows.
bool plausible(wall_time stamped) {
  using namespace std::chrono_literals;
  return stamped >= std::chrono::sys_days{1970y / 1 / 1} && stamped < std::chrono::sys_days{2200y / 1 / 1};
}
}  // namespace

void gateway_clock::on_stream_started(std::optional<wall_time> date_header, mono_time received) {
  count_ = 0;
  date_.reset();
  if (date_header && plausible(*date_header))
    date_ = date_header->time_since_epoch() - received.time_since_epoch();
}

void gateway_clock::on_heartbeat(wall_time stamped, mono_time received) {
  if (!plausible(stamped)) return;
  const offset fresh = stamped.time_since_epoch() - received.time_since_epoch();
  if (count_ > 0 && fresh + jump < *best()) count_ = 0;
  heartbeats_[count_ % samples_max] = fresh;
  ++count_;
}

std::optional<gateway_clock::offset> gateway_clock::best() const {
  if (count_ == 0) return date_;
  return *std::max_element(heartbeats_.begin(),
                           heartbeats_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, samples_max)));
}

wall_time gateway_clock::at(mono_time now, wall_time own) const {
  const auto known = best();
  return known ? wall_time{now.time_since_epoch() + *known} : own;
}

mono_time command_deadline(const protocol::command_event& command, mono_time received,
                           wall_time gateway_now) {
  const mono_time by_timeout = received + command.timeout;
  if (!command.deadline) return by_timeout;
  // Compared before subtracting: a deadline centuries away would overflow.
  if (*command.deadline >= gateway_now + command.timeout) return by_timeout;
  if (*command.deadline <= gateway_now) return received;
  return received + (*command.deadline - gateway_now);
}

}  // namespace kitfox::agent
