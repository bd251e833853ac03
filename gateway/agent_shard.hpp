#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/answers.hpp"
#include "gateway/options.hpp"
#include "gateway/policy.hpp"
#include "gateway/route.hpp"
#include "gateway/session_fsm.hpp"
#include "runtime/courier.hpp"
#include "runtime/deadline_queue.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

class agent_api;
class agent_desk;
class agent_session;
class stream_seat;
class switchboard;

/// The agents' streams of one host: their listener, their connections and their timers. A gateway has one for
/// each of its threads; they share nothing with one another, and with the hub (switchboard and agent_desk)
/// only messages. The hub's host has one too, to which the way is direct.
class agent_shard {
 public:
  /// What a shard is made of. Everything outlives it.
  struct parts {
    runtime::host& on;
    runtime::host& hub;
    runtime::task_group& hub_errands;  ///< Of the hub's.
    const gateway_options& options;
    const gateway_policy& policy;
    switchboard& board;
    agent_desk& desk;
  };
  explicit agent_shard(parts with);
  /// serve() must have ended, or never begun.
  ~agent_shard();

  // --- called on the hub, carried out on the shard, in order

  /// Puts a command into a stream's outbox; switchboard::on_refused() hears if that is not possible.
  void deliver(session_id stream, std::string request_id, std::string bytes);
  void withdraw(session_id stream, std::string request_id);
  void on_command_ended(session_id stream, std::string request_id);
  void retire(session_id stream, stream_end why);
  /// Closes a stream at once; then switchboard::on_cut().
  void cut(session_id stream, stream_end why);
  /// What /ready says from now on.
  void set_ready(readiness now);

  /// Binds the listener; call it before begin(). Errors: those of network::listen().
  [[nodiscard]] runtime::task<runtime::error_code> listen(runtime::endpoint at,
                                                          std::shared_ptr<runtime::tls_server> tls,
                                                          runtime::http::server_options bounds,
                                                          runtime::listen_options how);
  /// After listen().
  [[nodiscard]] runtime::endpoint local() const { return server_->local(); }
  /// Serves until stop() or close_all(); `on_ended` runs on the hub once every connection has ended.
  void begin(std::function<void()> on_ended);
  void stop();
  void close_all();
  /// Waits, once on_ended was called, until nothing of the shard runs any more.
  [[nodiscard]] runtime::task<void> join();

  // --- called on the shard

  /// Of a stream that the desk granted; to be called before anything the hub sends later arrives.
  [[nodiscard]] std::unique_ptr<stream_seat> take_seat(session_id stream);
  /// From here on the session gets what the hub sends, also what it sent since the seat was taken.
  void attach(agent_session& session);
  void detach(agent_session& session);
  void report_health(session_id stream, route_health now);
  /// The commands are about to be handed to the network.
  void report_sending(session_id stream, std::vector<std::string> request_ids);
  void report_heartbeat(session_id stream);

  [[nodiscard]] runtime::host& on() noexcept { return with_.on; }
  [[nodiscard]] runtime::deadline_queue& deadlines() noexcept { return deadlines_; }
  [[nodiscard]] const gateway_options& options() const noexcept { return with_.options; }
  [[nodiscard]] const gateway_policy& policy() const noexcept { return with_.policy; }
  [[nodiscard]] agent_desk& desk() noexcept { return with_.desk; }
  [[nodiscard]] const runtime::courier& to_hub() const noexcept { return to_hub_; }
  [[nodiscard]] readiness ready() const noexcept { return ready_; }

 private:
  friend class stream_seat;
  struct place {
    agent_session* session = nullptr;
    std::optional<stream_end> cut{}, retired{};  ///< What the hub wanted before there was a session.
  };
  struct bound {
    std::unique_ptr<runtime::listener> listening;
    runtime::error_code failure;
  };
  struct ended {};
  runtime::task<bound> bind(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls,
                            runtime::listen_options how);
  runtime::task<ended> join_here();
  void leave(session_id stream, stream_end why);
  [[nodiscard]] agent_session* find(session_id stream) const;
  runtime::task<void> serve(std::function<void()> on_ended);

  parts with_;
  runtime::task_group errands_, tasks_;
  runtime::courier to_hub_, from_hub_;
  runtime::deadline_queue deadlines_;
  std::unique_ptr<agent_api> api_;
  std::optional<runtime::http::server> server_;
  std::map<session_id, place> seats_;
  readiness ready_ = readiness::ready;
};

/// A granted stream's place on its shard: while it lives, the hub counts the stream as open.
class stream_seat {
 public:
  stream_seat(agent_shard& in, session_id stream) : in_{in}, stream_{stream} {}
  stream_seat(const stream_seat&) = delete;
  stream_seat& operator=(const stream_seat&) = delete;
  ~stream_seat() { in_.leave(stream_, why_); }
  /// Why the stream ends, for switchboard::close().
  void set_end(stream_end why) noexcept { why_ = why; }

 private:
  agent_shard& in_;
  session_id stream_;
  stream_end why_ = stream_end::client_gone;
};

}  // namespace kitfox::gateway
