#pragma once
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// junit.xml, after the schema that Jenkins and GitLab read: one <testsuite> an area, fail is <failure>,
/// inconclusive and harness-error are <error>, skipped is <skipped> with its reason. Always well-formed
/// UTF-8, whatever the texts hold.
[[nodiscard]] std::string print_junit(const run_result& all);

}  // namespace kitfox::conformance
