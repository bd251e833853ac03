#pragma once
#include <optional>
#include <string>

#include "gateway/route.hpp"
#include "gateway/session_fsm.hpp"
#include "gateway/status_table.hpp"
#include "runtime/deadline_queue.hpp"
#include "runtime/host.hpp"
#include "runtime/http/server.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::gateway {

class agent_shard;

/// Drives one agent's event stream: writes what session_fsm says, watches for the client's end, and tells its
/// shard. Lives in the frame of the request's handler.
class agent_session {
 public:
  /// Everything must outlive the session, which has a seat on the shard.
  agent_session(agent_shard& shard, runtime::http::exchange& call, route facts, session_fsm machine);
  ~agent_session();
  agent_session(const agent_session&) = delete;
  agent_session& operator=(const agent_session&) = delete;

  /// Writes until the stream ends, for whatever reason; returns that. The head must have been sent.
  [[nodiscard]] runtime::task<stream_end> run();

  [[nodiscard]] const route& facts() const noexcept { return facts_; }
  [[nodiscard]] outbox_answer deliver(std::string request_id, std::string bytes);
  void withdraw(std::string_view request_id);
  void on_command_ended(std::string_view request_id);
  void retire(stream_end why);
  /// Closes the connection at once, also in the middle of a stalled write.
  void cut(stream_end why);

 private:
  runtime::task<void> watch_client();
  runtime::task<void> write(session_action action);
  void wake();
  void close_connection();
  void on_timer();
  void report_health();
  [[nodiscard]] runtime::mono_time now() const;

  agent_shard& shard_;
  runtime::http::exchange& call_;
  route facts_;
  session_fsm machine_;
  runtime::notifier changed_;
  runtime::deadline_queue::timer timer_;
  route_health reported_ = route_health::opening;
};

}  // namespace kitfox::gateway
