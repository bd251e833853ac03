#pragma once
#include <set>
#include <string>

#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// Every case begins with agents that were started for it. Where somebody else starts them, this tells of one
/// that had been there in an earlier case, by the `instance_id` that a process keeps for its life; empty
/// where there is none. `earlier` gains the instances of this case.
[[nodiscard]] std::string stale_agent(const transcript& of, std::set<std::string>& earlier);

}  // namespace kitfox::conformance
