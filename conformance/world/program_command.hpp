#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// Program and arguments of a command line, split at blanks; there is no quoting.
[[nodiscard]] std::vector<std::string> split_command(std::string_view command);
/// `command` split, or, when it is empty, the program called `reference` that lies beside this one.
[[nodiscard]] std::vector<std::string> command_or_reference(std::string_view command,
                                                            std::string_view reference);

}  // namespace kitfox::conformance
