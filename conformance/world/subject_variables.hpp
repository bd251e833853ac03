#pragma once
#include <string>
#include <vector>

#include "conformance/world/subject_program.hpp"
#include "runtime/child_process.hpp"

namespace kitfox::conformance {

/// The variables that every program of this kind is started with, settings apart (conformance/run/README.md).
[[nodiscard]] std::vector<std::string> variable_names(party of);

/// Makes a subject's command out of its documented environment, which is there already: ${NAME} in its words
/// and in the variables of its own stands for a documented one. Names that are not there stay as they are.
void add_subject(const subject_program& what, runtime::child_options& to);

}  // namespace kitfox::conformance
