#include "protocol/caller_messages.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/field_reader.hpp"
#include "protocol/message_fields.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;
using namespace fields;

constexpr text_rule token_rule{1, 128, &is_opaque_token, "1 to 128 printable ASCII characters"};

execute_request read_execute_request(field_reader& in) {
  execute_request request;
  request.cluster_id = in.optional_text("cluster_id", name_rule);
  request.cluster_name = in.optional_text("cluster_name", name_rule);
  request.org_id = in.optional_text("org_id", name_rule);
  request.team_node_id = in.optional_text("team_node_id", name_rule);
  request.command = in.text("command", name_rule);
  request.params = in.optional_object("params").value_or(json_value{});
  request.timeout = in.optional_seconds("timeout", {seconds_rule::lower_bound::positive, command_timeout_max})
                        .value_or(command_timeout_default);
  request.idempotency_key = in.optional_text("idempotency_key", token_rule);
  if (const auto wait = in.optional_integer("wait_ms", {0, execute_wait_max.count()}))
    request.wait = std::chrono::milliseconds{*wait};
  if (request.cluster_id.has_value() == request.cluster_name.has_value())
    in.fail("cluster_id",
            request.cluster_id ? protocol_errc::conflicting_fields : protocol_errc::missing_field,
            "expected exactly one of cluster_id and cluster_name");
  return request;
}

execute_answer read_execute_answer(field_reader& in) {
  execute_answer answer;
  answer.ok = in.boolean("ok");
  answer.result = in.optional_object("result");
  answer.error = in.optional_text("error", sentence_rule);
  answer.error_code = read_command_error(in);
  answer.detail = read_error_detail(in);
  answer.truncated = in.optional_boolean("truncated");
  answer.request_id = in.optional_text("request_id", request_id_rule);
  return answer;
}

cluster_entry read_cluster_entry(field_reader& in) {
  cluster_entry entry;
  entry.cluster_id = in.text("cluster_id", name_rule);
  entry.cluster_name = in.text("cluster_name", name_rule);
  entry.org_id = in.text("org_id", name_rule);
  entry.team_node_id = in.text("team_node_id", name_rule);
  entry.connected_at = in.optional_time("connected_at");
  entry.last_heartbeat = in.optional_time("last_heartbeat");
  entry.agent_version = in.optional_text("agent_version", name_rule);
  entry.kubernetes_version = in.optional_text("kubernetes_version", name_rule);
  entry.node_count = in.optional_integer("node_count", {.min = 0});
  return entry;
}

json to_json(const cluster_entry& entry) {
  json out{{"cluster_id", entry.cluster_id},
           {"cluster_name", entry.cluster_name},
           {"org_id", entry.org_id},
           {"team_node_id", entry.team_node_id}};
  put_time_or_null(out, "connected_at", entry.connected_at);
  put_time_or_null(out, "last_heartbeat", entry.last_heartbeat);
  put_or_null(out, "agent_version", entry.agent_version);
  put_or_null(out, "kubernetes_version", entry.kubernetes_version);
  put_or_null(out, "node_count", entry.node_count);
  return out;
}

}  // namespace

result<execute_request> parse_execute_request(std::string_view json, diagnostics& diag, json_limits limits) {
  return parse_message(json, diag, limits, read_execute_request);
}

std::string print_execute_request(const execute_request& request) {
  json out{{"command", request.command}, {"params", request.params.get()}};
  put(out, "cluster_id", request.cluster_id);
  put(out, "cluster_name", request.cluster_name);
  put(out, "org_id", request.org_id);
  put(out, "team_node_id", request.team_node_id);
  put_seconds(out, "timeout", request.timeout);
  put(out, "idempotency_key", request.idempotency_key);
  if (request.wait) out["wait_ms"] = request.wait->count();
  return print_json(out);
}

result<execute_answer> parse_execute_answer(std::string_view json, diagnostics& diag, json_limits limits) {
  return parse_message(json, diag, limits, read_execute_answer);
}

std::string print_execute_answer(const execute_answer& answer) {
  json out{{"ok", answer.ok}};
  out["result"] = answer.result ? answer.result->get() : json(nullptr);
  put_or_null(out, "error", answer.error);
  put_command_error(out, answer.error_code);
  put_error_detail(out, answer.detail);
  put(out, "truncated", answer.truncated);
  put(out, "request_id", answer.request_id);
  return print_json(out);
}

result<cluster_entry> parse_cluster_entry(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, read_cluster_entry);
}

result<cluster_list> parse_cluster_list(std::string_view json, diagnostics& diag, json_limits limits) {
  return parse_message(json, diag, limits, [](field_reader& in) {
    return cluster_list{read_array<cluster_entry>(in, "clusters", read_cluster_entry)};
  });
}

std::string print_cluster_entry(const cluster_entry& entry) { return print_json(to_json(entry)); }

std::string print_cluster_list(const cluster_list& list) {
  json clusters = json::array();
  for (const cluster_entry& entry : list.clusters) clusters.push_back(to_json(entry));
  return print_json({{"clusters", std::move(clusters)}, {"total", list.clusters.size()}});
}

}  // namespace kitfox::protocol
