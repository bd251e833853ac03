#include "conformance/subject/case_choice.hpp"

#include <algorithm>

namespace kitfox::conformance {

bool is_asked_of(const requirement& one, const subject& whose, requirement_level levels) {
  const requirement_role side =
      whose.role == party::agent ? requirement_role::agent : requirement_role::gateway;
  return (one.role == side || one.role == requirement_role::both) &&
         (levels == requirement_level::should || one.level == requirement_level::must) &&
         std::ranges::find(whose.profiles, one.profile) != whose.profiles.end();
}

const std::vector<std::string_view>& quick_cases() {
  static const std::vector<std::string_view> cases{
      "connect/agent-becomes-reachable",
      "connect/spoiled-key-is-refused",
      "disconnect/byte-by-byte",
      "disconnect/half-a-command-is-not-run",
      "backoff/short-outage",
      "half-open/heartbeats",
      "revocation/revoked-key-loses-stream",
      "rbac/denial-is-said",
      "routing/disconnected-cluster",
      "isolation/foreign-cluster",
      "replicas/flapping-agent-stays-routable",
      "commands/closed-list",
      "commands/lost-response-is-sent-again",
      "shutdown/idle-agent-stops-at-once",
      "bad-input/garbage",
      "bad-input/hostile-peer[bytes=noise_in_the_stream]",
      "questions/pods-of-a-namespace",
  };
  return cases;
}

void keep_cases_for(const subject& whose, requirement_level levels, thoroughness how,
                    const std::vector<std::string>& only, run_plan& plan) {
  const auto asks = [&](const requirement_reference& one) {
    const requirement* const about = find_requirement(one.id);
    const bool of_the_peer =
        one.side == (whose.role == party::agent ? requirement_role::gateway : requirement_role::agent);
    return about != nullptr && !of_the_peer && is_asked_of(*about, whose, levels) &&
           (only.empty() || std::ranges::find(only, about->id) != only.end());
  };
  std::erase_if(plan.cases, [&](const planned_case& one) {
    const bool wanted =
        how == thoroughness::full || std::ranges::any_of(quick_cases(), [&](std::string_view id) {
          return one.what->id == id || one.what->id.starts_with(std::string{id} + "[");
        });
    return !wanted || std::ranges::none_of(one.what->what.verifies, asks);
  });
}

void skip_commands(run_plan& plan) {
  for (planned_case& one : plan.cases) {
    const bool sends = std::ranges::any_of(one.what->what.steps, [](const step& each) {
      return std::holds_alternative<execute_verb>(each.action) ||
             std::holds_alternative<ask_verb>(each.action);
    });
    if (sends) one.skip_because = "it sends commands, and the subject was seen to answer none";
  }
}

}  // namespace kitfox::conformance
