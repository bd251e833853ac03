#pragma once
#include <string>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// The kinds of a registry as Markdown: a table for each family, a row for each kind with its parameters and
/// their defaults. README.md holds this text for the standard registry.
[[nodiscard]] std::string print_vocabulary(const registry& of);
/// The parameters that a match takes, as a Markdown table.
[[nodiscard]] std::string print_match_vocabulary();

}  // namespace kitfox::fault
