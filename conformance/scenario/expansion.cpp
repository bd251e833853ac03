#include "conformance/scenario/expansion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::size_t included_steps_max = 20'000;
constexpr std::size_t include_depth_max = 8;
constexpr std::size_t cases_max = 500;

using parameter_table = std::map<std::string, yaml_node, std::less<>>;

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The value that a parameter has in a world.
const yaml_node& in_world(const yaml_node& value, world_kind world) {
  if (value.type != yaml_node::kind::map) return value;
  const yaml_node* found = value.find(to_string(world));
  if (found == nullptr) found = value.find("sockets");
  return found == nullptr ? value : *found;
}

class expander {
 public:
  expander(const std::string& file, std::vector<load_error>& errors) : file_{file}, errors_{errors} {}

  parameter_table parameters;
  const yaml_node* blocks = nullptr;
  bool sound = true;

  yaml_node substitute(const yaml_node& node, const std::string& path) {
    yaml_node made = node;
    if (node.is_scalar()) {
      if (node.text.find("{{") != std::string::npos) made = replaced(node, path);
      return made;
    }
    for (std::size_t i = 0; i < made.items.size(); ++i)
      made.items[i] = substitute(node.items[i], fmt::format("{}[{}]", path, i));
    for (yaml_member& member : made.members) {
      const std::string below = path.empty() ? member.key : path + "." + member.key;
      member.value = substitute(member.value, below);
      if (member.key.find("{{") == std::string::npos) continue;
      yaml_node key;
      key.type = yaml_node::kind::text;
      key.text = member.key;
      key.where = member.where;
      member.key = replaced(key, below).text;
    }
    return made;
  }

  void include_steps(const yaml_node& steps, const std::string& path, std::size_t depth, yaml_node& out) {
    for (std::size_t i = 0; i < steps.items.size(); ++i) {
      const yaml_node& step = steps.items[i];
      const yaml_node* const include = step.find("include");
      if (include == nullptr) {
        if (out.items.size() < included_steps_max) out.items.push_back(step);
        continue;
      }
      include_block(step, *include, fmt::format("{}[{}]", path, i), depth, out);
    }
  }

 private:
  void fail(yaml_mark where, std::string path, std::string message) {
    errors_.push_back({{file_, where.line, where.column}, std::move(path), std::move(message)});
  }

  void include_block(const yaml_node& step, const yaml_node& include, const std::string& path,
                     std::size_t depth, yaml_node& out) {
    const yaml_node* const block = blocks == nullptr ? nullptr : blocks->find(include.text);
    if (block == nullptr) {
      std::vector<std::string> names;
      if (blocks != nullptr)
        for (const yaml_member& one : blocks->members) names.push_back(one.key);
      fail(include.where, path,
           fmt::format("no block \"{}\" under `do`{}", include.text, suggestion(include.text, names)));
      yaml_node stand_in = step;
      stand_in.members = {{"comment", include.where, include}};
      out.items.push_back(std::move(stand_in));
      return;
    }
    if (depth == include_depth_max) {
      sound = false;
      fail(include.where, path,
           fmt::format("\"{}\" includes itself, or more than {} levels", include.text, include_depth_max));
      return;
    }
    for (const yaml_member& member : step.members)
      if (member.key != "include" && member.key != "times")
        fail(member.where, path,
             fmt::format("\"{}\" cannot stand beside include; only times can", member.key));
    std::uint64_t times = 1;
    if (const yaml_node* const given = step.find("times"); given != nullptr)
      static_cast<void>(std::from_chars(given->text.data(), given->text.data() + given->text.size(), times));
    for (std::uint64_t n = 0; n < times; ++n) {
      if (out.items.size() >= included_steps_max) {
        sound = false;
        fail(include.where, path, fmt::format("more than {} steps", included_steps_max));
        return;
      }
      const std::size_t errors_before = errors_.size();
      include_steps(*block, "do." + include.text, depth + 1, out);
      if (errors_.size() != errors_before) return;
    }
  }

  /// The parameter named inside the braces that open at `at`; moves `at` behind them.
  const yaml_node* take_reference(const yaml_node& node, std::size_t& at, const std::string& path) {
    const std::size_t end = node.text.find("}}", at);
    if (end == std::string::npos) {
      sound = false;
      fail(node.where, path, "\"{{\" without \"}}\"");
      at = node.text.size();
      return nullptr;
    }
    const std::string name{trim(std::string_view{node.text}.substr(at + 2, end - at - 2))};
    at = end + 2;
    const auto found = parameters.find(name);
    if (found != parameters.end()) return &found->second;
    sound = false;
    std::vector<std::string> names;
    for (const auto& [known, ignored] : parameters) names.push_back(known);
    fail(node.where, path, fmt::format("undefined parameter \"{}\"{}", name, suggestion(name, names)));
    return nullptr;
  }

  yaml_node replaced(const yaml_node& node, const std::string& path) {
    yaml_node made = node;
    made.text.clear();
    made.type = yaml_node::kind::text;
    std::size_t at = 0;
    while (at < node.text.size()) {
      const std::size_t open = node.text.find("{{", at);
      made.text += node.text.substr(at, open == std::string::npos ? open : open - at);
      if (open == std::string::npos) break;
      at = open;
      const yaml_node* const value = take_reference(node, at, path);
      if (value == nullptr) continue;
      const bool alone = open == 0 && at == node.text.size();
      if (alone) made.type = value->type;
      made.text += value->text;
    }
    return made;
  }

  const std::string& file_;
  std::vector<load_error>& errors_;
};

void add_axis_fields(const yaml_node& root, const matrix_choice& choice, parameter_table& parameters) {
  const yaml_node* const matrix = root.find("matrix");
  for (const auto& [axis, value] : choice) {
    const yaml_node& values = *matrix->find(axis);
    if (values.type == yaml_node::kind::map) {
      yaml_node name;
      name.type = yaml_node::kind::text;
      name.text = value;
      parameters[axis] = std::move(name);
      for (const yaml_member& field : values.find(value)->members)
        parameters[axis + "." + field.key] = field.value;
    } else {
      parameters[axis] = *std::ranges::find(values.items, value, &yaml_node::text);
    }
  }
}

void choose_settings(yaml_node& root, world_kind world) {
  for (yaml_member& member : root.members) {
    if (member.key != "settings") continue;
    for (yaml_member& party : member.value.members)
      for (yaml_member& setting : party.value.members) {
        yaml_node chosen = in_world(setting.value, world);
        setting.value = std::move(chosen);
      }
  }
}

void collect_texts(const yaml_node& node, std::string_view skipped_key, std::string& all) {
  if (node.is_scalar()) all += node.text + "\n";
  for (const yaml_node& item : node.items) collect_texts(item, {}, all);
  for (const yaml_member& member : node.members) {
    if (!skipped_key.empty() && member.key == skipped_key) continue;
    all += member.key + "\n";
    collect_texts(member.value, {}, all);
  }
}

}  // namespace

std::vector<matrix_choice> matrix_choices(const yaml_node& root) {
  std::vector<matrix_choice> choices{{}};
  const yaml_node* const matrix = root.find("matrix");
  if (matrix == nullptr) return choices;
  for (const yaml_member& axis : matrix->members) {
    std::vector<std::string> values;
    for (const yaml_node& item : axis.value.items) values.push_back(item.text);
    for (const yaml_member& row : axis.value.members) values.push_back(row.key);
    std::vector<matrix_choice> longer;
    for (const matrix_choice& before : choices)
      for (const std::string& value : values) {
        if (longer.size() == cases_max) break;
        longer.push_back(before);
        longer.back().emplace_back(axis.key, value);
      }
    choices = std::move(longer);
  }
  return choices;
}

expanded_scenario expand(const yaml_node& root, const matrix_choice& choice, world_kind world,
                         const std::string& file, std::vector<load_error>& errors) {
  expander one{file, errors};
  if (const yaml_node* const parameters = root.find("parameters"); parameters != nullptr)
    for (const yaml_member& member : parameters->members)
      one.parameters[member.key] = in_world(member.value, world);
  add_axis_fields(root, choice, one.parameters);

  yaml_node made = root;
  std::erase_if(made.members, [](const yaml_member& member) {
    return member.key == "parameters" || member.key == "matrix";
  });
  made = one.substitute(made, {});
  choose_settings(made, world);

  yaml_node blocks;
  if (const yaml_node* const given = made.find("do"); given != nullptr) blocks = *given;
  one.blocks = &blocks;
  for (yaml_member& member : made.members) {
    if (member.key != "steps") continue;
    yaml_node flat = member.value;
    flat.items.clear();
    one.include_steps(member.value, "steps", 0, flat);
    member.value = std::move(flat);
  }
  std::erase_if(made.members, [](const yaml_member& member) { return member.key == "do"; });
  return {std::move(made), one.sound};
}

void find_unused(const yaml_node& root, const std::string& file, std::vector<load_error>& errors) {
  std::string texts;
  collect_texts(root, "parameters", texts);
  const auto referred = [&](const std::string& name) {
    std::size_t at = 0;
    while ((at = texts.find("{{", at)) != std::string::npos) {
      const std::size_t end = texts.find("}}", at);
      if (end == std::string::npos) return false;
      const std::string_view reference = trim(std::string_view{texts}.substr(at + 2, end - at - 2));
      if (reference == name || reference.starts_with(name + ".")) return true;
      at = end;
    }
    return false;
  };
  const auto complain = [&](std::string_view part, std::string_view noun, const auto& used) {
    const yaml_node* const map = root.find(part);
    if (map == nullptr) return;
    for (const yaml_member& member : map->members)
      if (!used(member.key))
        errors.push_back({{file, member.where.line, member.where.column},
                          std::string{part},
                          fmt::format("the {} \"{}\" is never used", noun, member.key)});
  };
  complain("parameters", "parameter", referred);
  complain("matrix", "axis", referred);
  // A block may be included by way of a parameter, so that with one such include all count as used.
  complain("do", "block", [&](const std::string& name) {
    return texts.find("include\n" + name + "\n") != std::string::npos ||
           texts.find("include\n{{") != std::string::npos;
  });
}

}  // namespace kitfox::conformance
