#include "conformance/run/quick_time.hpp"

#include <algorithm>

#include "conformance/run/lanes.hpp"

namespace kitfox::conformance {
namespace {

constexpr floor_requirement floors[] = {
    {"REC-1", "delays are judged by how they spread"},
    {"REC-2", "a median delay of 100 ms is a floor"},
    {"REC-3", "how soon a count starts anew is a floor"},
    {"REC-6", "how often a refused key is tried is a rate"},
    {"REC-7", "a pause that is asked for is a floor"},
    {"REC-8", "first delays are judged by how they spread"},
    {"REV-7", "the slow lane is a floor"},
    {"RES-6", "how often metadata is gathered is a rate"},
    {"CON-9", "attempts are limited by a rate"},
    {"LIV-7", "the least age of a stream is a floor"},
    {"DRN-1", "ends are judged by how they spread"},
    {"BAD-5", "the time that a request is given is a floor"},
    {"RTE-5", "latencies are compared, and latencies are not quick"},
};

/// What a case must have to wait for by the scenario's own words, before less of it is worth anything.
constexpr duration worth_it = std::chrono::seconds{2};

/// A bound from above on what happens in a time: a program that computes between two of them has less of it.
bool limits_a_count(const count_bound& of) { return of.at_most && *of.at_most > 0; }

bool sets_a_floor(const check& one) {
  return std::visit(
      [](const auto& kind) {
        using what = std::decay_t<decltype(kind)>;
        if constexpr (std::is_same_v<what, backoff_check> || std::is_same_v<what, peak_connects_check> ||
                      std::is_same_v<what, stream_age_check>)
          return true;
        else if constexpr (std::is_same_v<what, closed_check>)
          return kind.not_before.has_value();
        else if constexpr (std::is_same_v<what, dials_check>)
          return limits_a_count(kind.count) || kind.per_process_at_most.has_value();
        else if constexpr (requires { kind.count; })
          return limits_a_count(kind.count);
        else
          return false;
      },
      one.what);
}

}  // namespace

std::span<const floor_requirement> floor_requirements() { return floors; }

std::string reason_for_own_pace(const scenario& what) {
  for (const requirement_reference& one : what.verifies) {
    const auto found = std::ranges::find(floors, one.id, &floor_requirement::id);
    if (found != std::end(floors)) return one.id + ": " + std::string{found->why};
  }
  for (const check& one : what.checks)
    if (sets_a_floor(one))
      return "its check \"" + one.name + "\" sets a floor, or limits how often something happens";
  return stated_waits(what) < worth_it ? "it has hardly anything to wait for" : "";
}

void forget_floors(judgement& of) {
  std::erase_if(of.requirements, [](const requirement_verdict& one) {
    return std::ranges::find(floors, one.id, &floor_requirement::id) != std::end(floors);
  });
}

}  // namespace kitfox::conformance
