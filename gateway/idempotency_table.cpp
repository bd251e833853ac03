#include "gateway/idempotency_table.hpp"

namespace kitfox::gateway {

idempotency_decision idempotency_table::begin(const tenant& owner, std::string_view key,
                                              std::string_view body_hash, std::string_view request_id,
                                              runtime::mono_time now) {
  forget(now);
  name of{owner, std::string{key}};
  const auto found = entries_.find(of);
  if (found != entries_.end()) {
    const entry& known = found->second;
    if (known.body_hash != body_hash) return {idempotency_verdict::conflict};
    if (known.ended) return {idempotency_verdict::replay, known.request_id, known.answer};
    return {idempotency_verdict::running, known.request_id};
  }
  if (entries_.size() >= limits_.idempotency_entries_max) {
    if (ended_.empty()) return {idempotency_verdict::full};
    forget_oldest();
  }
  entry& fresh = entries_[std::move(of)];
  fresh.body_hash = body_hash;
  fresh.request_id = request_id;
  return {idempotency_verdict::fresh};
}

void idempotency_table::finish(const tenant& owner, std::string_view key, std::string answer,
                               runtime::mono_time now) {
  const auto found = entries_.find({owner, std::string{key}});
  if (found == entries_.end() || found->second.ended) return;
  entry& one = found->second;
  one.ended = true;
  one.answer = std::move(answer);
  one.forget_at = now + limits_.idempotency_kept;
  ended_.push_back(found->first);
  bytes_ += one.answer.size();
  while (bytes_ > limits_.idempotency_bytes_max && !ended_.empty()) forget_oldest();
}

void idempotency_table::drop(const tenant& owner, std::string_view key) {
  const auto found = entries_.find({owner, std::string{key}});
  if (found != entries_.end() && !found->second.ended) entries_.erase(found);
}

void idempotency_table::forget(runtime::mono_time now) {
  while (!ended_.empty() && entries_.at(ended_.front()).forget_at <= now) forget_oldest();
}

void idempotency_table::forget_oldest() {
  const auto found = entries_.find(ended_.front());
  bytes_ -= found->second.answer.size();
  entries_.erase(found);
  ended_.pop_front();
}

}  // namespace kitfox::gateway
