#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/command_state.hpp"
#include "gateway/key_record.hpp"
#include "gateway/route.hpp"
#include "gateway/tenancy.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// Why a connect or another request of an agent is refused.
enum class agent_refusal {
  key_invalid,        ///< No key, malformed, unknown, wrong secret, or revoked: 401.
  request_malformed,  ///< A query field is oversize or has the wrong form: 400.
  rate_limited,       ///< Too many attempts with this key: 429 with Retry-After.
  quota_exceeded,     ///< Too many streams of this key, team or gateway: 429 with Retry-After.
  key_store_down,     ///< Keys cannot be looked up: 503 with Retry-After, never 401.
  draining,           ///< The gateway is about to stop: 503 with Retry-After.
};

/// What may move the time at which an agent was last seen (LIV-4).
enum class liveness_signal {
  connected,        ///< A stream was opened with a valid key.
  heartbeat_post,   ///< `POST /agent/heartbeat`.
  response_post,    ///< `POST /agent/response/{id}`.
  heartbeat_timer,  ///< The gateway sent a heartbeat of its own: says nothing about the agent.
};

/// When a command's audit record must be durable (AUD-2).
enum class audit_order { before_dispatch, eventually };

/// Times of one stream, for next_heartbeat().
struct stream_times {
  runtime::mono_time opened;
  runtime::mono_time last_heartbeat;  ///< Of ours; `opened` before the first.
  runtime::mono_time last_write;
  runtime::duration interval;  ///< H: the most that may pass without bytes.
};

/// The reference decisions; see gateway_policy for what each one decides.
namespace reference {
[[nodiscard]] bool secret_matches(const key_record& stored, std::string_view secret, std::string_view pepper);
[[nodiscard]] int refusal_status(agent_refusal why);
[[nodiscard]] bool replaces(const route& newcomer, const route& present);
[[nodiscard]] bool unregisters(const route& ended, const route& registered);
[[nodiscard]] bool ends_with_key(const route& open, std::string_view revoked_key_id);
[[nodiscard]] std::optional<session_id> choose_route(std::span<const route> of_cluster);
[[nodiscard]] bool owns(const tenant& caller, const tenant& owner_of_cluster);
[[nodiscard]] bool is_evidence(liveness_signal signal);
[[nodiscard]] std::optional<runtime::mono_time> next_heartbeat(const stream_times& of);
[[nodiscard]] std::optional<runtime::duration> stream_age(runtime::duration max, double jitter, double unit);
[[nodiscard]] bool may_send_again(command_state state);
[[nodiscard]] std::optional<runtime::duration> report_loss_after(runtime::duration grace);
[[nodiscard]] bool ids_agree(std::string_view in_path, std::string_view in_body);
[[nodiscard]] response_verdict judge_response(const command_view& command, const response_sender& sender);
[[nodiscard]] int response_status(response_verdict verdict);
[[nodiscard]] std::vector<runtime::duration> spread_drain(std::size_t streams, runtime::duration window);
}  // namespace reference

/// The decisions of a gateway that its promises hang on, one pure function each. The default of every member
/// is the reference behaviour; a variation of the gateway is this struct with a member exchanged:
///
///     gateway_policy policy;
///     policy.ends_with_key = [](const route&, std::string_view) { return false; };  // revokes on paper only
///
/// Functions are stateless, must not throw, and see only what they are given. Copyable.
struct gateway_policy {
  /// Whether `secret` opens the key that the store has under the presented id (CON-1, CON-2, CON-10).
  bool (*secret_matches)(const key_record&, std::string_view secret,
                         std::string_view pepper) = reference::secret_matches;
  /// The HTTP status of a refusal to an agent (CON-3).
  int (*refusal_status)(agent_refusal) = reference::refusal_status;
  /// Whether `newcomer` takes the place of `present`, both of one cluster: `present` is then closed within
  /// 1 s (HA-2) and must be of the same instance (RTE-4).
  bool (*replaces)(const route& newcomer, const route& present) = reference::replaces;
  /// Whether the end of stream `ended` removes `registered`, both of one cluster (HA-1).
  bool (*unregisters)(const route& ended, const route& registered) = reference::unregisters;
  /// Whether an open stream is closed by the revocation of a key (REV-1, REV-5).
  bool (*ends_with_key)(const route& open, std::string_view revoked_key_id) = reference::ends_with_key;
  /// The stream that takes a command, of those of its cluster in order of age, oldest first (RTE-3).
  std::optional<session_id> (*choose_route)(std::span<const route> of_cluster) = reference::choose_route;
  /// Whether a caller of tenant `caller` may see and use what `owner_of_cluster` owns (ISO-2).
  bool (*owns)(const tenant& caller, const tenant& owner_of_cluster) = reference::owns;
  /// Whether a signal moves "last seen" (LIV-4).
  bool (*is_evidence)(liveness_signal) = reference::is_evidence;
  /// When the next heartbeat of a stream is due; none: never (LIV-1).
  std::optional<runtime::mono_time> (*next_heartbeat)(const stream_times&) = reference::next_heartbeat;
  /// The age at which one stream retires, from the mean, the jitter (a share of it) and a uniform draw in
  /// [0, 1); none: never (LIV-7).
  std::optional<runtime::duration> (*stream_age)(runtime::duration max, double jitter,
                                                 double unit) = reference::stream_age;
  /// Whether a command in this state may go to another stream when its own has ended (IDM-2, RTE-3).
  bool (*may_send_again)(command_state) = reference::may_send_again;
  /// How long after the end of its stream the caller of a sent command is told `unavailable`; none: never
  /// (IDM-3).
  std::optional<runtime::duration> (*report_loss_after)(runtime::duration grace) =
      reference::report_loss_after;
  /// Whether the request ids in path and body of a response are the same (BAD-4).
  bool (*ids_agree)(std::string_view in_path, std::string_view in_body) = reference::ids_agree;
  /// What becomes of a response to a command that is known (RSP-2, RSP-3, RSP-4, REV-2).
  response_verdict (*judge_response)(const command_view&, const response_sender&) = reference::judge_response;
  /// The HTTP status that a verdict is answered with.
  int (*response_status)(response_verdict) = reference::response_status;
  /// The bytes of one event on an agent's stream.
  std::string (*encode_event)(const protocol::agent_event&) = protocol::encode_agent_event;
  /// When each of `streams` streams is closed, from the start of a drain; ascending (DRN-1).
  std::vector<runtime::duration> (*spread_drain)(std::size_t streams,
                                                 runtime::duration window) = reference::spread_drain;
  audit_order audit = audit_order::before_dispatch;
};

}  // namespace kitfox::gateway
