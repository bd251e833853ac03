#pragma once
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// results.json: every case with its verdicts, by the schema conformance/report/results.schema.json.
[[nodiscard]] std::string print_results_json(const run_result& all);

}  // namespace kitfox::conformance
