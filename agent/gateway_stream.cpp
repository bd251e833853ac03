#include "agent/gateway_stream.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "protocol/timestamps.hpp"
#include "runtime/ascii.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::agent {

using runtime::error_code;
using runtime::mono_time;
using runtime::task;
namespace http = runtime::http;

namespace {

protocol::sse_limits limits_of(std::size_t event_bytes_max) {
  protocol::sse_limits limits;
  limits.event_bytes_max = event_bytes_max;
  return limits;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

}  // namespace

gateway_stream::gateway_stream(const parts& with, std::size_t event_bytes_max)
    : with_{with},
      decoder_{limits_of(event_bytes_max)},
      silence_{with.on.clock().make_alarm([this] { on_silence(); })},
      cluster_name_{with.identity.cluster_name} {}

gateway_stream::~gateway_stream() = default;

task<exit_code> gateway_stream::run() {
  co_await with_.metadata.wait_for_first();
  session_action action = with_.session.on_start(with_.on.clock().now());
  for (;;) {
    // First, since what ends by cancellation is no fault of the stream: report_closed() tells it.
    const auto state = co_await runtime::asio::this_coro::cancellation_state;
    if (state.cancelled() != runtime::asio::cancellation_type::none) {
      with_.metrics.backoff = runtime::duration{};  // answers may still be on their way, but no dial is
      co_return exit_code::stopped;
    }
    report(action);
    if (action.step == session_step::stop) co_return action.code;
    if (action.step == session_step::read) {
      action = co_await read(action.until);  // nearly always
    } else {
      action = co_await perform(action);
    }
  }
}

task<session_action> gateway_stream::perform(session_action action) {
  switch (action.step) {
    case session_step::dial:
      co_return co_await dial(action.until);
    case session_step::send_request:
      co_return co_await send_request(action.until);
    case session_step::read:
      co_return co_await read(action.until);
    case session_step::wait: {
      // Only cancellation ends a sleep early, and run() looks for it.
      const error_code cancelled = co_await with_.on.clock().sleep_until(action.until);
      if (cancelled) co_return action;
      co_return with_.session.on_waited(with_.on.clock().now());
    }
    case session_step::stop:
      break;
  }
  co_return action;
}

task<session_action> gateway_stream::dial(mono_time until) {
  auto& clock = with_.on.clock();
  const runtime::endpoint to = with_.access.url.authority;
  with_.on.events().debug("connecting", {{"host", to.host}, {"port", std::uint64_t{to.port}}});
  auto stream = co_await runtime::with_deadline(clock, until, with_.on.network().dial(to, with_.access.tls));
  if (!stream) co_return with_.session.on_dial_failed(stream.error(), clock.now());
  connection_ = std::make_unique<http::client_connection>(std::move(*stream), http::limits{});
  late_ = false;
  co_return with_.session.on_dialled(clock.now());
}

http::request gateway_stream::connect_request() const {
  const cluster_facts& facts = with_.metadata.facts();
  protocol::connect_query query;
  query.agent_version = unless_empty(with_.identity.version);
  query.kubernetes_version = facts.kubernetes_version;
  query.node_count = facts.node_count;
  query.namespace_count = facts.namespace_count;
  query.instance_id = unless_empty(with_.identity.instance_id);
  query.cluster_name = unless_empty(with_.identity.cluster_name);
  const std::string printed = protocol::print_connect_query(query);
  http::request message =
      with_.access.request_to("GET", "/agent/connect" + (printed.empty() ? "" : "?" + printed));
  message.headers.add("Accept", "text/event-stream");
  message.headers.add("Cache-Control", "no-cache");
  if (const auto last = decoder_.last_event_id_header())
    message.headers.add("Last-Event-ID", std::string{*last});
  return message;
}

task<session_action> gateway_stream::send_request(mono_time until) {
  auto& clock = with_.on.clock();
  http::request message = connect_request();
  auto answer = co_await runtime::with_deadline(clock, until, connection_->start(std::move(message)));
  if (!answer) co_return with_.session.on_request_failed(answer.error(), clock.now());
  stream_head head;
  head.status = answer->status;
  if (const auto type = answer->headers.get("Content-Type")) head.content_type = *type;
  const auto coding = answer->headers.get("Content-Encoding");
  head.coded = coding && !runtime::same_letters(*coding, "identity");
  if (const auto field = answer->headers.get("Retry-After")) {
    const auto asked = protocol::parse_retry_after(*field, clock.wall_now());
    if (asked) head.retry_after = *asked;
  }
  if (head.status == 401) with_.channel.on_key_refused();
  on_stream_head(*answer);
  co_return with_.session.on_head(head, clock.now());
}

void gateway_stream::on_stream_head(const http::response& head) {
  decoder_.reset_for_new_connection();
  std::optional<runtime::wall_time> date;
  if (const auto field = head.headers.get("Date")) {
    const auto parsed = protocol::parse_http_date(*field, with_.on.clock().wall_now());
    if (parsed) date = *parsed;
  }
  with_.clock.on_stream_started(date, with_.on.clock().now());
}

/// Ends the read that waits; the session then gives the stream up in any case.
void gateway_stream::on_silence() {
  late_ = true;
  if (connection_) connection_->close();
}

task<session_action> gateway_stream::read(mono_time until) {
  auto& clock = with_.on.clock();
  silence_->set(until);
  auto bytes = co_await connection_->read_body();
  if (!bytes && late_) bytes = runtime::errc::timed_out;
  if (with_.channel.key_refused()) with_.session.on_key_refused();
  if (!bytes) co_return with_.session.on_read_ended(bytes.error(), clock.now());
  if (bytes->empty()) co_return with_.session.on_read_ended({}, clock.now());
  const error_code failure =
      decoder_.feed(*bytes, [this](const protocol::sse_event& event) { on_event(event); });
  if (decoder_.retry()) with_.session.on_retry(*decoder_.retry());
  if (failure) co_return with_.session.on_read_ended(failure, clock.now());
  co_return with_.session.on_bytes(clock.now());
}

void gateway_stream::skip_event(std::string_view type, std::string_view reason) {
  ++with_.metrics.events_skipped;
  with_.on.events().warning("event_skipped", {{"type", type.substr(0, 64)}, {"reason", reason}});
}

void gateway_stream::on_event(const protocol::sse_event& event) {
  protocol::diagnostics diag;
  const auto parsed = protocol::parse_agent_event(event.type, event.data, diag);
  if (parsed) {
    on_agent_event(*parsed);
  } else if (parsed.error() != protocol::protocol_errc::unknown_event) {
    skip_event(event.type, diag.to_string());
    if (event.type == "command" && with_.session.connected()) refuse_command(event.data, diag.to_string());
  }
}

// Its caller would wait for the whole timeout.
void gateway_stream::refuse_command(std::string_view data, const std::string& complaint) {
  if (const auto id = protocol::find_request_id(data)) with_.commands.on_malformed(*id, complaint);
}

void gateway_stream::on_agent_event(const protocol::agent_event& event) {
  const mono_time now = with_.on.clock().now();
  if (const auto* connected = std::get_if<protocol::connected_event>(&event)) {
    with_.session.on_connected_event(*connected, now);
    with_.channel.on_key_accepted();
    set_ready(true);
    if (std::exchange(announced_, true)) return;
    cluster_name_ = connected->cluster_name.value_or(with_.identity.cluster_name);
    cluster_id_ = connected->cluster_id;
    with_.on.events().info("connected_to_gateway", {{"cluster_name", cluster_name_},
                                                    {"cluster_id", cluster_id_},
                                                    {"instance_id", with_.identity.instance_id}});
  } else if (const auto* heartbeat = std::get_if<protocol::heartbeat_event>(&event)) {
    if (heartbeat->time) with_.clock.on_heartbeat(*heartbeat->time, now);
  } else if (const auto* drain = std::get_if<protocol::drain_event>(&event)) {
    with_.session.on_drain_event(*drain);
  } else if (!with_.session.connected()) {
    skip_event(protocol::event_type(event), "not connected yet");
  } else if (const auto* command = std::get_if<protocol::command_event>(&event)) {
    with_.commands.on_command(*command);
  } else if (const auto* cancel = std::get_if<protocol::cancel_event>(&event)) {
    with_.commands.on_cancel(*cancel);
  }
}

void gateway_stream::set_ready(bool ready) {
  if (ready == ready_) return;
  ready_ = ready;
  with_.metrics.connected = ready;
  with_.on.events().info("readiness", {{"ready", ready}});
}

void gateway_stream::report(session_action& action) {
  with_.metrics.last_byte = with_.session.last_byte();
  with_.metrics.backoff = runtime::duration{};
  // A session may count as connected without the event, if its options say so.
  if (with_.session.connected()) set_ready(true);
  if (!action.ended) return;
  silence_->clear();
  connection_.reset();
  decoder_.end_of_stream();
  with_.metrics.backoff = action.ended->delay;
  with_.metrics.count_end(action.ended->end.reason);
  report_ending(*action.ended);
  action.ended.reset();  // told once, though the wait that follows may hand the action back
  set_ready(false);
  announced_ = false;
  with_.metadata.refresh_if_old();
}

void gateway_stream::report_ending(const session_ending& ending) {
  const std::string_view reason = to_string(ending.end.reason);
  const std::string error = ending.error ? ending.error.message() : std::string{};
  auto& events = with_.on.events();
  if (ending.end.reason == end_reason::key_refused)
    events.error("key_rejected", {{"status", std::int64_t{ending.status}}});
  if (ending.end.established) {
    events.info("disconnected", {{"cluster_name", cluster_name_},
                                 {"cluster_id", cluster_id_},
                                 {"reason", reason},
                                 {"error", error},
                                 {"healthy_seconds", runtime::in_seconds(ending.end.healthy)},
                                 {"retry_in_seconds", runtime::in_seconds(ending.delay)}});
  } else {
    events.warning("connect_failed", {{"cluster_name", cluster_name_},
                                      {"cluster_id", cluster_id_},
                                      {"reason", reason},
                                      {"error", error},
                                      {"status", std::int64_t{ending.status}},
                                      {"retry_in_seconds", runtime::in_seconds(ending.delay)}});
  }
}

void gateway_stream::report_closed() {
  silence_->clear();
  connection_.reset();
  with_.metrics.last_byte.reset();
  if (!ready_) return;
  with_.on.events().info(
      "disconnected", {{"cluster_name", cluster_name_}, {"cluster_id", cluster_id_}, {"reason", "stopping"}});
  set_ready(false);
}

}  // namespace kitfox::agent
