#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/command_fsm.hpp"
#include "gateway/due_times.hpp"
#include "gateway/options.hpp"
#include "gateway/policy.hpp"
#include "gateway/rate_limiter.hpp"

namespace kitfox::gateway {

/// What a caller wants done, as far as the table is concerned.
struct new_command {
  std::string request_id;  ///< Unique.
  tenant owner;
  std::string cluster_id;
  runtime::mono_time deadline;
  /// How long to wait for a stream when none is there; a past time means not at all.
  runtime::mono_time wait_until;
};

/// Whether a command is taken on; all but the first are answered `busy`.
enum class admission { admitted, gateway_full, team_full, cluster_full, rate_exceeded };
struct admission_decision {
  admission verdict = admission::admitted;
  duration retry_after{0};
};

/// Something to be done about one command.
struct command_effect {
  std::string request_id;
  std::string cluster_id;
  command_action action;
  session_id on = 0;  ///< The stream that has or had it; 0: none.
};

/// How a stream went: after a loss its commands fail soon; after an end in order the agent is known to live
/// and to have them, so they keep their deadline.
enum class stream_departure { lost, in_order };

/// What became of a response, and whom to tell.
struct response_effect {
  response_verdict verdict = response_verdict::unknown;
  std::optional<command_effect> effect{};
  session_id from = 0;  ///< The stream whose agent answered, if the command was sent on one and is its own.
};

/// Every command of the gateway from its admission until it can be forgotten: quotas, deadlines, and which
/// stream has which command. No I/O; times must not go back.
class command_table {
 public:
  command_table(const gateway_limits& limits, const gateway_policy& policy);

  [[nodiscard]] admission_decision admit(new_command command, runtime::mono_time now);
  [[nodiscard]] command_effect on_audit_durable(std::string_view request_id);
  [[nodiscard]] command_effect on_audit_failed(std::string_view request_id);
  /// The command stands in the outbox of `by`.
  void on_queued(std::string_view request_id, const route& by);
  /// `by` could not take the command after all; nothing changes if it is elsewhere by now.
  [[nodiscard]] command_effect on_undelivered(std::string_view request_id, session_id by);
  [[nodiscard]] command_effect on_outbox_full(std::string_view request_id);
  /// No stream is there: waits for one if the caller does, else tells it.
  [[nodiscard]] command_effect on_no_route(std::string_view request_id, runtime::mono_time now);
  /// One is about to open: waits for it until `until` at least. Its agent may know of it sooner than we do.
  [[nodiscard]] command_effect on_stream_opening(std::string_view request_id, runtime::mono_time until,
                                                 runtime::mono_time now);
  void on_sent(std::string_view request_id);
  [[nodiscard]] response_effect on_response(std::string_view request_id, const response_sender& sender,
                                            runtime::mono_time now);
  [[nodiscard]] command_effect on_caller_left(std::string_view request_id);

  /// A stream can take commands: resumes what its instance has, and returns what waited for the cluster.
  [[nodiscard]] std::vector<command_effect> on_stream_opened(const route& opened);
  [[nodiscard]] std::vector<command_effect> on_stream_ended(const route& ended, stream_departure how,
                                                            runtime::mono_time now);
  [[nodiscard]] std::vector<command_effect> on_key_revoked(const route& ended);
  /// The gateway stops: every unfinished command fails.
  [[nodiscard]] std::vector<command_effect> on_stop();

  [[nodiscard]] std::optional<runtime::mono_time> next_deadline() const { return due_.next(); }
  [[nodiscard]] std::vector<command_effect> on_time(runtime::mono_time now);

  [[nodiscard]] std::optional<command_state> find_state(std::string_view request_id) const;
  [[nodiscard]] std::size_t unfinished() const noexcept { return unfinished_; }
  [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
  [[nodiscard]] std::size_t remembered() const noexcept { return finished_.size(); }
  [[nodiscard]] std::size_t count_of_team(const tenant& owner) const;

 private:
  using number = std::uint64_t;
  struct entry {
    std::string request_id, cluster_id, key_id, instance_id;
    tenant owner;
    command_fsm fsm;
    session_id on = 0;
    runtime::mono_time deadline, wait_until;
    std::optional<runtime::mono_time> lost_at{};
    bool waiting = false;
  };
  struct finished_one {
    number which;
    runtime::mono_time forget_at;
  };

  [[nodiscard]] entry* find(std::string_view request_id, number* which = nullptr);
  template <class Event>
  command_effect apply(std::string_view request_id, Event event);
  template <class Event>
  command_effect apply(number which, entry& one, Event event);
  std::vector<number> take_session(session_id id);
  void count_queued(command_state before, command_state after);
  void leave_stream(number which, entry& one);
  void leave_waiting(number which, entry& one);
  void reschedule(number which, const entry& one);
  void finish(number which, entry& one);
  void forget(runtime::mono_time now);

  const gateway_limits& limits_;
  const gateway_policy& policy_;
  rate_limiter rate_;
  number last_ = 0;
  std::unordered_map<number, entry> all_;
  std::unordered_map<std::string_view, number> by_id_;  ///< Views into `all_`, whose nodes do not move.
  std::map<session_id, std::set<number>> by_session_;
  std::map<std::string, std::set<number>, std::less<>> waiting_;
  std::map<std::string, std::set<number>, std::less<>> orphans_;  ///< By cluster.
  std::map<tenant, std::size_t> count_by_team_;
  std::map<std::string, std::size_t, std::less<>> count_by_cluster_;
  due_times<number> due_;
  std::deque<finished_one> finished_;
  std::size_t unfinished_ = 0;
  std::size_t queued_ = 0;
};

}  // namespace kitfox::gateway
