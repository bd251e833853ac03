#pragma once
#include <optional>
#include <string>

#include "gateway/gateway.hpp"
#include "runtime/event_sink.hpp"

namespace kitfox::gateway {

/// What the program was asked to do.
struct program_plan {
  enum class task { serve, print_audit, verify_audit };
  task what = task::serve;
  gateway_options options{};
  std::string database_path, audit_path;
  std::size_t threads = 1;  ///< That carry agents' streams, with the main one.
  runtime::severity least_severity = runtime::severity::info;
};

/// The plan, or the exit code with what was to be printed already printed (`--help`, or one line that says
/// what is wrong). Flags win over the environment. Reads the TLS, pepper and credentials files.
struct parsed_command_line {
  std::optional<program_plan> plan;
  int exit_code = 0;
};
[[nodiscard]] parsed_command_line parse_command_line(int argc, const char* const* argv);

}  // namespace kitfox::gateway
