#pragma once
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// badge.svg: the verdict in one line, self-contained. Green only if every case passed; skipped cases are
/// counted, and the badge is then not green; nor is it where a subject may not be called conformant. A run in
/// which nothing was executed says so.
[[nodiscard]] std::string print_badge(const run_result& all);

}  // namespace kitfox::conformance
