#pragma once
#include <span>

#include "conformance/mutants/mutant.hpp"

namespace kitfox::conformance {

// The mutants of each source; agent_mutants() and gateway_mutants() are all of them.
[[nodiscard]] std::span<const mutant> agents_that_behave_otherwise();
[[nodiscard]] std::span<const mutant> agents_of_another_form();
[[nodiscard]] std::span<const mutant> agents_of_other_settings();
[[nodiscard]] std::span<const mutant> gateways_that_behave_otherwise();
[[nodiscard]] std::span<const mutant> gateways_of_another_form();

}  // namespace kitfox::conformance
