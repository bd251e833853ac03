#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/diagnostics.hpp"
#include "protocol/error.hpp"
#include "protocol/error_list.hpp"
#include "protocol/ids.hpp"
#include "protocol/json.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::protocol {

// Messages between agent and gateway. Optional members are those a base peer omits. parse_x takes the JSON
// text of a body or of an event's data, ignores members it does not know, takes null as absent, and on
// failure writes `diag` with the JSON pointer of the culprit. An added member that does not fit counts as
// absent, and a time over its bound as the bound, since a message must not be lost to what a peer may ignore.
// print_x writes compact JSON and omits absent optional members.

/// Longest time a command may be given; a timeout on the wire is finite and 0 < t <= this.
inline constexpr std::chrono::milliseconds command_timeout_max{std::chrono::seconds{300}};
/// What a command gets when its caller names no timeout.
inline constexpr std::chrono::milliseconds command_timeout_default{std::chrono::seconds{30}};
/// Longest interval between heartbeats that a stream is taken to have, whatever its gateway says.
inline constexpr std::chrono::milliseconds heartbeat_interval_max{std::chrono::seconds{300}};
/// Version of the added part of the contract, as `connected` carries it.
inline constexpr std::int64_t protocol_version = 1;

// --- gateway to agent: SSE events ---

/// First event of a stream; before it an agent does not count as connected.
struct connected_event {
  std::string cluster_id;
  std::string message;
  std::optional<std::string> cluster_name{};
  std::optional<std::chrono::milliseconds>
      heartbeat_interval{};  ///< `heartbeat_interval_seconds` on the wire.
  std::optional<std::int64_t> protocol{};
  bool operator==(const connected_event&) const = default;
};

/// One command. The SSE id of the event is the request id too; the member counts.
struct command_event {
  std::string request_id;  ///< Passes is_request_id().
  std::string command;     ///< Any name; whether it is known is validate_params()'s to say.
  json_value params{};     ///< An object; `{}` if absent or null.
  std::chrono::milliseconds timeout{command_timeout_default};  ///< 0 < t <= command_timeout_max.
  std::optional<timestamp> deadline{};
  bool operator==(const command_event&) const = default;
};

struct heartbeat_event {
  std::optional<timestamp> time{};  ///< `timestamp` on the wire; the gateway's clock.
  bool operator==(const heartbeat_event&) const = default;
};

/// Asks the agent to stop a command and answer `cancelled`. Unknown ids are ignored by the agent.
struct cancel_event {
  std::string request_id;
  bool operator==(const cancel_event&) const = default;
};

/// The gateway will end the stream; the agent reconnects after the given time, jittered upward.
struct drain_event {
  /// `reconnect_after_seconds` on the wire; 0 <= t <= 300 s, to which more is cut.
  std::chrono::milliseconds reconnect_after{0};
  bool operator==(const drain_event&) const = default;
};

using agent_event = std::variant<connected_event, command_event, heartbeat_event, cancel_event, drain_event>;

/// The SSE type of an event: connected, command, heartbeat, cancel or drain.
[[nodiscard]] std::string_view event_type(const agent_event& event) noexcept;

/// Parses an SSE event by its type. protocol_errc::unknown_event for another type, which a receiver ignores;
/// the errors of the parsers below for bad data, which a receiver counts and skips.
[[nodiscard]] result<agent_event> parse_agent_event(std::string_view type, std::string_view data,
                                                    diagnostics& diag);
[[nodiscard]] result<connected_event> parse_connected_event(std::string_view json, diagnostics& diag);
[[nodiscard]] result<command_event> parse_command_event(std::string_view json, diagnostics& diag);
[[nodiscard]] result<heartbeat_event> parse_heartbeat_event(std::string_view json, diagnostics& diag);
[[nodiscard]] result<cancel_event> parse_cancel_event(std::string_view json, diagnostics& diag);
[[nodiscard]] result<drain_event> parse_drain_event(std::string_view json, diagnostics& diag);

/// The member `request_id` of a message that could not be read, so that whoever waits for it can be told;
/// none if that cannot be read either.
[[nodiscard]] std::optional<std::string> find_request_id(std::string_view json, json_limits limits = {});

/// The event's data, JSON.
[[nodiscard]] std::string print_agent_event(const agent_event& event);
/// The event as bytes of the stream: type, for a command its id, data, blank line.
[[nodiscard]] std::string encode_agent_event(const agent_event& event);

// --- agent to gateway ---

/// What Kubernetes said when it refused a call, in its own words (metav1.Status and the call made).
struct error_detail {
  std::optional<std::int64_t> code{};  ///< HTTP status, 100 to 599.
  std::optional<std::string> reason{};
  std::optional<std::string> message{};
  std::optional<std::string> verb{};
  std::optional<std::string> resource{};
  std::optional<std::string> namespace_name{};  ///< `namespace` on the wire.
  std::optional<std::chrono::milliseconds>
      retry_after{};  ///< `retry_after_seconds` on the wire; Kubernetes' Retry-After.
  bool operator==(const error_detail&) const = default;
};

/// What became of a command: body of `POST /agent/response/{request_id}`.
struct command_response {
  std::string request_id;
  bool ok{false};
  json_value result{};  ///< An object; `{}` unless `ok`.
  std::string error{};  ///< A sentence; empty if `ok`.
  std::optional<command_error>
      error_code{};  ///< Absent if `ok`, or from a base peer (read it as `internal`).
  std::optional<protocol::error_detail> detail{};  ///< `error_detail` on the wire.
  std::optional<bool> truncated{};                 ///< True when the result was cut to the size limit.
  bool operator==(const command_response&) const = default;
};

/// An unknown error code counts as absent, a detail that does not fit too, and a long error is cut to 64 KiB.
[[nodiscard]] result<command_response> parse_command_response(std::string_view json, diagnostics& diag,
                                                              json_limits limits = {});
[[nodiscard]] std::string print_command_response(const command_response& response);

/// Query of `GET /agent/connect`. Every field is optional; values longer than connect_field_size_max are
/// refused.
struct connect_query {
  std::optional<std::string> agent_version{};
  std::optional<std::string> kubernetes_version{};
  std::optional<std::int64_t> node_count{};
  std::optional<std::int64_t> namespace_count{};
  std::optional<std::string> instance_id{};  ///< One per process; 1 to 128 printable ASCII characters.
  std::optional<std::string> cluster_name{};
  bool operator==(const connect_query&) const = default;
};
inline constexpr std::size_t connect_field_size_max = 256;

/// Parses the part of a request target after `?`, percent-decoded (`+` is a space). Unknown names are
/// ignored, empty values and counts that are no numbers are absent, of a repeated name the first counts.
/// `diag.pointer` is `/` and the field's name.
[[nodiscard]] result<connect_query> parse_connect_query(std::string_view query, diagnostics& diag);
/// Without a leading `?`; empty if nothing is set.
[[nodiscard]] std::string print_connect_query(const connect_query& query);

// --- answers of the gateway to an agent's POSTs ---

/// 200 of `POST /agent/heartbeat`.
struct heartbeat_answer {
  bool ok{true};
  std::optional<timestamp> time{};  ///< `timestamp` on the wire.
  bool operator==(const heartbeat_answer&) const = default;
};
[[nodiscard]] result<heartbeat_answer> parse_heartbeat_answer(std::string_view json, diagnostics& diag);
[[nodiscard]] std::string print_heartbeat_answer(const heartbeat_answer& answer);

/// `{"ok":true}`, 200 of `POST /agent/response/{id}`.
[[nodiscard]] std::string print_ok();

/// Body of every refusal: `{"detail": "..."}`.
struct error_body {
  std::string detail;
  bool operator==(const error_body&) const = default;
};
/// A `detail` that is no string is kept as its JSON text, as some frameworks send lists there.
[[nodiscard]] result<error_body> parse_error_body(std::string_view json, diagnostics& diag);
[[nodiscard]] std::string print_error_body(const error_body& body);

}  // namespace kitfox::protocol
