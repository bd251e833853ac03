#pragma once
#include <string_view>

#include "conformance/scenario/binding.hpp"

namespace kitfox::conformance {

// Words that name something outside of the scenario, which no schema lists. Each is reported with the nearest
// that is known.

/// Resources of Kubernetes as the fake API server has them, "pods" or "pods/log"; one text or a list. In an
/// API group that is not among its own nothing is known.
void check_resources(const map_reader& map, std::string_view key);

/// Whatever a scenario says of resources, commands, paths and log events where nothing in the run would show
/// that the word is wrong: in its steps and in its checks.
void check_words(const yaml_node& root, const scenario& of, problem_list& problems);

}  // namespace kitfox::conformance
