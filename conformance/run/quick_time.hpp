#pragma once
#include <span>
#include <string>
#include <string_view>

#include "conformance/judge/judge.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// In a quick world a program waits as long as ever by its own clock, but what it computes, and what the wire
/// and the harness cost, seems longer by as many times. So a ceiling is only judged more strictly, which the
/// same case at its own pace can put right; a floor is judged less strictly, which nothing would show. What
/// sets a floor to times, to their spread or to how often something happens in a time is therefore never
/// judged in quick time.
struct floor_requirement {
  std::string_view id;
  std::string_view why;
};
[[nodiscard]] std::span<const floor_requirement> floor_requirements();

/// Why a case is played at its own pace: what it is about sets a floor, or it has hardly anything to wait
/// for. Empty: it may be played in quick time.
[[nodiscard]] std::string reason_for_own_pace(const scenario& what);

/// Takes out of a judgement what quick time cannot show.
void forget_floors(judgement& of);

}  // namespace kitfox::conformance
