#pragma once
#include <string>

#include "conformance/scenario/scenario.hpp"
#include "conformance/transcript/record.hpp"
#include "conformance/world/subject_program.hpp"

namespace kitfox::conformance {

/// The text of a scenario, for headers: a transcript holds all that is needed to judge it again.
struct scenario_source {
  std::string file;
  std::string text;
};

/// The header of a transcript: the case, the scenario's text, the tenants with their canaries, and by what
/// the subjects are judged (backoff, workers, limits, intervals). Of the reference that is all of its
/// options; of another program only what it was given in this run, and the specification's own figures hold
/// for the rest.
[[nodiscard]] record make_header(const scenario_case& one, const scenario_source& source, std::uint64_t seed,
                                 const subject_programs& programs);

}  // namespace kitfox::conformance
