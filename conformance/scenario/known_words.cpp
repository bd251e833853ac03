#include "conformance/scenario/known_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/scenario/scalar_text.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "fakes/kube/resource_catalog.hpp"
#include "protocol/commands.hpp"

namespace kitfox::conformance {
namespace {

using word_list = std::vector<std::string>;

void refuse_unknown(const map_reader& map, std::string_view key, std::string_view what,
                    const std::string& word, const word_list& known) {
  if (std::ranges::find(known, word) == known.end())
    map.fail(key, fmt::format("unknown {} \"{}\"{}", what, word, suggestion(word, known)));
}

/// Those of the API server, and what RBAC alone speaks of.
const word_list& resource_names() {
  static const word_list names = [] {
    word_list all{"users", "groups", "*"};
    for (const kube::resource_type& one : kube::all_resources()) all.emplace_back(one.plural);
    return all;
  }();
  return names;
}

const word_list& subresource_names() {
  static const word_list names = [] {
    word_list all{"ephemeralcontainers", "*"};
    for (const kube::resource_type& one : kube::all_resources())
      for (const kube::subresource_type& below : kube::subresources_of(one)) all.emplace_back(below.name);
    return all;
  }();
  return names;
}

const word_list& group_names() {
  static const word_list names = [] {
    word_list all{"metrics.k8s.io", "*"};
    for (const kube::group_version& one : kube::group_versions()) all.emplace_back(one.group);
    return all;
  }();
  return names;
}

/// A group of custom resources has a domain of its own.
bool is_custom_group(const std::string& group) {
  const word_list& known = group_names();
  return std::ranges::find(known, group) == known.end() && group.find('.') != std::string::npos &&
         nearest_word(group, known).empty();
}

void check_can_i(const map_reader& map) {
  const std::string group = map.text("api_group");
  if (is_custom_group(group)) return;
  refuse_unknown(map, "api_group", "API group", group, group_names());
  check_resources(map, "resource");
  if (const std::string below = map.text("subresource"); !below.empty())
    refuse_unknown(map, "subresource", "subresource", below, subresource_names());
}

/// Of the protocol, and what the scenario sends itself.
word_list commands_in(const scenario& of) {
  word_list names;
  for (const protocol::command_rule& known : protocol::command_list()) names.emplace_back(known.name);
  for (const step& one : of.steps)
    if (const auto* const call = std::get_if<execute_verb>(&one.action)) names.push_back(call->command);
  return names;
}

void check_command_word(const map_reader& map, const scenario& of) {
  if (map.has("command")) refuse_unknown(map, "command", "command", map.text("command"), commands_in(of));
}

/// Paths that agents ask the gateway for; what redirects name is their own.
void check_path(const map_reader& map, const scenario& of) {
  const std::string path = map.text("path");
  const bool redirected = std::ranges::any_of(of.steps, [](const step& one) {
    const auto* const fault = std::get_if<fault_verb>(&one.action);
    return fault != nullptr && fault->fault == "redirect";
  });
  constexpr std::string_view responses = "/agent/response/";
  if (path.empty() || redirected || (path.starts_with(responses) && path.size() > responses.size())) return;
  static const word_list known{"/agent/connect", "/agent/heartbeat", "/agent/response/*"};
  if (std::ranges::none_of(known, [&](const std::string& one) { return fits_glob(path, one); }))
    map.fail("path", fmt::format("no path of an agent fits \"{}\"{}", path, suggestion(path, known)));
}

/// SPEC.md, "What can be observed", and how the suite tells of the probe file.
void check_log_event(const map_reader& map) {
  static const word_list known{"connected_to_gateway", "disconnected", "connect_failed", "key_rejected",
                               "readiness"};
  const std::string node = map.text("node");
  if (node != "gateway" && !node.starts_with("kubernetes:"))
    refuse_unknown(map, "event", "log event", map.text("event"), known);
}

void check_part(std::string_view name, const map_reader& map, const scenario& of) {
  if (name == "kubernetes" || name == "kubernetes_calls") check_resources(map, "resource");
  if (name == "can_i") check_can_i(map);
  if (name == "when" || name == "delivered") check_command_word(map, of);
  if (name == "requests") check_path(map, of);
  if (name == "log" && map.has("event")) check_log_event(map);
}

}  // namespace

void check_resources(const map_reader& map, std::string_view key) {
  for (const std::string& one : map.texts(key)) {
    const std::size_t slash = one.find('/');
    refuse_unknown(map, key, "resource", one.substr(0, slash), resource_names());
    if (slash != std::string::npos)
      refuse_unknown(map, key, "subresource", one.substr(slash + 1), subresource_names());
  }
}

void check_words(const yaml_node& root, const scenario& of, problem_list& problems) {
  for (const char* const part : {"steps", "expect"}) {
    const yaml_node* const list = root.find(part);
    if (list == nullptr) continue;
    for (std::size_t i = 0; i < list->items.size(); ++i)
      for (const yaml_member& one : list->items[i].members)
        check_part(one.key, {one.value, fmt::format("{}[{}].{}", part, i, one.key), problems}, of);
  }
}

}  // namespace kitfox::conformance
