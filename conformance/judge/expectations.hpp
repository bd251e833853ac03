#pragma once
#include <string>
#include <vector>

#include "conformance/judge/scenario_view.hpp"

namespace kitfox::conformance {

/// Judges what each step asked for itself: an awaited state, the answer to a call.
void judge_expectations(const scenario_view& view, findings& out);
/// The calls that one `execute`, `ask` or `send` step made.
[[nodiscard]] std::vector<const caller_call*> calls_of_step(const scenario_view& view, std::size_t index);
/// "ok", a code of the closed list, or what came in place of an answer.
[[nodiscard]] std::string outcome_of(const evidence& about, const caller_call& call);

}  // namespace kitfox::conformance
