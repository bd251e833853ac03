#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "protocol/error.hpp"

namespace kitfox::protocol {

/// The closed list of reasons why a command failed, as the `error_code` member of a response says it. A
/// sender never sends another word; a receiver refuses one.
enum class command_error {
  denied,           ///< Kubernetes answered 401 or 403; whoever owns the cluster's RBAC must grant it.
  not_found,        ///< The object, or the cluster, does not exist, or not for this caller.
  invalid,          ///< A parameter is missing, unknown or malformed; the caller must correct it.
  unknown_command,  ///< The command is not on the allow-list.
  busy,             ///< A queue is full; the caller may try again later.
  expired,          ///< The deadline had passed before the command could start.
  cancelled,        ///< The caller, or a shutdown, withdrew the command.
  timeout,          ///< The command started and did not end before its deadline.
  too_large,        ///< The answer, or the request, exceeds a limit that truncation cannot meet.
  unavailable,      ///< Cluster not connected, connection lost in flight, or Kubernetes API out of reach.
  internal,         ///< A fault of the agent or gateway itself; its log tells more.
};

inline constexpr std::array command_errors{
    command_error::denied,          command_error::not_found, command_error::invalid,
    command_error::unknown_command, command_error::busy,      command_error::expired,
    command_error::cancelled,       command_error::timeout,   command_error::too_large,
    command_error::unavailable,     command_error::internal};

/// The word on the wire, which is the enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(command_error error) noexcept {
  switch (error) {
    case command_error::denied:
      return "denied";
    case command_error::not_found:
      return "not_found";
    case command_error::invalid:
      return "invalid";
    case command_error::unknown_command:
      return "unknown_command";
    case command_error::busy:
      return "busy";
    case command_error::expired:
      return "expired";
    case command_error::cancelled:
      return "cancelled";
    case command_error::timeout:
      return "timeout";
    case command_error::too_large:
      return "too_large";
    case command_error::unavailable:
      return "unavailable";
    case command_error::internal:
      return "internal";
  }
  return "internal";
}

/// The enumerator of a word on the wire, exact in case; none for a word outside of the list.
[[nodiscard]] constexpr std::optional<command_error> parse_command_error(std::string_view word) noexcept {
  for (const command_error error : command_errors)
    if (to_string(error) == word) return error;
  return std::nullopt;
}

/// The word for a refusal by validate_params() or a message parser: unknown_command, too_large, or else
/// invalid. `error` is of protocol_category().
[[nodiscard]] command_error to_command_error(error_code error) noexcept;

}  // namespace kitfox::protocol
