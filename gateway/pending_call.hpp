#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/command_fsm.hpp"
#include "gateway/tenancy.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/clock.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::gateway {

/// How a command ended, for its caller.
struct command_outcome {
  command_end end = command_end::unavailable;
  protocol::command_response response{};  ///< If answered.
};

/// One command between its admission and its last waiting caller.
struct pending_call {
  explicit pending_call(runtime::asio::any_io_executor executor) : done{std::move(executor)} {}

  /// Always a command_event; kept as what encode_event() takes, so that sending copies nothing.
  protocol::agent_event event{protocol::command_event{}};
  [[nodiscard]] protocol::command_event& command() { return std::get<protocol::command_event>(event); }
  [[nodiscard]] const protocol::command_event& command() const {
    return std::get<protocol::command_event>(event);
  }
  std::string cluster_id;
  tenant owner;
  std::string actor;        ///< Name of the caller's credential.
  std::string params_hash;  ///< For the audit.
  runtime::mono_time started_at{}, deadline{};
  bool was_sent = false;
  std::vector<session_id> tried{};  ///< Streams that could not take it, since it was last to be sent.
  std::size_t full = 0;             ///< How many of these have a full outbox.
  bool keyed = false;               ///< Has an idempotency key: once sent it goes on without a caller.
  std::function<void(pending_call&)> on_finished{};  ///< Called once, with the outcome, before `done`.
  std::size_t response_bytes = 0;
  std::optional<command_outcome> outcome{};  ///< Set once, before `done`.
  std::string answer;  ///< For the callers, printed when the first of them wants it; `outcome` is spent then.
  runtime::notifier done;
  std::size_t waiters = 0;  ///< Callers that wait; more than one with an idempotency key.
};

/// The word for a finished command in answers, audit and metrics; none: it succeeded.
[[nodiscard]] std::optional<protocol::command_error> error_of(const command_outcome& outcome);

}  // namespace kitfox::gateway
