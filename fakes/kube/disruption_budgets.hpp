#pragma once
#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// Lets a pod's budget be spent on its eviction (kubernetes v1.20 pkg/registry/core/pod/storage/eviction.go):
/// its disruptionsAllowed goes down by one, unless `call` is only asked for. Nothing where the pod has no
/// budget, or has ended or not begun. Errors: 429 where the budget is used up or its status does not show its
/// newest generation, 500 for two budgets.
[[nodiscard]] outcome<void> spend_disruption_budget(const api_call& call, const json& pod, bool only_asked);

/// What the disruption controller does: counts anew, for every budget of a namespace, the pods that are
/// healthy and how many may go. What a percentage is of is the pods there should be, by the ReplicaSets that
/// own them.
void count_disruption_budgets(api_server::state& state, std::string_view ns);

}  // namespace kitfox::kube
