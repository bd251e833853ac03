#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/run_plan.hpp"
#include "conformance/subject/subject.hpp"

namespace kitfox::conformance {

/// Whether a subject of this role, with these profiles, is asked to keep it.
[[nodiscard]] bool is_asked_of(const requirement& one, const subject& whose, requirement_level levels);

/// How much of the suite a run takes.
enum class thoroughness {
  quick,  ///< One case for each of the commonest mistakes: quick_cases().
  full,
};

/// Takes the cases out of a plan that put nothing to the test that is asked of the subject and, where `only`
/// is not empty, named there.
void keep_cases_for(const subject& whose, requirement_level levels, thoroughness how,
                    const std::vector<std::string>& only, run_plan& plan);

/// Of a plan for a subject that was seen to answer no command: skips the cases that send some, each of which
/// would only wait for its answers.
void skip_commands(run_plan& plan);

/// Ids of the cases of a quick run, in both roles.
[[nodiscard]] const std::vector<std::string_view>& quick_cases();

}  // namespace kitfox::conformance
