#pragma once
#include <memory>
#include <string>

#include "agent/agent_metrics.hpp"
#include "agent/agent_session.hpp"
#include "agent/cluster_metadata.hpp"
#include "agent/command_service.hpp"
#include "agent/gateway_channel.hpp"
#include "agent/gateway_clock.hpp"
#include "protocol/sse_decoder.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::agent {

/// Who dials: goes into the query of a connect.
struct agent_identity {
  std::string version, instance_id, cluster_name;
};

/// Drives an agent_session: dials, sends the request, reads the stream, hands events on, waits. Reports
/// `connecting`, `connected_to_gateway`, `disconnected`, `connect_failed`, `key_rejected`, `event_skipped`
/// and `readiness`. Not thread-safe.
class gateway_stream {
 public:
  /// What it works with; all must outlive it.
  struct parts {
    runtime::host& on;
    const gateway_access& access;
    const agent_identity& identity;
    agent_session& session;
    gateway_clock& clock;
    gateway_channel& channel;
    cluster_metadata& metadata;
    command_service& commands;
    agent_metrics& metrics;
  };
  gateway_stream(const parts& with, std::size_t event_bytes_max);
  ~gateway_stream();

  /// Until the session stops, or until cancelled; then exit_code::stopped.
  [[nodiscard]] runtime::task<exit_code> run();
  /// Reports the end of readiness if the stream was cut off by cancellation.
  void report_closed();

 private:
  struct event_reader;
  [[nodiscard]] runtime::task<session_action> perform(session_action action);
  [[nodiscard]] runtime::task<session_action> dial(runtime::mono_time until);
  [[nodiscard]] runtime::task<session_action> send_request(runtime::mono_time until);
  [[nodiscard]] runtime::task<session_action> read(runtime::mono_time until);
  [[nodiscard]] runtime::http::request connect_request() const;
  void on_silence();
  void on_stream_head(const runtime::http::response& head);
  void on_event(const protocol::sse_event& event);
  void on_agent_event(const protocol::agent_event& event);
  void skip_event(std::string_view type, std::string_view reason);
  void refuse_command(std::string_view data, const std::string& complaint);
  void report(session_action& action);
  void report_ending(const session_ending& ending);
  void set_ready(bool ready);

  parts with_;
  protocol::sse_decoder decoder_;
  std::unique_ptr<runtime::http::client_connection> connection_;
  std::unique_ptr<runtime::alarm> silence_;
  std::string cluster_name_,
      cluster_id_;     ///< As the last `connected` event had them; before it as configured.
  bool late_ = false;  ///< `silence_` has closed the connection.
  bool ready_ = false;
  bool announced_ = false;  ///< `connected_to_gateway` was reported for this stream.
};

}  // namespace kitfox::agent
