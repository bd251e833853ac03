#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/audit_log.hpp"
#include "gateway/command_table.hpp"
#include "gateway/connect_limiter.hpp"
#include "gateway/metrics.hpp"
#include "gateway/options.hpp"
#include "gateway/pending_call.hpp"
#include "gateway/policy.hpp"
#include "gateway/route_table.hpp"
#include "gateway/session_fsm.hpp"
#include "gateway/status_table.hpp"
#include "runtime/deadline_queue.hpp"
#include "runtime/host.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::gateway {

class agent_shard;

/// A command that a caller wants to have run, after every check of the request.
struct command_order {
  std::string cluster_id;
  tenant owner;
  std::string actor;
  std::string command;
  protocol::json_value params{};
  std::string params_hash;
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds wait{};  ///< For a stream, when none is there.
};

/// Connects callers' commands with agents' streams: carries out what the tables decide, and keeps audit and
/// metrics of it. One per gateway, on its executor.
class switchboard {
 public:
  /// Everything must outlive this.
  switchboard(runtime::host& on, const gateway_options& options, const gateway_policy& policy,
              audit_log& audit, metrics& numbers);
  ~switchboard();

  // --- agents' streams

  [[nodiscard]] session_id new_session() noexcept { return ++last_session_; }
  /// Registers a stream that `on` carries, not yet routable, and cuts those it replaces. Whatever the shard
  /// reports of it follows, in order, and close() in the end.
  void open(agent_shard& on, const route& stream, const agent_facts& facts, std::string_view peer);
  void on_health(session_id stream, route_health now);
  /// The commands are about to be handed to the network.
  void on_sending(session_id stream, std::span<const std::string> request_ids);
  /// The stream could not take a command that was delivered to it.
  void on_refused(session_id stream, std::string_view request_id, outbox_answer why);
  void on_signal(session_id stream, liveness_signal signal);
  /// A stream was cut as it was asked to be: nothing more is sent on it.
  void on_cut(session_id stream);
  void close(session_id stream, stream_end why);
  /// An agent posted a heartbeat; false: it has no stream.
  [[nodiscard]] bool on_heartbeat(const key_record& key);
  /// `bytes` is the size of the response's body.
  response_verdict on_response(const response_sender& sender, protocol::command_response response,
                               std::size_t bytes);

  // --- callers' commands

  struct admitted_call {
    admission_decision decision;
    // owners: the callers that wait, and the switchboard until the command has ended
    std::shared_ptr<pending_call> call{};
  };
  /// Takes a command on; it is not sent before run() lets it.
  [[nodiscard]] admitted_call admit(std::string request_id, command_order order);
  /// Audits the command, sends it once that is durable. Its end shows in `call`.
  [[nodiscard]] runtime::task<void> launch(std::shared_ptr<pending_call> call);
  [[nodiscard]] std::shared_ptr<pending_call> find_call(std::string_view request_id) const;
  /// One of the callers that waited went away.
  void leave(pending_call& call);

  // --- administration

  /// Takes the streams of a revoked key out of use and cuts them; as soon as each is cut, its commands fail.
  void revoke(std::string_view cluster_id, std::string_view key_id);
  /// Waits until every stream that is to be cut is (REV-1, REV-2, REV-6), for a second at most.
  [[nodiscard]] runtime::task<void> await_cuts();
  /// Ids of all open streams, oldest first.
  [[nodiscard]] std::vector<session_id> lines() const;
  void retire(session_id stream, stream_end why);
  /// Closes every stream and fails every command, now. No command may be admitted from then on.
  void stop();
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

  [[nodiscard]] runtime::host& on() noexcept { return host_; }
  [[nodiscard]] runtime::deadline_queue& deadlines() noexcept { return deadlines_; }
  [[nodiscard]] const route_table& routes() const noexcept { return routes_; }
  [[nodiscard]] const command_table& commands() const noexcept { return commands_; }
  [[nodiscard]] status_table& statuses() noexcept { return statuses_; }
  [[nodiscard]] connect_limiter& limiter() noexcept { return limiter_; }
  /// At least one stream can take commands, or will soon be able to.
  [[nodiscard]] bool connected(std::string_view cluster_id) const;
  /// Streams whose tasks have not ended; 0 when nothing refers to the switchboard any more.
  [[nodiscard]] std::size_t open_lines() const noexcept { return open_.size(); }

 private:
  /// What the hub knows of a stream's outbox: commands that were delivered and of which it was not yet said
  /// that they are being sent. Bounds what is on its way to the shard.
  struct stream_link {
    agent_shard& shard;
    route facts;
    std::unordered_map<std::string, std::size_t> undelivered{};  ///< Bytes by request id.
    std::size_t undelivered_bytes = 0;
    std::optional<stream_end> cut{};  ///< Asked for, with this reason.
    bool settled = false;             ///< And done: what becomes of its commands is decided.
  };
  [[nodiscard]] outbox_answer reserve(stream_link& line, const std::string& request_id, std::size_t bytes);
  static void release(stream_link& line, const std::string& request_id);
  void cut(stream_link& line, stream_end why);
  void settle(stream_link& line);
  void perform(std::vector<command_effect> effects);
  void perform(command_effect effect);
  void send(std::string_view request_id);
  /// Goes on with send() where an earlier try has ended.
  [[nodiscard]] bool is_opening(std::string_view cluster_id) const;
  void try_streams(pending_call& call);
  void finish(std::string_view request_id, command_outcome outcome);
  void audit_command(const pending_call& call, const command_outcome& outcome, std::string_view code);
  void audit_line(audit_kind kind, const route& line, std::string_view outcome, std::string_view peer);
  [[nodiscard]] stream_link* find(session_id id);
  void schedule();
  void on_timer();
  [[nodiscard]] runtime::mono_time now() const { return host_.clock().now(); }

  runtime::host& host_;
  const gateway_options& options_;
  const gateway_policy& policy_;
  audit_log& audit_;
  metrics& metrics_;
  route_table routes_;
  command_table commands_;
  status_table statuses_;
  connect_limiter limiter_;
  std::map<session_id, stream_link> open_;
  std::size_t unsettled_ = 0;  ///< Streams that were asked to be cut and are not yet.
  runtime::notifier cuts_;
  std::unordered_map<std::string, std::shared_ptr<pending_call>> calls_;  // owners: see admitted_call
  runtime::deadline_queue deadlines_;
  std::optional<runtime::deadline_queue::timer> timer_;
  session_id last_session_ = 0;
  bool stopped_ = false;
};

}  // namespace kitfox::gateway
