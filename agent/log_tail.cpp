#include "agent/log_tail.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::agent {

log_tail::log_tail(std::int64_t lines, std::size_t bytes_max) : lines_{lines}, bytes_max_{bytes_max} {
  KITFOX_ASSERT(lines > 0 && bytes_max > 0);
}

log_tail::step log_tail::on_answer(std::string_view log) {
  ++tries_;
  if (log.size() < bytes_max_) return step::take;
  cut_ = true;
  if (lines_ == 1 || tries_ >= tries_max) return step::take;
  // The newest lines may be longer than those that came, so each further try asks for far less.
  const auto held = static_cast<std::int64_t>(std::ranges::count(log, '\n'));
  const std::int64_t most = tries_ == 1 ? lines_ - 1 : lines_ / 8;
  lines_ = std::max<std::int64_t>(1, std::min(most, held - held / 10 - (held > 0 ? 1 : 0)));
  if (tries_ + 1 == tries_max) lines_ = 1;
  return step::ask_again;
}

}  // namespace kitfox::agent
