#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/scenario/binding.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::string_view step_words[] = {"name", "at", "when", "for", "beside", "times", "proves"};

bool is_verb(std::string_view key) { return std::ranges::find(step_words, key) == std::end(step_words); }

event_trigger::what event_of(const std::string& word) {
  using what = event_trigger::what;
  constexpr what events[] = {what::dial,
                             what::connected,
                             what::disconnected,
                             what::heartbeat,
                             what::command_delivered,
                             what::command_answered,
                             what::kubernetes_call,
                             what::exited};
  return events[choice_of(word, {"dial", "connected", "disconnected", "heartbeat", "command_delivered",
                                 "command_answered", "kubernetes_call", "exited"})];
}

event_trigger bind_trigger(const map_reader& map, const bind_context& context) {
  event_trigger trigger;
  trigger.event = event_of(map.text("event"));
  if (map.has("agent") && map.has("cluster"))
    map.fail("cluster", "\"agent\" and \"cluster\" exclude each other");
  if (map.has("agent"))
    trigger.agents = context.names.agents_at(map, "agent");
  else if (map.has("cluster"))
    trigger.agents = context.names.agents_of(context.names.clusters_at(map, "cluster"));
  trigger.command = map.text("command");
  const bool about_commands = trigger.event == event_trigger::what::command_delivered ||
                              trigger.event == event_trigger::what::command_answered;
  if (!trigger.command.empty() && !about_commands)
    map.fail("command", "only events about commands have a command");
  trigger.nth = map.count("nth").value_or(1);
  trigger.within = map.span_or("within", std::chrono::minutes{1});
  return trigger;
}

verb bind_fault(const std::string& name, const map_reader& map, const bind_context& context) {
  fault_verb fault;
  fault.fault = name;
  fault.links = context.names.links_at(map, "link");
  nlohmann::json parameters = to_json(map.node());
  parameters.erase("link");
  fault.parameters = parameters.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return fault;
}

void bind_timing(const map_reader& map, const bind_context& context, step& into) {
  if (const auto at = map.span("at")) into.timing = *at;
  if (const yaml_node* const when = map.find("when"); when != nullptr)
    into.timing = bind_trigger({*when, map.path_of("when"), context.problems}, context);
  into.lasting = map.span("for");
  if (into.lasting && !context.verbs.undoable.contains(into.verb_name))
    map.fail("for", fmt::format("\"{}\" cannot be undone after a time", into.verb_name));
  if (map.flag("beside")) into.sequence = step::order::beside;
  if (map.has("times")) map.fail("times", "only include can be repeated by times");
}

step bind_step(const yaml_node& node, const std::string& path, const bind_context& context) {
  const map_reader map{node, path, context.problems};
  step made;
  made.where = map.mark();
  const auto found =
      std::ranges::find_if(node.members, [](const yaml_member& one) { return is_verb(one.key); });
  made.verb_name = found->key;
  made.name = map.has("name") ? map.text("name") : made.verb_name;
  bind_timing(map, context, made);
  const std::string below = map.path_of(made.verb_name);
  if (context.verbs.faults.contains(made.verb_name))
    made.action = bind_fault(made.verb_name, {found->value, below, context.problems}, context);
  else
    made.action = bind_verb(made.verb_name, found->value, below, context);
  made.requirement = map.text("proves");
  made.proves_nothing = made.requirement == "nothing";
  if (made.proves_nothing) made.requirement.clear();
  return made;
}

/// A name may come again where a block is included again, never at another place.
void check_names(const yaml_node& list, const bind_context& context) {
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const yaml_node* const name = list.items[i].find("name");
    if (name == nullptr) continue;
    if (context.verbs.verbs.contains(name->text) || name->text == "start" || name->text == "end")
      context.problems.add(name->where, fmt::format("steps[{}].name", i),
                           fmt::format("\"{}\" means something else already", name->text));
    for (std::size_t j = 0; j < i; ++j) {
      const yaml_node* const earlier = list.items[j].find("name");
      if (earlier == nullptr || earlier->text != name->text || earlier->where == name->where) continue;
      context.problems.add(
          name->where, fmt::format("steps[{}].name", i),
          fmt::format("\"{}\" names the step in line {} already", name->text, earlier->where.line));
      break;
    }
  }
}

}  // namespace

std::vector<step> bind_steps(const yaml_node& list, const bind_context& context) {
  check_names(list, context);
  std::vector<step> steps;
  steps.reserve(list.items.size());
  for (std::size_t i = 0; i < list.items.size(); ++i)
    steps.push_back(bind_step(list.items[i], fmt::format("steps[{}]", i), context));
  return steps;
}

void bind_step_references(const yaml_node& list, const bind_context& context, std::vector<step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (context.steps->is_missing(i)) continue;
    const std::string path = fmt::format("steps[{}].{}", i, steps[i].verb_name);
    const yaml_node& value = *list.items[i].find(steps[i].verb_name);
    if (auto* const cancel = std::get_if<cancel_verb>(&steps[i].action); cancel != nullptr) {
      cancel->step = context.steps->find_step(*value.find("step"), path + ".step", context.problems);
      if (cancel->step < steps.size() && !context.steps->is_missing(cancel->step) &&
          !std::holds_alternative<execute_verb>(steps[cancel->step].action))
        context.problems.add(value.find("step")->where, path + ".step",
                             "only an execute step can be cancelled");
    }
    auto* const heal = std::get_if<heal_verb>(&steps[i].action);
    if (heal == nullptr || heal->fault.empty() || context.verbs.faults.contains(heal->fault)) continue;
    const std::size_t found =
        context.steps->find_step(*value.find("fault"), path + ".fault", context.problems);
    if (found < steps.size()) heal->step = found;
  }
}

}  // namespace kitfox::conformance
