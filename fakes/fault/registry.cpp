#include "fakes/fault/registry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fakes/fault/faults/list.hpp"
#include "fakes/fault/parameter_reading.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

using selector = fault_kind::selector;

parameter choice_parameter(std::string name, std::string doc, std::string standard,
                           std::vector<std::string> choices) {
  return {std::move(name), parameter_type::choice, std::move(doc), std::move(standard), std::move(choices)};
}

std::string standard_word(taken which) {
  switch (which) {
    case taken::any:
      return "any";
    case taken::established:
      return "established";
    case taken::fresh:
      return "new";
  }
  KITFOX_ASSERT(false);
}

number_set numbers_of(const arguments& values, std::string_view name) {
  if (!values.has(name)) return {};
  const auto set = number_set::parse(values.text(name));
  KITFOX_ASSERT(set.has_value());
  return *set;
}

match match_of(const fault_kind& kind, const arguments& values) {
  match made;
  const std::string& which = values.text("applies_to");
  made.connections = which == "established" ? taken::established : which == "new" ? taken::fresh : taken::any;
  made.connection = numbers_of(values, "connection");
  made.new_connection = numbers_of(values, "new_connection");
  made.probability = values.fraction("probability");
  if (kind.accepts(selector::direction)) {
    const std::string& way = values.text("direction");
    if (way == "upstream") made.way = direction::upstream;
    if (way == "downstream") made.way = direction::downstream;
  }
  if (kind.accepts(selector::request)) {
    if (values.has("method")) made.method = values.text("method");
    if (values.has("path")) made.path = values.text("path");
    made.request = numbers_of(values, "request");
  }
  if (kind.accepts(selector::event)) {
    if (values.has("event_type")) made.event_type = values.text("event_type");
    made.event = numbers_of(values, "event");
  }
  return made;
}

const parameter* find_parameter(const std::vector<parameter>& among, std::string_view name) {
  const auto found =
      std::find_if(among.begin(), among.end(), [&](const parameter& p) { return p.name == name; });
  return found == among.end() ? nullptr : &*found;
}

std::string with_hint(std::string text, std::string_view word, const std::vector<parameter>& among) {
  std::vector<std::string_view> names;
  for (const parameter& one : among) names.push_back(one.name);
  const std::string near = nearest_word(word, names);
  if (!near.empty()) return text + "; did you mean \"" + near + "\"?";
  text += "; it takes";
  for (const std::string_view name : names) text.append(" ").append(name);
  return text;
}

std::string choice_hint(const parameter& one, const nlohmann::json& given) {
  if (one.type != parameter_type::choice || !given.is_string()) return {};
  const std::vector<std::string_view> words{one.choices.begin(), one.choices.end()};
  const std::string near = nearest_word(given.get_ref<const std::string&>(), words);
  return near.empty() ? near : "; did you mean \"" + near + "\"?";
}

}  // namespace

std::string print_allowed(const parameter& one) {
  std::string text;
  for (std::size_t i = 0; i < one.allowed.size(); ++i) {
    const auto [least, most] = one.allowed[i];
    if (i > 0) text += i + 1 == one.allowed.size() ? " or " : ", ";
    if (most == number_range::unbounded)
      text += "at least " + std::to_string(least);
    else
      text += std::to_string(least) + (least == most ? "" : " to " + std::to_string(most));
  }
  return text;
}

std::string describe(const parameter& one) {
  const std::string allowed = print_allowed(one);
  if (allowed.empty()) return one.doc;
  KITFOX_ASSERT(one.doc.ends_with('.'));
  return one.doc.substr(0, one.doc.size() - 1) + ", " + allowed + ".";
}

std::string_view to_string(fault_family family) noexcept {
  switch (family) {
    case fault_family::link:
      return "link";
    case fault_family::connection:
      return "connection";
    case fault_family::tls:
      return "tls";
    case fault_family::http:
      return "http";
    case fault_family::sse:
      return "sse";
    case fault_family::middlebox:
      return "middlebox";
  }
  KITFOX_ASSERT(false);
}

bool fault_kind::accepts(selector one) const noexcept {
  return std::find(selectors.begin(), selectors.end(), one) != selectors.end();
}

registry::registry(std::vector<fault_kind> kinds) : kinds_{std::move(kinds)} {
  std::sort(kinds_.begin(), kinds_.end(),
            [](const fault_kind& a, const fault_kind& b) { return a.name < b.name; });
  for (fault_kind& kind : kinds_) {
    if (kind.family == fault_family::http || kind.family == fault_family::sse) kind.selects_itself = true;
    KITFOX_ASSERT(kind.make != nullptr);
    const auto reserved = match_parameters(kind);
    for (const parameter& one : kind.parameters) KITFOX_ASSERT(find_parameter(reserved, one.name) == nullptr);
  }
}

const registry& registry::standard() {
  static const registry instance{every_fault()};
  return instance;
}

const fault_kind* registry::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(kinds_.begin(), kinds_.end(), [&](const fault_kind& kind) { return kind.name == name; });
  return found == kinds_.end() ? nullptr : &*found;
}

std::string registry::nearest(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const fault_kind& kind : kinds_) names.push_back(kind.name);
  return nearest_word(name, names);
}

std::vector<parameter> registry::match_parameters(const fault_kind& kind) {
  std::vector<parameter> all;
  all.push_back(choice_parameter("applies_to", "Connections it takes, by their state when it was added.",
                                 standard_word(kind.standard_taken), {"any", "established", "new"}));
  all.push_back({"connection", parameter_type::numbers, "Numbers of the connections on their link.", ""});
  all.push_back(
      {"new_connection", parameter_type::numbers, "Numbers of the dials since the fault was added.", ""});
  all.push_back({"probability", parameter_type::fraction, "Chance of each connection, decided once.", "1"});
  if (kind.accepts(selector::direction)) {
    all.push_back(choice_parameter("direction", "Which way the bytes flow that it touches.", "both",
                                   {"both", "upstream", "downstream"}));
  }
  if (kind.accepts(selector::request)) {
    all.push_back({"method", parameter_type::text, "Method of the HTTP request.", ""});
    all.push_back(
        {"path", parameter_type::text,
         "Path of the HTTP request, where * stands for anything; /gateway before it may be left out.", ""});
    all.push_back({"request", parameter_type::numbers,
                   "Numbers of the requests that fit, counted over the link since the fault was added.", ""});
  }
  if (kind.accepts(selector::event)) {
    all.push_back(
        {"event_type", parameter_type::text, "Type of the server-sent event; \"comment\" for comments.", ""});
    all.push_back(
        {"event", parameter_type::numbers, "Numbers of the events that fit, counted likewise.", ""});
  }
  return all;
}

result<planned_fault> registry::plan(std::string name, std::string_view kind,
                                     const nlohmann::json& parameters, plan_diagnostics& why) const {
  const fault_kind* const found = find(kind);
  if (found == nullptr) {
    why = {"", "no fault is called \"" + std::string{kind} + "\""};
    if (const std::string near = nearest(kind); !near.empty())
      why.message += "; did you mean \"" + near + "\"?";
    return errc::unknown_fault;
  }
  if (!parameters.is_object() && !parameters.is_null()) {
    why = {"", found->name + ": expected an object of parameters, got " + parameters.dump()};
    return errc::not_an_object;
  }
  std::vector<parameter> all = found->parameters;
  for (parameter& one : match_parameters(*found)) all.push_back(std::move(one));

  planned_fault made{std::move(name), found, {}, {}};
  for (const auto& [key, given] : parameters.items()) {
    const parameter* const one = find_parameter(all, key);
    if (one == nullptr) {
      why = {key, with_hint(found->name + " has no parameter \"" + key + "\"", key, all)};
      return errc::unknown_parameter;
    }
    auto value = read_parameter(*one, given);
    if (!value) {
      why = {key, found->name + "." + key + ": expected " + expectation(*one) + ", got " + given.dump()};
      why.message += choice_hint(*one, given);
      return errc::bad_parameter;
    }
    made.values.set(key, std::move(*value));
  }
  for (const parameter& one : all) {
    if (parameters.contains(one.name)) continue;
    if (!one.standard) {
      why = {one.name, found->name + "." + one.name + " is missing: expected " + expectation(one)};
      return errc::missing_parameter;
    }
    if (one.standard->empty()) {
      made.values.set(one.name, std::monostate{});
      continue;
    }
    auto value = read_parameter_text(one, *one.standard);
    KITFOX_ASSERT(value.has_value());
    made.values.set(one.name, std::move(*value));
  }
  made.applies_to = match_of(*found, made.values);
  return made;
}

}  // namespace kitfox::fault
