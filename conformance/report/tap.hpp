#pragma once
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// results.tap, after TAP 14: one line a case with what was found as a YAML block. Only pass and warn are
/// "ok" by themselves; skipped is "ok # SKIP reason"; everything else is "not ok". The plan counts what was
/// planned, so that an interrupted run is seen to be short; a run in which nothing was executed bails out.
[[nodiscard]] std::string print_tap(const run_result& all);

}  // namespace kitfox::conformance
