#include "fakes/fault/toxic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "fakes/fault/faults/list.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

using nlohmann::json;

constexpr std::string_view own_prefix = "fault/";

/// An attribute of toxiproxy's: a whole number, 0 where it is left out.
struct toxic_attribute {
  std::string_view name;
  std::string_view parameter;  ///< Of the fault.
  std::string_view unit;       ///< Appended to the number; "" passes the number.
  std::uint64_t factor = 1;
};
struct toxic_type {
  std::string_view name, fault;
  std::array<toxic_attribute, 3> attributes;
  std::size_t attribute_count;
  /// Parameters that are always the same.
  std::string_view fixed_name{}, fixed_value{};

  [[nodiscard]] std::span<const toxic_attribute> used() const { return {attributes.data(), attribute_count}; }
};

constexpr std::array<toxic_type, 7> types{{
    {"latency", "latency", {{{"latency", "delay", "ms"}, {"jitter", "jitter", "ms"}}}, 2},
    {"bandwidth", "rate", {{{"rate", "bytes_per_second", "", 1000}}}, 1},
    {"slow_close", "slow_close", {{{"delay", "delay", "ms"}}}, 1},
    {"timeout", "mute", {{{"timeout", "after", "ms"}}}, 1},
    {"reset_peer", "rst", {{{"timeout", "after", "ms"}}}, 1, "applies_to", "any"},
    {"slicer",
     "slice",
     {{{"average_size", "size", ""}, {"size_variation", "variation", ""}, {"delay", "delay", "us"}}},
     3},
    {"limit_data", "limit_bytes", {{{"bytes", "bytes", ""}}}, 1},
}};

/// What toxiproxy's types are made of: our faults, but for the latency, which there delays no dial.
const registry& kinds_of_toxics() {
  static const registry kinds = [] {
    std::vector<fault_kind> all{faults::latency_of_bytes()};
    for (const toxic_type& one : types) {
      if (one.fault != "latency") all.push_back(*registry::standard().find(one.fault));
    }
    // There an attribute that was left out is 0.
    for (fault_kind& kind : all) {
      for (parameter& one : kind.parameters) one.allowed.clear();
    }
    return registry{std::move(all)};
  }();
  return kinds;
}

/// The type that was most likely meant: toxiproxy's own names first, which alone take its attributes.
std::string nearest_type(std::string_view name, std::string_view own) {
  if (own.empty()) {
    std::vector<std::string_view> names;
    for (const toxic_type& one : types) names.push_back(one.name);
    if (std::string near = nearest_word(name, names); !near.empty()) return near;
  }
  const std::string near = registry::standard().nearest(own.empty() ? name : own);
  return near.empty() ? near : std::string{own_prefix} + near;
}

const toxic_type* find_type(std::string_view name) {
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const toxic_type& one) { return one.name == name; });
  return found == types.end() ? nullptr : &*found;
}

bool is_own(std::string_view type) { return type.starts_with(own_prefix); }

std::string_view word(direction stream) { return stream == direction::upstream ? "upstream" : "downstream"; }

/// The most that any unit times any factor keeps within 64-bit nanoseconds.
constexpr std::uint64_t attribute_max = 9'000'000'000'000;

bool read_attributes(const toxic_type& type, const json& given, json& into, api_failure& why) {
  for (const auto& [key, value] : given.items()) {
    const auto used = type.used();
    const auto known =
        std::find_if(used.begin(), used.end(), [&, &k = key](const auto& one) { return one.name == k; });
    if (known == used.end()) {
      why = {400, fmt::format("bad request body: {} has no attribute \"{}\"", type.name, key)};
      return false;
    }
    const bool whole =
        value.is_number_integer() && (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
    if (!whole || value.get<std::uint64_t>() > attribute_max) {
      why = {400, fmt::format("bad request body: attributes.{}: expected a whole number, got {}", key,
                              value.dump())};
      return false;
    }
    into[key] = value;
  }
  return true;
}

bool read_toxicity(const json& body, toxic& into, api_failure& why) {
  if (!body.contains("toxicity")) return true;
  const json& given = body["toxicity"];
  if (!given.is_number() || !(given.get<double>() >= 0.0 && given.get<double>() <= 1.0)) {
    why = {400, "bad request body: toxicity: expected a number from 0 to 1, got " + given.dump()};
    return false;
  }
  into.toxicity = given.get<double>();
  return true;
}

bool read_attributes(const json& body, toxic& into, api_failure& why) {
  if (!body.contains("attributes") || body["attributes"].is_null()) return true;
  const json& given = body["attributes"];
  if (!given.is_object()) {
    why = {400, "bad request body: attributes: expected an object, got " + given.dump()};
    return false;
  }
  if (const toxic_type* const type = find_type(into.type)) {
    return read_attributes(*type, given, into.attributes, why);
  }
  into.attributes.update(given);
  return true;
}

bool read_text(const json& body, const char* key, std::string& into, api_failure& why) {
  if (!body.contains(key)) return true;
  if (!body[key].is_string()) {
    why = {400, fmt::format("bad request body: {}: expected a text, got {}", key, body[key].dump())};
    return false;
  }
  into = body[key].get<std::string>();
  return true;
}

json fault_parameters(const toxic_type& type, const json& attributes) {
  json made = json::object();
  for (const toxic_attribute& one : type.used()) {
    const std::uint64_t number = attributes.at(std::string{one.name}).get<std::uint64_t>() * one.factor;
    const std::string name{one.parameter};
    if (one.unit.empty()) {
      made[name] = number;
    } else {
      made[name] = std::to_string(number) + std::string{one.unit};
    }
  }
  if (!type.fixed_name.empty()) made[std::string{type.fixed_name}] = type.fixed_value;
  return made;
}

}  // namespace

json toxic::print() const {
  return {{"name", name},
          {"type", type},
          {"stream", word(stream)},
          {"toxicity", toxicity},
          {"attributes", attributes}};
}

std::optional<toxic> parse_toxic(const json& body, api_failure& why) {
  if (!body.is_object()) {
    why = {400, "bad request body: expected an object"};
    return std::nullopt;
  }
  toxic made;
  std::string stream = "downstream";
  if (!read_text(body, "name", made.name, why) || !read_text(body, "type", made.type, why) ||
      !read_text(body, "stream", stream, why)) {
    return std::nullopt;
  }
  if (stream != "upstream" && stream != "downstream") {
    why = {400, "stream was invalid, can be either upstream or downstream"};
    return std::nullopt;
  }
  made.stream = stream == "upstream" ? direction::upstream : direction::downstream;
  const toxic_type* const type = find_type(made.type);
  const std::string_view own = is_own(made.type) ? std::string_view{made.type}.substr(own_prefix.size()) : "";
  if (type == nullptr && registry::standard().find(own) == nullptr) {
    why = {400, "invalid toxic type \"" + made.type + "\""};
    const std::string near = nearest_type(made.type, own);
    if (!near.empty()) why.message += "; did you mean \"" + near + "\"?";
    return std::nullopt;
  }
  if (type != nullptr) {
    for (const toxic_attribute& one : type->used()) made.attributes[std::string{one.name}] = 0;
  }
  if (made.name.empty()) made.name = made.type + "_" + stream;
  if (!read_toxicity(body, made, why) || !read_attributes(body, made, why)) return std::nullopt;
  return made;
}

std::optional<toxic> parse_toxic_change(const toxic& from, const json& body, api_failure& why) {
  if (!body.is_object()) {
    why = {400, "bad request body: expected an object"};
    return std::nullopt;
  }
  toxic made = from;
  if (!read_toxicity(body, made, why) || !read_attributes(body, made, why)) return std::nullopt;
  return made;
}

std::optional<planned_fault> plan_toxic(const toxic& from, api_failure& why) {
  const toxic_type* const type = find_type(from.type);
  const std::string kind = type != nullptr ? std::string{type->fault}
                                           : from.type.substr(std::min(own_prefix.size(), from.type.size()));
  json parameters = type != nullptr ? fault_parameters(*type, from.attributes) : from.attributes;
  const registry& kinds = type != nullptr ? kinds_of_toxics() : registry::standard();
  const fault_kind* const found = kinds.find(kind);
  KITFOX_ASSERT(found != nullptr);
  // A stream means something only to what works on bytes; a fault may be given its direction as a parameter.
  const bool directed = found->accepts(fault_kind::selector::direction);
  if (directed && !parameters.contains("direction")) parameters["direction"] = word(from.stream);
  if (!parameters.contains("probability")) parameters["probability"] = from.toxicity;
  plan_diagnostics diagnostics;
  auto plan = kinds.plan(from.name, kind, parameters, diagnostics);
  if (!plan) {
    why = {400, "bad request body: " + diagnostics.message};
    return std::nullopt;
  }
  return std::move(*plan);
}

}  // namespace kitfox::fault
