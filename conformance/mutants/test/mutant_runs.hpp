#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "conformance/mutants/mutant.hpp"
#include "conformance/run/case_runner.hpp"

namespace kitfox::conformance {

/// Every case of the corpus in simulation, with its first seed.
[[nodiscard]] const run_plan& simulated_corpus();

[[nodiscard]] bool runs_every_case();

/// The cases that a mutant is run against: those that verify what it violates, and a cross-section of all
/// areas that shows whether anything else breaks with it. With KITFOX_MUTANTS=every-case in the environment,
/// all; with KITFOX_MUTANTS=AREA/NAME that scenario alone. KITFOX_MUTANTS_OUT=DIR keeps the transcripts.
[[nodiscard]] std::vector<const planned_case*> cases_for(const mutant& subject);

/// What was found broken, in which cases, and what was said of it there.
struct broken_promises {
  /// By requirement, then by the name of the case.
  std::map<std::string, std::map<std::string, std::string>> by_requirement;
  std::set<std::string> by_check;  ///< Names of the checks that found something broken.
  std::vector<std::string> harness_failures;
  std::size_t cases = 0;
};
/// Runs cases side by side and gathers what is broken in them.
[[nodiscard]] broken_promises run_against(const sim_subjects& subjects,
                                          const std::vector<const planned_case*>& cases);

}  // namespace kitfox::conformance
