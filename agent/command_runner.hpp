#pragma once
#include <memory>
#include <optional>
#include <string>

#include "protocol/agent_messages.hpp"
#include "runtime/clock.hpp"
#include "runtime/task.hpp"

namespace kitfox::agent {

/// A command that may run: it came in time and found a worker. Its name and parameters are not checked yet.
struct command_call {
  std::string request_id;
  std::string command;
  protocol::json_value params{};
  runtime::mono_time deadline{};
};

/// What became of a command: a result, or a code of the closed list with a sentence.
struct command_outcome {
  std::optional<protocol::command_error> error_code{};  ///< Absent: success.
  protocol::json_value result{};                        ///< Meaningful on success.
  std::string error{};                                  ///< Meaningful on failure.
  std::optional<protocol::error_detail> detail{};
  bool truncated = false;

  [[nodiscard]] bool ok() const noexcept { return !error_code.has_value(); }
};

/// Executes commands. Many at a time. The caller ends `run` by cancellation at the deadline or on request;
/// it must then end at once. The reference is `kube_commands`.
class command_runner {
 public:
  virtual ~command_runner() = default;
  [[nodiscard]] virtual runtime::task<command_outcome> run(command_call call) = 0;
};

}  // namespace kitfox::agent
