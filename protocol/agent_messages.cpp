#include "protocol/agent_messages.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/field_reader.hpp"
#include "protocol/message_fields.hpp"
#include "protocol/sse_encoder.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;
using namespace fields;

constexpr seconds_rule timeout_rule{seconds_rule::lower_bound::positive, command_timeout_max};
constexpr seconds_rule wait_rule{seconds_rule::lower_bound::zero_or_more, command_timeout_max};

std::optional<timestamp> read_time_if_fitting(field_reader& in, std::string_view name) {
  return in.if_fitting([name](field_reader& of) { return of.optional_time(name); });
}

connected_event read_connected(field_reader& in) {
  connected_event event;
  event.cluster_id = in.text("cluster_id", name_rule);
  event.message =
      in.if_fitting([](field_reader& of) { return of.optional_text("message", sentence_rule); }).value_or("");
  event.cluster_name =
      in.if_fitting([](field_reader& of) { return of.optional_text("cluster_name", name_rule); });
  event.heartbeat_interval = in.if_fitting([](field_reader& of) {
    return of.optional_seconds_capped("heartbeat_interval_seconds", {.max = heartbeat_interval_max});
  });
  event.protocol = in.if_fitting([](field_reader& of) {
    return of.optional_integer("protocol", {0, 1'000'000});
  });
  return event;
}

command_event read_command(field_reader& in) {
  command_event event;
  event.request_id = in.text("request_id", request_id_rule);
  event.command = in.text("command", name_rule);
  event.params = in.optional_object("params").value_or(json_value{});
  event.timeout = in.optional_seconds_capped("timeout", timeout_rule).value_or(command_timeout_default);
  event.deadline = read_time_if_fitting(in, "deadline");
  return event;
}

json to_json(const connected_event& event) {
  json out{{"cluster_id", event.cluster_id}, {"message", event.message}};
  put(out, "cluster_name", event.cluster_name);
  put_seconds(out, "heartbeat_interval_seconds", event.heartbeat_interval);
  put(out, "protocol", event.protocol);
  return out;
}

json to_json(const command_event& event) {
  json out{{"request_id", event.request_id}, {"command", event.command}, {"params", event.params.get()}};
  put_seconds(out, "timeout", event.timeout);
  put_time(out, "deadline", event.deadline);
  return out;
}

json to_json(const cancel_event& event) { return {{"request_id", event.request_id}}; }

json to_json(const drain_event& event) {
  json out = json::object();
  put_seconds(out, "reconnect_after_seconds", event.reconnect_after);
  return out;
}

constexpr std::string_view timestamp_begin = R"("timestamp":")";

/// `"timestamp":"2024-05-06T12:00:00.000Z"`: heartbeats are most of what is ever sent, so they are printed
/// without a document. A printed time holds nothing to escape.
void append_timestamp_member(std::string& out, timestamp time) {
  out += timestamp_begin;
  out += print_rfc3339(time);
  out += '"';
}

void append_data(std::string& out, const heartbeat_event& event) {
  out += '{';
  if (event.time) append_timestamp_member(out, *event.time);
  out += '}';
}

std::string print_data(const heartbeat_event& event) {
  std::string out;
  append_data(out, event);
  return out;
}

template <class Event>
std::string print_data(const Event& event) {
  return print_json(to_json(event));
}

/// The time of a heartbeat just as print_agent_event() writes it; empty for any other text, whatever it says.
std::optional<timestamp> read_printed_heartbeat(std::string_view text) {
  constexpr std::string_view end = "\"}";
  if (!text.starts_with('{') || !text.ends_with(end)) return std::nullopt;
  text.remove_prefix(1);
  if (!text.starts_with(timestamp_begin) || text.size() < timestamp_begin.size() + end.size())
    return std::nullopt;
  text.remove_prefix(timestamp_begin.size());
  text.remove_suffix(end.size());
  const result<timestamp> time = parse_rfc3339(text);
  return time ? std::optional{*time} : std::nullopt;
}

template <class Event>
result<agent_event> as_agent_event(result<Event>&& parsed) {
  if (!parsed) return parsed.error();
  return agent_event{std::move(*parsed)};
}

}  // namespace

std::string_view event_type(const agent_event& event) noexcept {
  constexpr std::string_view types[] = {"connected", "command", "heartbeat", "cancel", "drain"};
  return types[event.index()];
}

result<agent_event> parse_agent_event(std::string_view type, std::string_view data, diagnostics& diag) {
  if (type == "connected") return as_agent_event(parse_connected_event(data, diag));
  if (type == "command") return as_agent_event(parse_command_event(data, diag));
  if (type == "heartbeat") return as_agent_event(parse_heartbeat_event(data, diag));
  if (type == "cancel") return as_agent_event(parse_cancel_event(data, diag));
  if (type == "drain") return as_agent_event(parse_drain_event(data, diag));
  diag = {{}, {}, "unknown event type " + quote_for_diagnostics(type)};
  return protocol_errc::unknown_event;
}

result<connected_event> parse_connected_event(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, read_connected);
}

result<command_event> parse_command_event(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, read_command);
}

result<heartbeat_event> parse_heartbeat_event(std::string_view json, diagnostics& diag) {
  if (const auto time = read_printed_heartbeat(json)) return heartbeat_event{time};
  return parse_message(json, diag, {}, [](field_reader& in) {
    return heartbeat_event{read_time_if_fitting(in, "timestamp")};
  });
}

std::optional<std::string> find_request_id(std::string_view json, json_limits limits) {
  diagnostics ignored;
  auto id = parse_message(json, ignored, limits,
                          [](field_reader& in) { return in.text("request_id", request_id_rule); });
  return id ? std::optional{std::move(*id)} : std::nullopt;
}

result<cancel_event> parse_cancel_event(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {},
                       [](field_reader& in) { return cancel_event{in.text("request_id", request_id_rule)}; });
}

result<drain_event> parse_drain_event(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, [](field_reader& in) {
    const auto wait = in.if_fitting(
        [](field_reader& of) { return of.optional_seconds_capped("reconnect_after_seconds", wait_rule); });
    return drain_event{wait.value_or(std::chrono::milliseconds{})};
  });
}

std::string print_agent_event(const agent_event& event) {
  return std::visit([](const auto& alternative) { return print_data(alternative); }, event);
}

std::string encode_agent_event(const agent_event& event) {
  if (const auto* heartbeat = std::get_if<heartbeat_event>(&event)) {
    std::string out;
    out.reserve(sizeof "event: heartbeat\ndata: {\"timestamp\":\"2024-05-06T12:00:00.000Z\"}\n\n");
    out += "event: heartbeat\ndata: ";
    append_data(out, *heartbeat);
    out += "\n\n";
    return out;
  }
  const std::string data = print_agent_event(event);
  sse_message message{.type = event_type(event), .data = data};
  const auto* command = std::get_if<command_event>(&event);
  if (command != nullptr && is_request_id(command->request_id)) message.id = command->request_id;
  // Cannot fail: the type is ours, the id was checked, and printed JSON is one line of UTF-8.
  return encode_sse_event(message).value();
}

result<command_response> parse_command_response(std::string_view json, diagnostics& diag,
                                                json_limits limits) {
  return parse_message(json, diag, limits, [](field_reader& in) {
    command_response response;
    response.request_id = in.text("request_id", request_id_rule);
    response.ok = in.boolean("ok");
    response.result = in.optional_object("result").value_or(json_value{});
    response.error = in.optional_text("error", {.size_bytes_max = std::string_view::npos}).value_or("");
    cut_sentence(response.error);
    response.error_code = in.if_fitting(&read_command_error);
    response.detail = in.if_fitting(&read_error_detail);
    response.truncated = in.if_fitting([](field_reader& of) { return of.optional_boolean("truncated"); });
    if (response.ok && response.error_code)
      in.fail("error_code", protocol_errc::conflicting_fields, "expected no error code, as ok is true");
    return response;
  });
}

std::string print_command_response(const command_response& response) {
  json out{{"request_id", response.request_id}, {"ok", response.ok}};
  if (response.ok)
    out["result"] = response.result.get();
  else
    out["error"] = response.error;
  put_command_error(out, response.error_code);
  put_error_detail(out, response.detail);
  put(out, "truncated", response.truncated);
  return print_json(out);
}

result<heartbeat_answer> parse_heartbeat_answer(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, [](field_reader& in) {
    return heartbeat_answer{in.optional_boolean("ok").value_or(true), in.optional_time("timestamp")};
  });
}

std::string print_heartbeat_answer(const heartbeat_answer& answer) {
  std::string out{answer.ok ? R"({"ok":true)" : R"({"ok":false)"};
  if (answer.time) append_timestamp_member(out += ',', *answer.time);
  out += '}';
  return out;
}

std::string print_ok() { return R"({"ok":true})"; }

result<error_body> parse_error_body(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, [](field_reader& in) {
    const nlohmann::json* detail = in.find("detail");
    if (detail != nullptr && !detail->is_string()) return error_body{print_json(*detail)};
    return error_body{in.text("detail", {.size_bytes_max = std::string_view::npos})};
  });
}

std::string print_error_body(const error_body& body) { return print_json({{"detail", body.detail}}); }

}  // namespace kitfox::protocol
