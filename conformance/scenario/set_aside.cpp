#include "conformance/scenario/set_aside.hpp"

#include <algorithm>
#include <charconv>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/scenario_schema.hpp"
#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

/// What other steps and checks call a step by: its verb, or the one that was meant.
std::string verb_of(const yaml_node& broken) {
  const std::vector<std::string> known{scenario_verbs().verbs.begin(), scenario_verbs().verbs.end()};
  for (const yaml_member& one : broken.members)
    if (std::ranges::find(known, one.key) != known.end()) return one.key;
  for (const yaml_member& one : broken.members)
    if (const std::string near = nearest_word(one.key, known); !near.empty()) return near;
  return "comment";
}

bool is_name(const yaml_node& node) {
  return node.type == yaml_node::kind::text && !node.text.empty() && node.text.front() >= 'a' &&
         node.text.front() <= 'z' &&
         node.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

// Nothing that was read stands in line 0.
yaml_node quiet_step(const yaml_node& broken) {
  yaml_node made;
  made.type = yaml_node::kind::map;
  made.where = broken.where;
  if (const yaml_node* const name = broken.find("name"); name != nullptr && is_name(*name))
    made.members.push_back({"name", name->where, *name});
  yaml_node verb;
  verb.type = yaml_node::kind::text;
  verb.text = verb_of(broken);
  verb.where = broken.where;
  made.members.push_back({"comment", {}, std::move(verb)});
  return made;
}

yaml_node quiet_check(const yaml_node& broken) {
  yaml_node made, nothing;
  made.type = nothing.type = yaml_node::kind::map;
  made.where = nothing.where = broken.where;
  made.members.push_back({"no_misroute", {}, std::move(nothing)});
  return made;
}

/// Texts for readers alone.
bool is_aside(const std::string& path) { return path == "title" || path == "because" || path == "area"; }

yaml_node* list_of(yaml_node& root, std::string_view key) {
  const auto found = std::ranges::find(root.members, key, &yaml_member::key);
  return found == root.members.end() ? nullptr : &found->value;
}

}  // namespace

std::optional<std::size_t> part_of(const std::string& path, std::string_view list) {
  if (!path.starts_with(list) || path.size() <= list.size() + 1 || path[list.size()] != '[')
    return std::nullopt;
  std::size_t index = 0;
  const char* const begin = path.data() + list.size() + 1;
  const auto [end, error] = std::from_chars(begin, path.data() + path.size(), index);
  if (error != std::errc{} || end == path.data() + path.size() || *end != ']') return std::nullopt;
  return index;
}

bool set_aside(yaml_node& root, std::span<const load_error> violations) {
  for (const load_error& one : violations)
    if (!part_of(one.path, "steps") && !part_of(one.path, "expect") && !is_aside(one.path)) return false;
  for (const load_error& one : violations) {
    for (const std::string_view key : {"steps", "expect"}) {
      const auto index = part_of(one.path, key);
      yaml_node* const list = list_of(root, key);
      if (!index || list == nullptr || *index >= list->items.size()) continue;
      yaml_node& part = list->items[*index];
      if (!is_set_aside(part)) part = key == "steps" ? quiet_step(part) : quiet_check(part);
    }
  }
  return true;
}

bool is_set_aside(const yaml_node& part) {
  return std::ranges::any_of(part.members, [](const yaml_member& one) { return one.where.line == 0; });
}

}  // namespace kitfox::conformance
