#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fakes/kube/label_selector.hpp"
#include "fakes/kube/table_cells.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

using runtime::wall_time;

std::string text(const json& object, std::initializer_list<std::string_view> path) {
  return std::string{text_at(object, path)};
}

std::string text_or(const json& object, std::initializer_list<std::string_view> path,
                    std::string_view otherwise) {
  const std::string_view found = text_at(object, path);
  return std::string{found.empty() ? otherwise : found};
}

const json& list_at(const json& object, std::initializer_list<std::string_view> path) {
  static const json none = json::array();
  const json& value = value_at(object, path);
  return value.is_array() ? value : none;
}

std::size_t count_at(const json& object, std::initializer_list<std::string_view> path) {
  const json& value = value_at(object, path);
  return value.is_structured() ? value.size() : 0;
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string out;
  for (const std::string& entry : texts) out.append(out.empty() ? "" : separator).append(entry);
  return out;
}

using runtime::lower_case;

// Events carry either the old timestamps or only eventTime.
std::string event_first_time(const json& event, wall_time now) {
  const std::string_view first = text_at(event, {"firstTimestamp"});
  return age_since(first.empty() ? text_at(event, {"eventTime"}) : first, now);
}
json event_last(const json& event, wall_time now) {
  const std::string_view last = text_at(event, {"lastTimestamp"});
  return last.empty() ? event_first_time(event, now) : age_since(last, now);
}
json event_first(const json& event, wall_time now) { return event_first_time(event, now); }
json event_type(const json& event, wall_time) { return text(event, {"type"}); }
json event_reason(const json& event, wall_time) { return text(event, {"reason"}); }
json event_object(const json& event, wall_time) {
  const std::string kind = lower_case(text_at(event, {"involvedObject", "kind"}));
  const std::string_view name = text_at(event, {"involvedObject", "name"});
  return name.empty() ? kind : kind + "/" + std::string{name};
}
json event_part(const json& event, wall_time) { return text(event, {"involvedObject", "fieldPath"}); }
json event_source(const json& event, wall_time) {
  const std::string component = text_or(event, {"source", "component"}, text(event, {"reportingComponent"}));
  const std::string_view host = text_at(event, {"source", "host"});
  return host.empty() ? component : component + ", " + std::string{host};
}
json event_message(const json& event, wall_time) {
  std::string message = text(event, {"message"});
  const std::size_t end = message.find_last_not_of(" \t\r\n");
  message.erase(end == std::string::npos ? 0 : end + 1);
  return message;
}
json event_count(const json& event, wall_time) {
  return number_at(event, {"series", "count"}, number_at(event, {"count"}));
}

json service_type(const json& service, wall_time) { return text(service, {"spec", "type"}); }
json service_ip(const json& service, wall_time) { return text_or(service, {"spec", "clusterIP"}, "<none>"); }
json service_external(const json& service, wall_time) {
  const std::string type = text(service, {"spec", "type"});
  if (type == "ExternalName") return text(service, {"spec", "externalName"});
  std::vector<std::string> addresses;
  for (const json& ingress : list_at(service, {"status", "loadBalancer", "ingress"})) {
    addresses.push_back(text_or(ingress, {"ip"}, text(ingress, {"hostname"})));
  }
  for (std::string& address : texts_at(service, {"spec", "externalIPs"}))
    addresses.push_back(std::move(address));
  if (addresses.empty() && type == "LoadBalancer") return "<pending>";
  return joined_or_none(addresses);
}
json service_ports(const json& service, wall_time) {
  std::vector<std::string> ports;
  for (const json& port : list_at(service, {"spec", "ports"})) {
    std::string number = std::to_string(number_at(port, {"port"}));
    if (const auto node_port = number_at(port, {"nodePort"}); node_port > 0) {
      number += ":" + std::to_string(node_port);
    }
    ports.push_back(number + "/" + text_or(port, {"protocol"}, "TCP"));
  }
  return joined_or_none(ports);
}
json service_selector(const json& service, wall_time) {
  return labels_or_none(value_at(service, {"spec", "selector"}));
}

json node_status(const json& node, wall_time) {
  std::string status = "Unknown";
  for (const json& condition : list_at(node, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) != "Ready") continue;
    status = text_at(condition, {"status"}) == "True" ? "Ready" : "NotReady";
  }
  return is_true_at(node, {"spec", "unschedulable"}) ? status + ",SchedulingDisabled" : status;
}
json node_roles(const json& node, wall_time) {
  constexpr std::string_view prefix = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  if (const json& labels = value_at(node, {"metadata", "labels"}); labels.is_object()) {
    for (const auto& [key, value] : labels.items()) {
      if (key.starts_with(prefix) && key.size() > prefix.size()) roles.push_back(key.substr(prefix.size()));
      if (key == "kubernetes.io/role" && value.is_string()) roles.push_back(value.get<std::string>());
    }
  }
  return joined_or_none(roles);
}
json node_version(const json& node, wall_time) {
  return text(node, {"status", "nodeInfo", "kubeletVersion"});
}
std::string node_address(const json& node, std::string_view type) {
  for (const json& address : list_at(node, {"status", "addresses"})) {
    if (text_at(address, {"type"}) == type) return text(address, {"address"});
  }
  return "<none>";
}
json node_internal(const json& node, wall_time) { return node_address(node, "InternalIP"); }
json node_external(const json& node, wall_time) { return node_address(node, "ExternalIP"); }
json node_image(const json& node, wall_time) {
  return text_or(node, {"status", "nodeInfo", "osImage"}, "<unknown>");
}
json node_kernel(const json& node, wall_time) {
  return text_or(node, {"status", "nodeInfo", "kernelVersion"}, "<unknown>");
}
json node_runtime(const json& node, wall_time) {
  return text_or(node, {"status", "nodeInfo", "containerRuntimeVersion"}, "<unknown>");
}

json namespace_status(const json& ns, wall_time) { return text(ns, {"status", "phase"}); }
json data_count(const json& object, wall_time) {
  return count_at(object, {"data"}) + count_at(object, {"binaryData"});
}
json secret_type(const json& secret, wall_time) { return text(secret, {"type"}); }
json account_secrets(const json& account, wall_time) { return count_at(account, {"secrets"}); }

json ingress_class(const json& ingress, wall_time) {
  return text_or(ingress, {"spec", "ingressClassName"}, "<none>");
}
json ingress_hosts(const json& ingress, wall_time) {
  std::vector<std::string> hosts;
  for (const json& rule : list_at(ingress, {"spec", "rules"})) {
    if (!text_at(rule, {"host"}).empty()) hosts.push_back(text(rule, {"host"}));
  }
  return hosts.empty() ? "*" : joined(hosts, ",");
}
json ingress_address(const json& ingress, wall_time) {
  std::vector<std::string> addresses;
  for (const json& entry : list_at(ingress, {"status", "loadBalancer", "ingress"})) {
    addresses.push_back(text_or(entry, {"ip"}, text(entry, {"hostname"})));
  }
  return joined(addresses, ",");
}
json ingress_ports(const json& ingress, wall_time) {
  return list_at(ingress, {"spec", "tls"}).empty() ? "80" : "80, 443";
}
json policy_selector(const json& policy, wall_time) {
  return print_label_selector(value_at(policy, {"spec", "podSelector"}));
}

json binding_role(const json& binding, wall_time) {
  return text(binding, {"roleRef", "kind"}) + "/" + text(binding, {"roleRef", "name"});
}
std::string subjects_of(const json& binding, std::string_view kind) {
  std::vector<std::string> names;
  for (const json& subject : list_at(binding, {"subjects"})) {
    if (text_at(subject, {"kind"}) != kind) continue;
    const std::string ns = text(subject, {"namespace"});
    const std::string name = text(subject, {"name"});
    names.push_back(kind == "ServiceAccount" ? ns + "/" + name : name);
  }
  return joined(names, ", ");
}
json binding_users(const json& binding, wall_time) { return subjects_of(binding, "User"); }
json binding_groups(const json& binding, wall_time) { return subjects_of(binding, "Group"); }
json binding_accounts(const json& binding, wall_time) { return subjects_of(binding, "ServiceAccount"); }

constexpr table_column data_column{"Data", "string", "", "Number of keys.", 0, data_count};

constexpr std::array event_table{
    table_column{"Last Seen", "string", "", "Time since it happened last.", 0, event_last},
    table_column{"Type", "string", "", "Normal or Warning.", 0, event_type},
    table_column{"Reason", "string", "", "Why, in one word.", 0, event_reason},
    table_column{"Object", "string", "", "What it is about.", 0, event_object},
    table_column{"Subobject", "string", "", "Which part of the object.", 1, event_part},
    table_column{"Source", "string", "", "Who reports it.", 1, event_source},
    table_column{"Message", "string", "", "What happened.", 0, event_message},
    table_column{"First Seen", "string", "", "Time since it happened first.", 1, event_first},
    table_column{"Count", "string", "", "How often it happened.", 1, event_count},
    table_column{"Name", "string", "name", "Name of the event.", 1, name_cell},
};
constexpr std::array service_table{
    name_column,
    table_column{"Type", "string", "", "How it is exposed.", 0, service_type},
    table_column{"Cluster-IP", "string", "", "Address within the cluster.", 0, service_ip},
    table_column{"External-IP", "string", "", "Addresses from outside.", 0, service_external},
    table_column{"Port(s)", "string", "", "Ports and protocols.", 0, service_ports},
    age_column,
    table_column{"Selector", "string", "", "Which pods serve it.", 1, service_selector},
};
constexpr std::array node_table{
    name_column,
    table_column{"Status", "string", "", "Whether it takes pods.", 0, node_status},
    table_column{"Roles", "string", "", "Its roles in the cluster.", 0, node_roles},
    age_column,
    table_column{"Version", "string", "", "Version of the kubelet.", 0, node_version},
    table_column{"Internal-IP", "string", "", "Address within the cluster.", 1, node_internal},
    table_column{"External-IP", "string", "", "Address from outside.", 1, node_external},
    table_column{"OS-Image", "string", "", "Operating system.", 1, node_image},
    table_column{"Kernel-Version", "string", "", "Version of the kernel.", 1, node_kernel},
    table_column{"Container-Runtime", "string", "", "Container runtime and its version.", 1, node_runtime},
};
constexpr std::array namespace_table{
    name_column, table_column{"Status", "string", "", "Active or Terminating.", 0, namespace_status},
    age_column};
constexpr std::array config_map_table{name_column, data_column, age_column};
constexpr std::array secret_table{name_column,
                                  table_column{"Type", "string", "", "What it holds.", 0, secret_type},
                                  data_column, age_column};
constexpr std::array account_table{
    name_column, table_column{"Secrets", "string", "", "Number of secrets.", 0, account_secrets}, age_column};
constexpr std::array ingress_table{
    name_column,
    table_column{"Class", "string", "", "Which controller serves it.", 0, ingress_class},
    table_column{"Hosts", "string", "", "Host names it routes.", 0, ingress_hosts},
    table_column{"Address", "string", "", "Addresses of the load balancer.", 0, ingress_address},
    table_column{"Ports", "string", "", "Ports it listens on.", 0, ingress_ports},
    age_column,
};
constexpr std::array network_policy_table{
    name_column, table_column{"Pod-Selector", "string", "", "Which pods it is for.", 0, policy_selector},
    age_column};
constexpr std::array binding_table{
    name_column,
    table_column{"Role", "string", "", "The role that is granted.", 0, binding_role},
    age_column,
    table_column{"Users", "string", "", "Users it is granted to.", 1, binding_users},
    table_column{"Groups", "string", "", "Groups it is granted to.", 1, binding_groups},
    table_column{"ServiceAccounts", "string", "", "Service accounts it is granted to.", 1, binding_accounts},
};

std::string number_or_share(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? std::to_string(value.get<std::int64_t>()) : "N/A";
}

json budget_least(const json& budget, runtime::wall_time) {
  return number_or_share(value_at(budget, {"spec", "minAvailable"}));
}

json budget_most(const json& budget, runtime::wall_time) {
  return number_or_share(value_at(budget, {"spec", "maxUnavailable"}));
}

json budget_allowed(const json& budget, runtime::wall_time) {
  return number_at(budget, {"status", "disruptionsAllowed"});
}

constexpr std::array budget_table{
    name_column,
    table_column{"Min Available", "string", "", "Pods that must stay.", 0, budget_least},
    table_column{"Max Unavailable", "string", "", "Pods that may be missing.", 0, budget_most},
    table_column{"Allowed Disruptions", "integer", "", "Pods that may go now.", 0, budget_allowed},
    age_column,
};

}  // namespace

std::span<const table_column> cluster_columns(const resource_type& type) {
  if (type.kind == "Event") return event_table;
  if (type.kind == "Service") return service_table;
  if (type.kind == "Node") return node_table;
  if (type.kind == "Namespace") return namespace_table;
  if (type.kind == "ConfigMap") return config_map_table;
  if (type.kind == "Secret") return secret_table;
  if (type.kind == "ServiceAccount") return account_table;
  if (type.kind == "Ingress") return ingress_table;
  if (type.kind == "NetworkPolicy") return network_policy_table;
  if (type.kind == "RoleBinding" || type.kind == "ClusterRoleBinding") return binding_table;
  if (type.kind == "PodDisruptionBudget") return budget_table;
  return {};
}

}  // namespace kitfox::kube
