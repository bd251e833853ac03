#include "conformance/scenario/run_times.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {
namespace {

/// How long a step takes at most beyond what is known of it: executes take their timeout.
duration longest(const step& one) {
  if (one.lasting) return *one.lasting;
  if (const auto* const wait = std::get_if<wait_verb>(&one.action)) return wait->span;
  if (const auto* const await = std::get_if<await_verb>(&one.action)) return await->within;
  if (const auto* const restart = std::get_if<restart_verb>(&one.action)) return restart->down;
  if (const auto* const call = std::get_if<execute_verb>(&one.action)) {
    const duration each = call->timeout.value_or(std::chrono::seconds{30}) + call->wait.value_or(duration{});
    const duration paced = call->every.value_or(duration{}) *
                           static_cast<std::int64_t>(std::min<std::uint64_t>(call->times, 1'000'000));
    return each + paced;
  }
  if (std::holds_alternative<ask_verb>(one.action)) return std::chrono::minutes{1};
  if (const auto* const send = std::get_if<send_verb>(&one.action))
    return send->hold + std::chrono::minutes{1};
  if (std::holds_alternative<rotate_verb>(one.action)) return std::chrono::minutes{10};
  return {};
}

duration shortest(const step& one) {
  if (one.lasting) return *one.lasting;
  if (const auto* const wait = std::get_if<wait_verb>(&one.action)) return wait->span;
  if (const auto* const restart = std::get_if<restart_verb>(&one.action)) return restart->down;
  if (const auto* const send = std::get_if<send_verb>(&one.action)) return send->hold;
  if (const auto* const call = std::get_if<execute_verb>(&one.action);
      call != nullptr && call->every && call->times > 1)
    return *call->every * static_cast<std::int64_t>(std::min<std::uint64_t>(call->times - 1, 1'000'000));
  return {};
}

}  // namespace

run_times::run_times(const scenario& one, problem_list& problems) {
  duration earliest{}, latest{};
  for (std::size_t i = 0; i < one.steps.size(); ++i) {
    const step& next = one.steps[i];
    if (const auto* const at = std::get_if<duration>(&next.timing)) {
      if (*at < earliest)
        problems.add({next.where.line, next.where.column}, fmt::format("steps[{}]", i),
                     fmt::format("at: {} has passed: the steps before take at least {}", print_duration(*at),
                                 print_duration(earliest)));
      earliest = std::max(earliest, *at);
      latest = std::max(latest, *at);
    }
    if (const auto* const trigger = std::get_if<event_trigger>(&next.timing)) latest += trigger->within;
    const step_times times{earliest, earliest + shortest(next), latest, latest + longest(next)};
    all_.push_back(times);
    end_min_ = std::max(end_min_, times.end_min);
    end_max_ = std::max(end_max_, times.end_max);
    if (next.sequence == step::order::beside) continue;
    earliest = times.end_min;
    latest = times.end_max;
  }
  end_min_ += one.settle;
  end_max_ += one.settle;
}

duration run_times::earliest(const moment& when) const {
  switch (when.from) {
    case moment::anchor::scenario_start:
      return when.offset;
    case moment::anchor::scenario_end:
      return end_min_ + when.offset;
    case moment::anchor::step_begin:
      return all_[when.step].begin_min + when.offset;
    case moment::anchor::step_end:
      return all_[when.step].end_min + when.offset;
  }
  return {};
}

duration run_times::latest(const moment& when) const {
  switch (when.from) {
    case moment::anchor::scenario_start:
      return when.offset;
    case moment::anchor::scenario_end:
      return end_max_ + when.offset;
    case moment::anchor::step_begin:
      return all_[when.step].begin_max + when.offset;
    case moment::anchor::step_end:
      return all_[when.step].end_max + when.offset;
  }
  return {};
}

duration run_times::left_after(const moment& when) const {
  switch (when.from) {
    case moment::anchor::scenario_start:
      return end_max_ - when.offset;
    case moment::anchor::scenario_end:
      return -when.offset;
    case moment::anchor::step_begin:
      return end_max_ - all_[when.step].begin_max - when.offset;
    case moment::anchor::step_end:
      return end_max_ - all_[when.step].end_max - when.offset;
  }
  return {};
}

}  // namespace kitfox::conformance
