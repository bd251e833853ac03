#pragma once
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/agent.hpp"
#include "runtime/event_sink.hpp"

namespace kitfox::agent {

/// What the program needs beyond the agent itself.
struct program_options {
  agent_options agent;
  runtime::severity log_level = runtime::severity::info;
  std::string health_file = "/tmp/healthy";  ///< Empty: none.
};

/// The program ends before anything starts: help, version, or one line of complaint.
struct early_end {
  exit_code code = exit_code::stopped;
  std::string text;
};

/// The value of an environment variable, none if it is unset.
using environment = std::function<std::optional<std::string>(const char* name)>;

/// Reads arguments (without the program's name), environment and the files they name. A flag wins over its
/// variable. A complaint is one line that names what is wrong, where it stands and what would be right, and
/// never quotes the key.
[[nodiscard]] std::variant<program_options, early_end> read_command_line(std::vector<std::string> arguments,
                                                                         const environment& variables,
                                                                         files& disk);

}  // namespace kitfox::agent
