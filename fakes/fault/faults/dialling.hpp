#pragma once
#include <string>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// Describes a kind that answers dials in one way and touches no established connection.
[[nodiscard]] fault_kind dial_kind(std::string name, std::string doc,
                                   std::unique_ptr<fault> (*make)(const arguments&));
/// A fault that answers every dial with `answer`.
[[nodiscard]] std::unique_ptr<fault> make_dial_fault(dial_answer answer);

}  // namespace kitfox::fault
