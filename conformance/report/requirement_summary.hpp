#pragma once
#include <optional>
#include <string>
#include <vector>

#include "conformance/report/case_result.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {

/// What one requirement came to in all of a run.
struct requirement_result {
  std::string id;
  const requirement* about = nullptr;  ///< Null: an id that this program's specification does not have.
  /// The worst of the cases that looked at it; skipped: only skipped ones would have; empty: none would.
  std::optional<verdict> outcome;
  std::size_t cases = 0;  ///< Cases that looked at it, or should have.
  std::size_t observations = 0;
};

/// Every requirement of the specification in its order, then those that only the results know.
[[nodiscard]] std::vector<requirement_result> requirement_results_of(const run_result& all);

/// Of a run about one subject, whether its claim holds. Of any other: every case came to its end without a
/// broken MUST, a skip or missing evidence, and every requirement that this program can check and a subject
/// MUST keep was looked at and held. Nothing less is called conformant.
[[nodiscard]] bool is_conformant(const run_result& all);

}  // namespace kitfox::conformance
