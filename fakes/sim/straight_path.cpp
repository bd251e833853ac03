#include "fakes/sim/straight_path.hpp"

#include <algorithm>

namespace kitfox::sim {

using fault::end_kind;
using fault::path_action;
using fault::side;

fault::path::dial_decision straight_path::on_dial(runtime::mono_time now) {
  now_ = now;
  return {fault::dial_answer::proceed, 2 * options_.latency};
}

fault::tls_answer straight_path::on_tls(runtime::mono_time now) {
  now_ = now;
  return fault::tls_answer::proceed;
}

void straight_path::on_bytes(side from, std::string_view bytes, runtime::mono_time now) {
  now_ = now;
  direction& way = directions_[index(from)];
  way.line_free = std::max(way.line_free, now);
  if (options_.rate_bytes_per_second != 0) {
    // Rounded up: a link is never faster than its rate.
    const std::uint64_t rate = options_.rate_bytes_per_second;
    const std::uint64_t span_ns = (bytes.size() * 1'000'000'000 + rate - 1) / rate;
    way.line_free += runtime::duration{static_cast<runtime::duration::rep>(span_ns)};
  }
  way.held_bytes += bytes.size();
  way.under_way.push_back(
      {way.line_free + options_.latency, {path_action::what::deliver, other(from), std::string{bytes}}});
}

void straight_path::on_end(side from, end_kind how, runtime::mono_time now) {
  now_ = now;
  direction& way = directions_[index(from)];
  const auto kind = how == end_kind::fin ? path_action::what::end : path_action::what::reset;
  way.line_free = std::max(way.line_free, now);
  way.under_way.push_back({way.line_free + options_.latency, {kind, other(from), {}}});
}

void straight_path::on_timer(runtime::mono_time now) { now_ = now; }

std::optional<runtime::mono_time> straight_path::next_timer() const {
  std::optional<runtime::mono_time> first;
  for (const direction& way : directions_) {
    if (way.under_way.empty()) continue;
    const runtime::mono_time due = way.under_way.front().due;
    if (!first || due < *first) first = due;
  }
  return first;
}

std::optional<path_action> straight_path::next_action() {
  for (direction& way : directions_) {
    if (way.under_way.empty() || way.under_way.front().due > now_) continue;
    path_action action = std::move(way.under_way.front().action);
    way.under_way.pop_front();
    way.held_bytes -= action.bytes.size();
    return action;
  }
  return std::nullopt;
}

std::size_t straight_path::held(side from) const { return directions_[index(from)].held_bytes; }

}  // namespace kitfox::sim
