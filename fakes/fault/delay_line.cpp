#include "fakes/fault/delay_line.hpp"

#include <algorithm>

namespace kitfox::fault {

void delay_line::push(std::string bytes, runtime::mono_time release) {
  last_ = std::max(last_, release);
  bytes_ += bytes.size();
  items_.push_back({last_, std::move(bytes), std::nullopt});
}

void delay_line::push_end(end_kind how, runtime::mono_time release) {
  last_ = std::max(last_, release);
  items_.push_back({last_, {}, how});
}

void delay_line::release_due(side from, fault_context& context) {
  while (!items_.empty() && items_.front().release <= context.now()) {
    item due = std::move(items_.front());
    items_.pop_front();
    bytes_ -= due.bytes.size();
    if (due.end) {
      context.pass_end(from, *due.end);
    } else {
      context.pass(from, std::move(due.bytes));
    }
  }
}

void delay_line::hurry(runtime::mono_time when) {
  for (item& one : items_) one.release = std::min(one.release, when);
  last_ = std::min(last_, when);
}

void delay_line::clear() {
  items_.clear();
  bytes_ = 0;
}

std::optional<runtime::mono_time> delay_line::next() const noexcept {
  if (items_.empty()) return std::nullopt;
  return items_.front().release;
}

void delay_lines::run(fault_context& context) {
  of(side::client).release_due(side::client, context);
  of(side::server).release_due(side::server, context);
  if (const auto when = next()) {
    context.wake_at(*when);
  } else {
    context.cancel_wake();
  }
}

void delay_lines::hurry(runtime::mono_time when) {
  for (delay_line& line : lines_) line.hurry(when);
}

std::optional<runtime::mono_time> delay_lines::next() const noexcept {
  const auto up = lines_[0].next();
  const auto down = lines_[1].next();
  if (!up) return down;
  if (!down) return up;
  return std::min(*up, *down);
}

}  // namespace kitfox::fault
