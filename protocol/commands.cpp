#include "protocol/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "protocol/field_reader.hpp"
#include "protocol/ids.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;

constexpr std::size_t continue_size_max = 2048;

constexpr param_rule namespace_param{.name = "namespace",
                                     .kind = param_kind::namespace_name,
                                     .presence = param_presence::defaulted,
                                     .default_text = "default"};
constexpr param_rule namespaces_param{.name = "namespace",
                                      .kind = param_kind::namespace_or_all,
                                      .presence = param_presence::defaulted,
                                      .default_text = "default"};
/// All lists take a namespace; to one that is not namespaced it says nothing.
constexpr param_rule ignored_namespace_param{.name = "namespace", .kind = param_kind::namespace_or_all};
constexpr param_rule selector_param{.name = "label_selector", .kind = param_kind::label_selector};
constexpr param_rule limit_param{
    .name = "limit", .kind = param_kind::integer, .min = 1, .max = list_limit_max};
constexpr param_rule continue_param{.name = "continue", .kind = param_kind::continue_token};

constexpr param_rule required_name(std::string_view name) {
  return {.name = name, .kind = param_kind::object_name, .presence = param_presence::required};
}

constexpr std::array namespaced_list_params{namespaces_param, selector_param, limit_param, continue_param};
constexpr std::array cluster_list_params{ignored_namespace_param, selector_param, limit_param,
                                         continue_param};
constexpr std::array pod_params{required_name("pod_name"), namespace_param};
constexpr std::array log_params{required_name("pod_name"), namespace_param,
                                param_rule{.name = "container", .kind = param_kind::container_name},
                                param_rule{.name = "tail_lines",
                                           .kind = param_kind::integer,
                                           .presence = param_presence::defaulted,
                                           .min = 1,
                                           .max = tail_lines_max,
                                           .default_number = tail_lines_default},
                                param_rule{.name = "previous",
                                           .kind = param_kind::boolean,
                                           .presence = param_presence::defaulted,
                                           .default_number = 0}};
constexpr std::array deployment_params{required_name("deployment_name"), namespace_param};
constexpr std::array node_params{required_name("node_name")};
constexpr std::array configmap_params{required_name("configmap_name"), namespace_param};

constexpr command_rule base(std::string_view name, std::string_view summary,
                            std::span<const param_rule> params) {
  return {name, command_origin::base, summary, params};
}

constexpr command_rule added(std::string_view name, std::string_view summary,
                             std::span<const param_rule> params) {
  return {name, command_origin::added, summary, params};
}

constexpr std::array rules{
    base("list_pods", "Pods of a namespace, with status and restarts", namespaced_list_params),
    base("get_pod_logs", "The last lines a container wrote", log_params),
    base("describe_pod", "One pod with its containers and conditions", pod_params),
    base("get_pod_events", "Events about one pod, newest first", pod_params),
    base("describe_deployment", "One deployment with its replicas and conditions", deployment_params),
    base("list_namespaces", "All namespaces", cluster_list_params),
    added("list_deployments", "Deployments of a namespace", namespaced_list_params),
    added("list_replicasets", "Replica sets of a namespace", namespaced_list_params),
    added("list_services", "Services of a namespace", namespaced_list_params),
    added("list_nodes", "Nodes of the cluster", cluster_list_params),
    added("describe_node", "One node with its conditions and capacity", node_params),
    added("list_events", "Events of a namespace, newest first", namespaced_list_params),
    added("list_configmaps", "Config maps of a namespace, keys only", namespaced_list_params),
    added("get_configmap", "One config map with its values", configmap_params),
    added("cluster_info", "Kubernetes version and counts of nodes and namespaces", {}),
};

bool is_namespace_or_all(std::string_view text) noexcept { return text == "*" || is_dns_label(text); }
bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

text_rule rule_of_text(param_kind kind) {
  switch (kind) {
    case param_kind::namespace_name:
      return {1, 63, &is_dns_label, "a namespace (DNS-1123 label)"};
    case param_kind::namespace_or_all:
      return {1, 63, &is_namespace_or_all, "a namespace (DNS-1123 label) or \"*\""};
    case param_kind::object_name:
      return {1, 253, &is_dns_subdomain, "a name (DNS-1123 subdomain)"};
    case param_kind::container_name:
      return {1, 63, &is_dns_label, "a container (DNS-1123 label)"};
    case param_kind::label_selector:
      return {1, label_selector_size_max, &is_label_selector, "a Kubernetes label selector"};
    case param_kind::continue_token:
      return {1, continue_size_max, &is_printable, "the \"continue\" text of an earlier answer"};
    case param_kind::integer:
    case param_kind::boolean:
      break;
  }
  return {};
}

/// Peers that fill every parameter send "" where they mean none. A namespace is no such parameter: for
/// Kubernetes an empty one would mean all of them.
bool is_empty_as_absent(param_kind kind) noexcept {
  switch (kind) {
    case param_kind::container_name:
    case param_kind::label_selector:
    case param_kind::continue_token:
      return true;
    case param_kind::namespace_name:
    case param_kind::namespace_or_all:
    case param_kind::object_name:
    case param_kind::integer:
    case param_kind::boolean:
      return false;
  }
  return false;
}

/// The value of one parameter, null if it stays absent.
json read_value(field_reader& in, const param_rule& rule) {
  const json* given = in.find(rule.name);
  if (given != nullptr && is_empty_as_absent(rule.kind) && *given == "") given = nullptr;
  const bool read = given != nullptr || rule.presence == param_presence::required;
  const bool fill = rule.presence == param_presence::defaulted;
  switch (rule.kind) {
    case param_kind::integer:
      if (read) return in.integer(rule.name, {rule.min, rule.max});
      return fill ? json(rule.default_number) : json();
    case param_kind::boolean:
      if (read) return in.boolean(rule.name);
      return fill ? json(rule.default_number != 0) : json();
    case param_kind::namespace_name:
    case param_kind::namespace_or_all:
    case param_kind::object_name:
    case param_kind::container_name:
    case param_kind::label_selector:
    case param_kind::continue_token:
      if (read) return in.text(rule.name, rule_of_text(rule.kind));
      return fill ? json(rule.default_text) : json();
  }
  return {};
}

void refuse_unknown(field_reader& in, const json& params, const command_rule& rule) {
  for (const auto& member : params.items()) {
    const auto matches = [&member](const param_rule& each) { return each.name == member.key(); };
    if (std::any_of(rule.params.begin(), rule.params.end(), matches)) continue;
    std::vector<std::string_view> names;
    for (const param_rule& each : rule.params) names.push_back(each.name);
    in.fail(member.key(), protocol_errc::unknown_param,
            names.empty() ? fmt::format("{} takes no parameters", rule.name)
                          : fmt::format("{} takes only {}", rule.name, fmt::join(names, ", ")));
    return;
  }
}

}  // namespace

std::span<const command_rule> command_list() noexcept { return rules; }

const command_rule* find_command(std::string_view name) noexcept {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [name](const auto& rule) { return rule.name == name; });
  return found == rules.end() ? nullptr : &*found;
}

result<json> validate_params(std::string_view command, const json& params, diagnostics& diag) {
  const command_rule* rule = find_command(command);
  if (rule == nullptr) {
    diag = {"/command", {}, fmt::format("unknown command {}", quote_for_diagnostics(command))};
    return make_error_code(protocol_errc::unknown_command);
  }
  field_reader in{params, diag, "/params"};
  if (!in.ok()) return in.error();
  refuse_unknown(in, params, *rule);
  json valid = json::object();
  for (const param_rule& each : rule->params) {
    json value = read_value(in, each);
    if (!value.is_null()) valid[std::string{each.name}] = std::move(value);
  }
  if (!in.ok()) return in.error();
  return valid;
}

}  // namespace kitfox::protocol
