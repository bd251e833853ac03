#include "agent/kube_commands.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "agent/cluster_census.hpp"
#include "agent/command_results.hpp"
#include "agent/kube_fields.hpp"
#include "agent/list_walk.hpp"
#include "agent/log_tail.hpp"
#include "protocol/commands.hpp"
#include "protocol/json.hpp"
#include "runtime/assert.hpp"

namespace kitfox::agent {

using nlohmann::json;
using runtime::mono_time;
using runtime::task;

enum class item_order { as_listed, newest_first };
enum class item_scope { name_space, cluster };

/// One list command: what it asks for and how its result is called.
struct list_command {
  std::string_view command, group_version, resource;
  const char* count_name;
  const char* list_name;
  json (*row)(const json&);
  item_order order = item_order::as_listed;
  item_scope scope = item_scope::name_space;
};

/// Rows as text: a tree of them takes seven times the memory, and a list may wait long for its next page.
class kube_commands::rows {
 public:
  void add(const json& row) {
    text_ += text_.empty() ? '[' : ',';
    text_ += protocol::print_json(row);
  }
  void clear() { text_.clear(); }
  [[nodiscard]] json take_items() {
    if (text_.empty()) return json::array();
    text_ += ']';
    json items = json::parse(text_);
    text_ = {};
    return items;
  }
  std::string next;  ///< The token of what is left.

 private:
  std::string text_;
};

namespace {

constexpr std::array list_commands{
    list_command{"list_pods", "v1", "pods", "pod_count", "pods", &pod_row},
    list_command{"list_namespaces", "v1", "namespaces", "namespace_count", "namespaces", &namespace_row,
                 item_order::as_listed, item_scope::cluster},
    list_command{"list_deployments", "apps/v1", "deployments", "deployment_count", "deployments",
                 &deployment_row},
    list_command{"list_replicasets", "apps/v1", "replicasets", "replicaset_count", "replicasets",
                 &replicaset_row},
    list_command{"list_services", "v1", "services", "service_count", "services", &service_row},
    list_command{"list_nodes", "v1", "nodes", "node_count", "nodes", &node_row, item_order::as_listed,
                 item_scope::cluster},
    list_command{"list_events", "v1", "events", "event_count", "events", &event_row,
                 item_order::newest_first},
    list_command{"list_configmaps", "v1", "configmaps", "configmap_count", "configmaps", &configmap_row},
};
constexpr list_command pod_events{
    "get_pod_events", "v1", "events", "event_count", "events", &pod_event_row, item_order::newest_first};

/// One command that shows a single object.
struct describe_command {
  std::string_view command, group_version, resource;
  const char* name_param;
  json (*shape)(const json&);
};
constexpr std::array describe_commands{
    describe_command{"describe_pod", "v1", "pods", "pod_name", &describe_pod},
    describe_command{"describe_deployment", "apps/v1", "deployments", "deployment_name",
                     &describe_deployment},
    describe_command{"describe_node", "v1", "nodes", "node_name", &describe_node},
    describe_command{"get_configmap", "v1", "configmaps", "configmap_name", &describe_configmap},
};

constexpr std::string_view all_namespaces = "*";

command_outcome success(json result) {
  command_outcome outcome;
  outcome.result = protocol::json_value{std::move(result)};
  return outcome;
}

command_outcome refusal(error_code error, const protocol::diagnostics& diag) {
  command_outcome outcome;
  outcome.error_code = protocol::to_command_error(error);
  outcome.error = diag.to_string();
  return outcome;
}

}  // namespace

task<command_outcome> kube_commands::run(command_call call) {
  protocol::diagnostics diag;
  const auto valid = protocol::validate_params(call.command, call.params.get(), diag);
  if (!valid) co_return refusal(valid.error(), diag);
  const json& given = *valid;
  for (const list_command& one : list_commands)
    if (one.command == call.command) co_return co_await list(one, given, call.deadline);
  if (call.command == "get_pod_logs") co_return co_await get_pod_logs(given, call.deadline);
  if (call.command == "get_pod_events") co_return co_await get_pod_events(given, call.deadline);
  if (call.command == "cluster_info") co_return co_await cluster_info(call.deadline);
  co_return co_await describe(call.command, given, call.deadline);
}

task<kube_result<kube_commands::rows>> kube_commands::collect(const list_command& what, kube_read pattern,
                                                              const json& given, mono_time deadline) {
  std::optional<std::size_t> wanted;
  if (const std::int64_t limit = number_at(given, {"limit"}); limit > 0)
    wanted = static_cast<std::size_t>(limit);
  list_walk walk{client_.options(), wanted, text_at(given, {"continue"})};
  rows all;
  walk_action action = walk.on_start();
  kube_failure failure;
  while (action.step != walk_action::what::fail) {
    if (action.step == walk_action::what::end) {
      all.next = action.continue_token;
      co_return kube_result<rows>{boost::system::in_place_value, std::move(all)};
    }
    if (action.step == walk_action::what::restart) all.clear();
    kube_read read = pattern;
    read.query.emplace_back("limit", std::to_string(action.limit));
    if (!action.continue_token.empty()) read.query.emplace_back("continue", action.continue_token);
    auto page = co_await client_.read(std::move(read), deadline);
    if (page) {
      const json& items = array_at(*page, {"items"});
      for (const json& item : items) all.add(what.row(item));
      action = walk.on_page(items.size(), text_at(*page, {"metadata", "continue"}));
    } else {
      failure = page.error();
      action = walk.on_failed(failure);
    }
  }
  co_return failure;
}

task<command_outcome> kube_commands::list(const list_command& what, const json& given, mono_time deadline) {
  const std::string name_space = text_at(given, {"namespace"});
  kube_read pattern;
  pattern.verb = "list";
  pattern.group_version = what.group_version;
  pattern.resource = what.resource;
  if (what.scope == item_scope::name_space && name_space != all_namespaces)
    pattern.namespace_name = name_space;
  if (const std::string selector = text_at(given, {"label_selector"}); !selector.empty())
    pattern.query.emplace_back("labelSelector", selector);
  auto all = co_await collect(what, std::move(pattern), given, deadline);
  if (!all) co_return outcome_of(all.error());
  json items = all->take_items();
  if (what.order == item_order::newest_first) sort_newest_first(items);
  json result = json::object();
  if (what.scope == item_scope::name_space) result["namespace"] = name_space;
  result[what.count_name] = items.size();
  result[what.list_name] = std::move(items);
  if (!all->next.empty()) result["continue"] = all->next;
  command_outcome outcome = success(std::move(result));
  outcome.truncated = !all->next.empty() && !given.contains("limit");
  co_return outcome;
}

task<command_outcome> kube_commands::get_pod_events(const json& given, mono_time deadline) {
  const std::string pod = text_at(given, {"pod_name"});
  kube_read pattern;
  pattern.verb = "list";
  pattern.resource = pod_events.resource;
  pattern.namespace_name = text_at(given, {"namespace"});
  // A pod's name is a DNS subdomain, so it holds nothing that means anything in a selector.
  pattern.query.emplace_back("fieldSelector", "involvedObject.kind=Pod,involvedObject.name=" + pod);
  auto all = co_await collect(pod_events, std::move(pattern), json::object(), deadline);
  if (!all) co_return outcome_of(all.error());
  json items = all->take_items();
  sort_newest_first(items);
  json result{{"pod_name", pod}, {"namespace", given.at("namespace")}};
  result["event_count"] = items.size();
  result["events"] = std::move(items);
  command_outcome outcome = success(std::move(result));
  outcome.truncated = !all->next.empty();
  co_return outcome;
}

task<command_outcome> kube_commands::get_pod_logs(const json& given, mono_time deadline) {
  kube_read pattern;
  pattern.resource = "pods";
  pattern.subresource = "log";
  pattern.namespace_name = text_at(given, {"namespace"});
  pattern.name = text_at(given, {"pod_name"});
  const std::string container = text_at(given, {"container"});
  const std::size_t bytes_max = client_.options().log_bytes_max;
  if (!container.empty()) pattern.query.emplace_back("container", container);
  if (flag_at(given, {"previous"})) pattern.query.emplace_back("previous", "true");
  pattern.query.emplace_back("limitBytes", std::to_string(bytes_max));
  log_tail tail{number_at(given, {"tail_lines"}), bytes_max};
  kube_result<std::string> logs{std::string{}};
  do {
    kube_read read = pattern;
    read.query.emplace_back("tailLines", std::to_string(tail.lines()));
    logs = co_await client_.read_text(std::move(read), deadline);
    if (!logs) co_return outcome_of(logs.error());
  } while (tail.on_answer(*logs) == log_tail::step::ask_again);
  json result{{"pod_name", given.at("pod_name")}, {"namespace", given.at("namespace")}};
  result["container"] = container.empty() ? json{} : json(container);
  add_logs(result, *logs);
  command_outcome outcome = success(std::move(result));
  outcome.truncated = tail.cut();
  co_return outcome;
}

task<command_outcome> kube_commands::describe(std::string_view command, const json& given,
                                              mono_time deadline) {
  const auto* what = std::ranges::find(describe_commands, command, &describe_command::command);
  // The allow-list and the tables above name the same commands; a test compares them.
  KITFOX_ASSERT(what != describe_commands.end());
  kube_read read;
  read.group_version = what->group_version;
  read.resource = what->resource;
  read.namespace_name = text_at(given, {"namespace"});
  read.name = text_at(given, {what->name_param});
  auto object = co_await client_.read(std::move(read), deadline);
  if (!object) co_return outcome_of(object.error());
  co_return success(what->shape(*object));
}

task<command_outcome> kube_commands::cluster_info(mono_time deadline) {
  auto version = co_await client_.version(deadline);
  if (!version) co_return outcome_of(version.error());
  const auto nodes = co_await count_objects(client_, "nodes", deadline);
  if (!nodes) co_return outcome_of(nodes.error());
  const auto namespaces = co_await count_objects(client_, "namespaces", deadline);
  if (!namespaces) co_return outcome_of(namespaces.error());
  json result{{"kubernetes_version", text_or_null_at(*version, {"gitVersion"})},
              {"platform", text_or_null_at(*version, {"platform"})},
              {"node_count", *nodes},
              {"namespace_count", *namespaces}};
  co_return success(std::move(result));
}

}  // namespace kitfox::agent
