#pragma once
#include <string>

#include "conformance/scenario/scenario.hpp"
#include "conformance/transcript/record.hpp"

namespace kitfox::conformance {

/// The text of a scenario, for headers: a transcript holds all that is needed to judge it again.
struct scenario_source {
  std::string file;
  std::string text;
};

/// The header of a transcript: the case, the scenario's text, the tenants with their canaries, and what the
/// subjects declare of themselves (backoff, workers, limits, intervals), by which they are judged.
[[nodiscard]] record make_header(const scenario_case& one, const scenario_source& source, std::uint64_t seed);

}  // namespace kitfox::conformance
