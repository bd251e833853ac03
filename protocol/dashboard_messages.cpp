#include "protocol/dashboard_messages.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/field_reader.hpp"
#include "protocol/ids.hpp"
#include "protocol/message_fields.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;
using namespace fields;

constexpr text_rule cluster_name_rule{1, 253, &is_dns_subdomain,
                                      "a cluster name (DNS-1123 label or subdomain)"};
constexpr text_rule display_name_rule{0, display_name_size_max, &is_plain_text,
                                      "a text without control characters"};

cluster_status read_status(field_reader& in) {
  const std::string word = in.text("status", {.size_bytes_max = 64});
  const std::optional<cluster_status> status = parse_cluster_status(word);
  if (status) return *status;
  in.fail("status", protocol_errc::bad_format,
          "expected connected, disconnected or error, got " + quote_for_diagnostics(word));
  return cluster_status::error;
}

dashboard_cluster read_dashboard_cluster(field_reader& in) {
  dashboard_cluster cluster;
  cluster.cluster_id = in.text("cluster_id", name_rule);
  cluster.cluster_name = in.text("cluster_name", name_rule);
  cluster.display_name = in.optional_text("display_name", display_name_rule).value_or(cluster.cluster_name);
  cluster.status = read_status(in);
  cluster.last_heartbeat_at = in.optional_time("last_heartbeat_at");
  cluster.agent_version = in.optional_text("agent_version", name_rule);
  cluster.kubernetes_version = in.optional_text("kubernetes_version", name_rule);
  cluster.node_count = in.optional_integer("node_count", {.min = 0});
  cluster.created_at = in.time("created_at");
  cluster.revoked_at = in.optional_time("revoked_at");
  return cluster;
}

json to_json(const dashboard_cluster& cluster) {
  json out{{"cluster_id", cluster.cluster_id},
           {"cluster_name", cluster.cluster_name},
           {"display_name", cluster.display_name},
           {"status", to_string(cluster.status)}};
  put_time_or_null(out, "last_heartbeat_at", cluster.last_heartbeat_at);
  put_or_null(out, "agent_version", cluster.agent_version);
  put_or_null(out, "kubernetes_version", cluster.kubernetes_version);
  put_or_null(out, "node_count", cluster.node_count);
  put_time(out, "created_at", cluster.created_at);
  put_time_or_null(out, "revoked_at", cluster.revoked_at);
  return out;
}

}  // namespace

std::string_view to_string(cluster_status status) noexcept {
  switch (status) {
    case cluster_status::connected:
      return "connected";
    case cluster_status::disconnected:
      return "disconnected";
    case cluster_status::error:
      return "error";
  }
  return "error";
}

std::optional<cluster_status> parse_cluster_status(std::string_view word) noexcept {
  for (const auto status : {cluster_status::connected, cluster_status::disconnected, cluster_status::error})
    if (to_string(status) == word) return status;
  return std::nullopt;
}

result<create_cluster_request> parse_create_cluster_request(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, [](field_reader& in) {
    return create_cluster_request{in.text("cluster_name", cluster_name_rule),
                                  in.optional_text("display_name", display_name_rule)};
  });
}

std::string print_create_cluster_request(const create_cluster_request& request) {
  json out{{"cluster_name", request.cluster_name}};
  put(out, "display_name", request.display_name);
  return print_json(out);
}

result<create_cluster_answer> parse_create_cluster_answer(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, [](field_reader& in) {
    create_cluster_answer answer;
    answer.cluster_id = in.text("cluster_id", name_rule);
    answer.cluster_name = in.text("cluster_name", name_rule);
    answer.display_name = in.optional_text("display_name", display_name_rule).value_or(answer.cluster_name);
    answer.token = in.text("token", secret_rule);
    answer.helm_install_command = in.optional_text("helm_install_command").value_or("");
    return answer;
  });
}

std::string print_create_cluster_answer(const create_cluster_answer& answer) {
  return print_json({{"cluster_id", answer.cluster_id},
                     {"cluster_name", answer.cluster_name},
                     {"display_name", answer.display_name},
                     {"token", answer.token},
                     {"helm_install_command", answer.helm_install_command}});
}

result<dashboard_cluster> parse_dashboard_cluster(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, read_dashboard_cluster);
}

result<dashboard_list> parse_dashboard_list(std::string_view json, diagnostics& diag, json_limits limits) {
  result<nlohmann::json> document = parse_json(json, diag, limits);
  if (!document) return document.error();
  if (document->is_array()) document = nlohmann::json{{"clusters", std::move(*document)}};
  field_reader in{*document, diag};
  dashboard_list list{read_array<dashboard_cluster>(in, "clusters", read_dashboard_cluster)};
  if (!in.ok()) return in.error();
  return list;
}

std::string print_dashboard_cluster(const dashboard_cluster& cluster) { return print_json(to_json(cluster)); }

std::string print_dashboard_list(const dashboard_list& list) {
  json clusters = json::array();
  for (const dashboard_cluster& cluster : list.clusters) clusters.push_back(to_json(cluster));
  return print_json({{"clusters", std::move(clusters)}, {"total", list.clusters.size()}});
}

result<health_answer> parse_health_answer(std::string_view json, diagnostics& diag) {
  return parse_message(json, diag, {}, [](field_reader& in) {
    return health_answer{in.text("status", name_rule),
                         in.optional_text("service", display_name_rule).value_or("")};
  });
}

std::string print_health_answer(const health_answer& answer) {
  return print_json({{"status", answer.status}, {"service", answer.service}});
}

}  // namespace kitfox::protocol
