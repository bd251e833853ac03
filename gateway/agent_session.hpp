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

class switchboard;

/// Drives one agent's event stream: writes what session_fsm says, watches for the client's end, and tells the
/// switchboard. Lives in the frame of the request's handler.
class agent_session {
 public:
  /// Everything must outlive the session; `facts.id` is from switchboard::new_session().
  agent_session(switchboard& board, runtime::http::exchange& call, route facts, session_fsm machine);
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
  void on_replaced();
  void on_revoked();
  void on_stop();

 private:
  runtime::task<void> watch_client();
  runtime::task<void> write(session_action action);
  void wake();
  void cut();
  void on_timer();
  void report_health();
  [[nodiscard]] runtime::mono_time now() const;

  switchboard& board_;
  runtime::http::exchange& call_;
  route facts_;
  session_fsm machine_;
  runtime::notifier changed_;
  runtime::deadline_queue::timer timer_;
  route_health reported_ = route_health::opening;
};

}  // namespace kitfox::gateway
