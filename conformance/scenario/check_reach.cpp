#include "conformance/scenario/check_reach.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {
namespace {

using moment_anchor = moment::anchor;

/// A moment's place in the order of steps: each step begins, then is over, and the run ends after all.
bool surely_not_before(const scenario& one, const moment& later, const moment& sooner) {
  if (later.offset < sooner.offset || sooner.from == moment_anchor::scenario_end) return false;
  if (later.from == moment_anchor::scenario_end || sooner.from == moment_anchor::scenario_start) return true;
  if (later.from == moment_anchor::scenario_start) return false;
  if (later.step == sooner.step)
    return later.from == moment_anchor::step_end || sooner.from == moment_anchor::step_begin;
  // A step beside others neither waits for its turn nor is waited for.
  const auto in_turn = [&](const moment& at) { return one.steps[at.step].sequence == step::order::in_turn; };
  return sooner.step < later.step && in_turn(sooner) && in_turn(later);
}

bool same_anchor(const moment& a, const moment& b) {
  return a.from == b.from && (a.step == b.step || a.from == moment_anchor::scenario_start ||
                              a.from == moment_anchor::scenario_end);
}

const check_window* window_of(const check& each) {
  return std::visit(
      []<class What>(const What& what) -> const check_window* {
        if constexpr (requires { what.window; })
          return &what.window;
        else
          return nullptr;
      },
      each.what);
}

/// Why no run has a moment that the check looks at; empty: one may have.
std::string why_empty(const scenario& one, const run_times& times, const check& each, bool steps_are_whole) {
  const check_window* const window = window_of(each);
  if (window == nullptr) return {};
  const auto& [after, until] = *window;
  if (after && until) {
    const bool never_open = same_anchor(*after, *until)
                                ? after->offset >= until->offset
                                : surely_not_before(one, *after, *until) ||
                                      (steps_are_whole && times.earliest(*after) >= times.latest(*until));
    if (never_open)
      return fmt::format("\"until: {}\" comes no later than \"after: {}\"", until->text, after->text);
  }
  if (!steps_are_whole) return {};
  if (until && times.latest(*until) <= duration{})
    return fmt::format("the run starts no sooner than \"until: {}\"", until->text);
  const bool beyond_end =
      after && (after->from == moment_anchor::scenario_end ? after->offset > duration{}
                                                           : times.earliest(*after) > times.longest_run());
  if (beyond_end)
    return fmt::format("the run lasts {} at most, and \"after: {}\" comes later",
                       print_duration(times.longest_run()), after->text);
  return {};
}

}  // namespace

void check_reach(const scenario& one, const run_times& times, const std::set<std::size_t>& unsound,
                 bool steps_are_whole, problem_list& problems) {
  for (std::size_t i = 0; i < one.checks.size(); ++i) {
    if (unsound.contains(i)) continue;
    const check& each = one.checks[i];
    if (const std::string why = why_empty(one, times, each, steps_are_whole); !why.empty()) {
      problems.add({each.where.line, each.where.column}, fmt::format("expect[{}].{}", i, each.name),
                   "nothing to look at: " + why);
      continue;
    }
    if (!steps_are_whole) continue;
    const moment* after = nullptr;
    duration within{};
    if (const auto* const back = std::get_if<back_within_check>(&each.what)) {
      after = &back->after;
      within = back->within;
    } else if (const auto* const closed = std::get_if<closed_check>(&each.what)) {
      after = &closed->after;
      within = closed->within;
    } else if (const auto* const exit = std::get_if<exit_check>(&each.what);
               exit != nullptr && exit->within && exit->window.after) {
      after = &*exit->window.after;
      within = *exit->within;
    }
    if (after == nullptr || within <= times.left_after(*after)) continue;
    problems.add(
        {each.where.line, each.where.column}, fmt::format("expect[{}].{}", i, each.name),
        fmt::format(
            "within: {} is unreachable: the run ends at most {} after \"{}\"; add an await, a wait or settle",
            print_duration(within), print_duration(std::max(duration{}, times.left_after(*after))),
            after->text));
  }
}

}  // namespace kitfox::conformance
