#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {

/// A requirement as SPEC.md shows it: a quotation that begins with id, level, role and profile.
///
///     > **REV-1** · MUST · gateway · secure
///     > A gateway MUST close ...
[[nodiscard]] std::string print_requirement_block(const requirement& one);

/// One such quotation found in a document.
struct requirement_block {
  std::string id;
  std::string heading;    ///< Text of the last heading of second level before it.
  std::string text;       ///< As it stands there, line ends included, without the last one.
  std::size_t begin = 0;  ///< Where it starts in the document.
};
[[nodiscard]] std::vector<requirement_block> find_requirement_blocks(std::string_view document);

/// The document with the text of every block that names a known requirement as `all` has it.
[[nodiscard]] std::string renew_requirement_blocks(std::string_view document,
                                                   std::span<const requirement> all);

/// What proves a requirement, gathered from the parts.
struct requirement_proof {
  std::vector<std::string> checks, scenarios, mutants;
};
/// The registry's text with the proofs of each requirement in place of those it has: one member a line, so
/// that a change shows as one. Requirements without an entry in `proofs` have none.
[[nodiscard]] std::string renew_registry(std::string_view json,
                                         const std::map<std::string, requirement_proof>& proofs);

}  // namespace kitfox::conformance
