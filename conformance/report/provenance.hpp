#pragma once
#include <string>
#include <utility>
#include <vector>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// What a run was made of, as names and values for people, in a fixed order: the program with its commit, the
/// digest of the corpus, those of the subject. What is not known is left out. Every report says the same.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> provenance_of(const run_origin& origin);

/// The same as one line: "kitfox 0.1.0; commit 1a2b3c; corpus sha256:...". Empty where nothing is known.
[[nodiscard]] std::string provenance_line(const run_origin& origin);

}  // namespace kitfox::conformance
