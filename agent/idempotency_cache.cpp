#include "agent/idempotency_cache.hpp"

#include <utility>

namespace kitfox::agent {

using runtime::mono_time;

idempotency_cache::verdict idempotency_cache::on_command(const std::string& request_id, mono_time now) {
  if (options_.entries_max == 0) return {};
  trim(now);
  const auto [place, fresh] = entries_.try_emplace(request_id);
  if (fresh) return {};
  const entry& known = place->second;
  if (!known.answered) return {sighting::in_flight, {}};
  if (!known.has_body) return {sighting::forgotten, {}};
  return {sighting::answered, known.body};
}

void idempotency_cache::on_answered(const std::string& request_id, std::string body, mono_time now) {
  const auto place = entries_.find(request_id);
  if (place == entries_.end() || place->second.answered) return;
  entry& one = place->second;
  one.answered = true;
  one.has_body = true;
  one.answered_at = now;
  answer_bytes_ += body.size();
  one.body = std::move(body);
  answered_.push_back(request_id);
  with_bodies_.push_back(request_id);
  trim(now);
}

void idempotency_cache::drop_body(entry& one) {
  answer_bytes_ -= one.body.size();
  one.has_body = false;
  one.body = {};
}

void idempotency_cache::trim(mono_time now) {
  while (answer_bytes_ > options_.answer_bytes_max) {
    drop_body(entries_.find(with_bodies_.front())->second);
    with_bodies_.pop_front();
  }
  while (!answered_.empty()) {
    const auto oldest = entries_.find(answered_.front());
    const bool aged = now - oldest->second.answered_at > options_.keep;
    if (!aged && entries_.size() <= options_.entries_max) break;
    if (oldest->second.has_body) {
      // Bodies go in the same order as entries, so this one is the first of those held.
      drop_body(oldest->second);
      with_bodies_.pop_front();
    }
    entries_.erase(oldest);
    answered_.pop_front();
  }
}

}  // namespace kitfox::agent
