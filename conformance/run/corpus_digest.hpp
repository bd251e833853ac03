#pragma once
#include <string>

#include "conformance/run/run_plan.hpp"

namespace kitfox::conformance {

/// SHA-256 of the scenarios that a plan was made from: of the lines "AREA/NAME SHA-256\n", in order. Where
/// the files lie does not matter, nor which of their cases were chosen. Empty for a plan without files.
[[nodiscard]] std::string corpus_digest(const run_plan& of);

}  // namespace kitfox::conformance
