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

/// The cases that a mutant is run against: those that verify what it violates, and a cross-section of all
/// areas that shows whether anything else breaks with it. With KITFOX_MUTANTS=every-case in the environment,
/// all that the reference passes.
[[nodiscard]] std::vector<const planned_case*> cases_for(const mutant& subject);

/// What was found broken, with an example of each.
struct broken_promises {
  std::map<std::string, std::string> by_requirement;
  std::vector<std::string> harness_failures;
  std::size_t cases = 0;
};
/// Runs cases side by side and gathers what is broken in them.
[[nodiscard]] broken_promises run_against(const sim_subjects& subjects,
                                          const std::vector<const planned_case*>& cases);

}  // namespace kitfox::conformance
