#include "conformance/run/lanes.hpp"

#include <algorithm>
#include <variant>

namespace kitfox::conformance {
namespace {

duration waits_of_step(const step& one) {
  duration out = one.lasting.value_or(duration{0});
  if (const auto* wait = std::get_if<wait_verb>(&one.action)) out += wait->span;
  if (const auto* restart = std::get_if<restart_verb>(&one.action)) out += restart->down;
  // Up to so long, and mostly as long as the program itself makes it.
  const auto* const awaited = std::get_if<await_verb>(&one.action);
  if (awaited != nullptr && awaited->state != agent_state::exited) out += awaited->within / 2;
  return out;
}

}  // namespace

duration stated_waits(const scenario& what) {
  duration out = what.settle;
  for (const step& one : what.steps)
    if (&one != &what.steps.front()) out += waits_of_step(one);
  return out;
}

lanes divide(const run_plan& plan, lending of) {
  lanes out;
  for (std::size_t i = 0; i < plan.cases.size(); ++i) {
    const planned_case& one = plan.cases[i];
    const bool waits = of == lending::waits && one.skip_because.empty() &&
                       one.what->world == world_kind::sockets && stated_waits(one.what->what) >= patient_from;
    (waits ? out.waiting : out.working).push_back(i);
  }
  std::ranges::stable_sort(out.waiting, std::ranges::greater{},
                           [&](std::size_t i) { return stated_waits(plan.cases[i].what->what); });
  return out;
}

}  // namespace kitfox::conformance
