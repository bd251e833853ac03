// The checks under `expect:`, one after the other.
#include "conformance/judge/expect/checks.hpp"
#include "conformance/judge/expectations.hpp"

namespace kitfox::conformance {

void judge_scenario(const scenario_view& view, findings& out) {
  judge_expectations(view, out);
  for (const check& one : view.what().checks) {
    if (std::holds_alternative<invariant_check>(one.what))
      continue;  // judged in every run, by the requirement's own check
    check_scope scope{view, one, out};
    std::visit(
        [&scope](const auto& what) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(what)>, invariant_check>) judge(what, scope);
        },
        one.what);
    if (!one.requirement.empty() && !scope.saw_nothing()) out.evaluated(one.requirement);
  }
}

}  // namespace kitfox::conformance
