#include "agent/command_queue.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::agent {

using runtime::mono_time;

command_queue::command_queue(const command_options& options) : options_{options} {
  KITFOX_ASSERT(options.workers > 0);
}

void command_queue::start(command_call call) {
  running_.push_back({++serial_, call.request_id});
  started_.push_back({serial_, std::move(call)});
}

admission command_queue::on_command(command_call& call, mono_time now) {
  if (call.deadline <= now) return admission::expired;
  if (running_.size() < options_.workers) {
    start(std::move(call));
    return admission::started;
  }
  if (queue_.size() >= options_.queue_max) return admission::busy;
  queue_.push_back(std::move(call));
  return admission::queued;
}

void command_queue::fill_workers(mono_time now) {
  while (running_.size() < options_.workers && !queue_.empty()) {
    command_call next = std::move(queue_.front());
    queue_.pop_front();
    if (next.deadline <= now) {
      expired_.push_back(std::move(next));
    } else {
      start(std::move(next));
    }
  }
}

void command_queue::on_finished(std::uint64_t serial, mono_time now) {
  const auto removed = std::erase_if(running_, [&](const run& one) { return one.serial == serial; });
  KITFOX_ASSERT(removed == 1);
  fill_workers(now);
}

void command_queue::on_time(mono_time now) {
  for (auto one = queue_.begin(); one != queue_.end();) {
    if (one->deadline > now) {
      ++one;
      continue;
    }
    expired_.push_back(std::move(*one));
    one = queue_.erase(one);
  }
}

command_queue::cancellation command_queue::on_cancel(std::string_view request_id, mono_time now) {
  cancellation met;
  const auto waiting = std::ranges::find(queue_, request_id, &command_call::request_id);
  if (waiting != queue_.end()) {
    met.met = cancellation::what::queued;
    met.call = std::move(*waiting);
    queue_.erase(waiting);
    fill_workers(now);
  } else if (const auto serial = running(request_id)) {
    met.met = cancellation::what::running;
    met.serial = *serial;
  }
  return met;
}

std::vector<command_call> command_queue::take_queued() {
  std::vector<command_call> all{std::make_move_iterator(queue_.begin()),
                                std::make_move_iterator(queue_.end())};
  queue_.clear();
  return all;
}

std::optional<started_command> command_queue::take_started() {
  if (started_.empty()) return std::nullopt;
  started_command one = std::move(started_.front());
  started_.pop_front();
  return one;
}

std::optional<command_call> command_queue::take_expired() {
  if (expired_.empty()) return std::nullopt;
  command_call one = std::move(expired_.front());
  expired_.pop_front();
  return one;
}

std::optional<mono_time> command_queue::next_expiry() const {
  const auto first = std::ranges::min_element(queue_, {}, &command_call::deadline);
  if (first == queue_.end()) return std::nullopt;
  return first->deadline;
}

std::optional<std::uint64_t> command_queue::running(std::string_view request_id) const {
  const auto found = std::ranges::find(running_, request_id, &run::request_id);
  if (found == running_.end()) return std::nullopt;
  return found->serial;
}

}  // namespace kitfox::agent
