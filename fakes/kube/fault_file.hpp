#pragma once
#include <string_view>
#include <vector>

#include "fakes/kube/errc.hpp"
#include "fakes/kube/fault_script.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::kube {

/// Reads a script of faults: YAML, one document a rule, with the keys that README.md lists. Rules are named
/// "fault 1", "fault 2", ... in order. Errors: errc::bad_fault, and those of yaml_to_json(); `where` then
/// names the line at which the document starts, and the mistake.
[[nodiscard]] runtime::result<std::vector<fault_rule>> load_faults(std::string_view text, diagnostics& where,
                                                                   yaml_limits limits = {});

}  // namespace kitfox::kube
