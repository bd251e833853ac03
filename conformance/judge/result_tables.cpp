#include "conformance/judge/result_tables.hpp"

namespace kitfox::conformance {
namespace result_members {  // which keeps such short names to itself
namespace {

using enum member_form;
using members = const result_member[];

constexpr members condition_members{
    {"type", text_or_null}, {"status", text_or_null}, {"reason", text_or_null}, {"message", text_or_null}};
constexpr members replica_members{
    {"desired", number}, {"ready", number}, {"available", number}, {"updated", number}};

constexpr members pod_row_members{
    {"name", text},       {"namespace", text},    {"status", text_or_null},    {"ready", text},
    {"restarts", number}, {"node", text_or_null}, {"created_at", text_or_null}};
constexpr members pod_list{{"namespace", text}, {"pod_count", number}, {"pods", list, pod_row_members}};

constexpr members log_members{{"pod_name", text},
                              {"namespace", text},
                              {"container", text_or_null},
                              {"logs", text},
                              {"line_count", number}};

constexpr members container_members{
    {"name", text}, {"image", text}, {"ready", flag}, {"restart_count", number}};
constexpr members pod_members{{"name", text},
                              {"namespace", text},
                              {"status", text_or_null},
                              {"node", text_or_null},
                              {"ip", text_or_null},
                              {"host_ip", text_or_null},
                              {"created_at", text_or_null},
                              {"labels", map},
                              {"annotations", map},
                              {"containers", list, container_members},
                              {"conditions", list, condition_members}};

constexpr members pod_event_members{
    {"type", text_or_null}, {"reason", text_or_null},          {"message", text_or_null},
    {"count", number},      {"first_timestamp", text_or_null}, {"last_timestamp", text_or_null}};
constexpr members pod_event_list{
    {"pod_name", text}, {"namespace", text}, {"event_count", number}, {"events", list, pod_event_members}};

constexpr members deployment_members{{"name", text},
                                     {"namespace", text},
                                     {"replicas", map, replica_members},
                                     {"strategy", text_or_null},
                                     {"labels", map},
                                     {"selector", map},
                                     {"created_at", text_or_null},
                                     {"conditions", list, condition_members}};

constexpr members namespace_row_members{
    {"name", text}, {"status", text_or_null}, {"created_at", text_or_null}};
constexpr members namespace_list{{"namespace_count", number}, {"namespaces", list, namespace_row_members}};

constexpr members deployment_row_members{
    {"name", text}, {"namespace", text}, {"replicas", map, replica_members}, {"created_at", text_or_null}};
constexpr members deployment_list{
    {"namespace", text}, {"deployment_count", number}, {"deployments", list, deployment_row_members}};

constexpr members replicaset_row_members{
    {"name", text},        {"namespace", text},     {"desired", number},         {"ready", number},
    {"available", number}, {"owner", text_or_null}, {"created_at", text_or_null}};
constexpr members replicaset_list{
    {"namespace", text}, {"replicaset_count", number}, {"replicasets", list, replicaset_row_members}};

constexpr members port_members{
    {"name", text_or_null}, {"port", number}, {"target_port", anything}, {"protocol", text_or_null}};
constexpr members service_row_members{{"name", text},
                                      {"namespace", text},
                                      {"type", text_or_null},
                                      {"cluster_ip", text_or_null},
                                      {"ports", list, port_members},
                                      {"selector", map},
                                      {"created_at", text_or_null}};
constexpr members service_list{
    {"namespace", text}, {"service_count", number}, {"services", list, service_row_members}};

constexpr members node_row_members{{"name", text},
                                   {"status", text},
                                   {"roles", list},
                                   {"version", text_or_null},
                                   {"internal_ip", text_or_null},
                                   {"unschedulable", flag},
                                   {"created_at", text_or_null}};
constexpr members node_list{{"node_count", number}, {"nodes", list, node_row_members}};

constexpr members taint_members{{"key", text}, {"value", text_or_null}, {"effect", text}};
constexpr members node_members{{"name", text},
                               {"status", text},
                               {"roles", list},
                               {"version", text_or_null},
                               {"internal_ip", text_or_null},
                               {"unschedulable", flag},
                               {"created_at", text_or_null},
                               {"labels", map},
                               {"annotations", map},
                               {"capacity", map},
                               {"allocatable", map},
                               {"os_image", text_or_null},
                               {"kernel_version", text_or_null},
                               {"container_runtime", text_or_null},
                               {"taints", list, taint_members},
                               {"conditions", list, condition_members}};

constexpr members object_members{{"kind", text_or_null}, {"name", text_or_null}, {"namespace", text_or_null}};
constexpr members event_row_members{
    {"type", text_or_null}, {"reason", text_or_null},          {"message", text_or_null},
    {"count", number},      {"first_timestamp", text_or_null}, {"last_timestamp", text_or_null},
    {"namespace", text},    {"object", map, object_members}};
constexpr members event_list{
    {"namespace", text}, {"event_count", number}, {"events", list, event_row_members}};

constexpr members configmap_row_members{
    {"name", text}, {"namespace", text}, {"keys", list}, {"created_at", text_or_null}};
constexpr members configmap_list{
    {"namespace", text}, {"configmap_count", number}, {"configmaps", list, configmap_row_members}};
constexpr members configmap_members{{"name", text},        {"namespace", text}, {"data", map},
                                    {"binary_keys", list}, {"labels", map},     {"created_at", text_or_null}};

constexpr members cluster_members{{"kubernetes_version", text_or_null},
                                  {"platform", text_or_null},
                                  {"node_count", number},
                                  {"namespace_count", number}};

constexpr result_table tables_of_results[] = {{"list_pods", pod_list},
                                              {"get_pod_logs", log_members},
                                              {"describe_pod", pod_members},
                                              {"get_pod_events", pod_event_list},
                                              {"describe_deployment", deployment_members},
                                              {"list_namespaces", namespace_list},
                                              {"list_deployments", deployment_list},
                                              {"list_replicasets", replicaset_list},
                                              {"list_services", service_list},
                                              {"list_nodes", node_list},
                                              {"describe_node", node_members},
                                              {"list_events", event_list},
                                              {"list_configmaps", configmap_list},
                                              {"get_configmap", configmap_members},
                                              {"cluster_info", cluster_members}};

}  // namespace
}  // namespace result_members

std::span<const result_table> result_tables() noexcept { return result_members::tables_of_results; }

}  // namespace kitfox::conformance
