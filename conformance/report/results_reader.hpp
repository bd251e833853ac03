#pragma once
#include <string>
#include <string_view>

#include "conformance/report/case_result.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::conformance {

/// Reads what `print_results_json` wrote (results/v1). The timelines are not in it: they come from the
/// transcripts. On failure `why` names the member, what was expected and what is there. Files that it names
/// lie below its own folder: a path that leads out of it is an error. Members that it does not know are
/// ignored, as a later version may add some.
[[nodiscard]] runtime::result<run_result> parse_results(std::string_view json, std::string& why);

}  // namespace kitfox::conformance
