#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <variant>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

/// Splits "heal+2s" into "heal" and "+2s".
std::pair<std::string_view, std::string_view> split_offset(std::string_view text) {
  const std::size_t sign = text.find_last_of("+-");
  if (sign == text.npos || sign == 0) return {text, {}};
  return {text.substr(0, sign), text.substr(sign)};
}

}  // namespace

const step* step_names::find(std::string_view name, std::size_t& index) const {
  std::uint64_t nth = 1;
  if (const std::size_t hash = name.find('#'); hash != name.npos) {
    const std::string_view digits = name.substr(hash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), nth);
    if (error != std::errc{} || end != digits.data() + digits.size()) return nullptr;
    name = name.substr(0, hash);
  }
  for (index = 0; index < steps_.size(); ++index)
    if ((steps_[index].name == name || steps_[index].verb_name == name) && --nth == 0) return &steps_[index];
  return nullptr;
}

std::vector<std::string> step_names::known_names() const {
  std::vector<std::string> names{"start", "end"};
  for (const step& one : steps_)
    for (const std::string& name : {one.name, one.verb_name})
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

std::size_t step_names::find_step(const yaml_node& node, const std::string& path,
                                  problem_list& problems) const {
  std::size_t index = 0;
  if (find(node.text, index) != nullptr) return index;
  problems.add(node.where, path,
               fmt::format("no step \"{}\"{}", node.text, suggestion(node.text, known_names())));
  return steps_.size();
}

moment step_names::find_moment(const yaml_node& node, const std::string& path, problem_list& problems) const {
  moment made;
  made.where = problems.mark(node.where);
  made.text = node.text;
  if (const auto absolute = parse_duration(node.text)) {
    made.offset = *absolute;
    return made;
  }
  auto [name, offset] = split_offset(node.text);
  if (!offset.empty()) made.offset = parse_duration(offset).value_or(duration{});
  if (name == "start") return made;
  if (name == "end") {
    made.from = moment::anchor::scenario_end;
    return made;
  }
  made.from = moment::anchor::step_begin;
  if (name.ends_with(".end")) {
    made.from = moment::anchor::step_end;
    name.remove_suffix(4);
  }
  if (find(name, made.step) != nullptr) return made;
  // Without a heal step, "heal" is when the last fault with a `for` was undone by itself.
  const auto undone =
      std::find_if(steps_.rbegin(), steps_.rend(), [](const step& one) { return one.lasting.has_value(); });
  if (name == "heal" && undone != steps_.rend()) {
    made.from = moment::anchor::step_end;
    made.step = static_cast<std::size_t>(steps_.rend() - undone) - 1;
    return made;
  }
  made.from = moment::anchor::scenario_start;
  made.step = 0;
  if (name == "heal" && !missing_.empty()) return made;
  problems.add(node.where, path,
               name == "heal" ? "no heal step, and no step with a `for` that heals by itself"
                              : fmt::format("no step \"{}\"{}", name, suggestion(name, known_names())));
  return made;
}

bool expects_something(const step& one) {
  if (std::holds_alternative<await_verb>(one.action) || std::holds_alternative<can_i_verb>(one.action))
    return true;
  if (const auto* const call = std::get_if<execute_verb>(&one.action)) return call->expect.has_value();
  if (const auto* const ask = std::get_if<ask_verb>(&one.action)) return ask->expect.has_value();
  const auto* const send = std::get_if<send_verb>(&one.action);
  return send != nullptr && send->expect.has_value();
}

}  // namespace kitfox::conformance
