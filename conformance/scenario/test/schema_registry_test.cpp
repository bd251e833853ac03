// The part of the schema about faults says what their registry says.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "conformance/scenario/scenario_schema.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::conformance {
namespace {

using nlohmann::json;

json reference(const char* name) { return {{"$ref", std::string{"#/$defs/"} + name}}; }

json schema_of(const fault::parameter& one) {
  json made;
  switch (one.type) {
    case fault::parameter_type::span:
      made = reference("duration");
      break;
    case fault::parameter_type::count:
      made = reference("count");
      break;
    case fault::parameter_type::integer:
      made = reference("integer");
      break;
    case fault::parameter_type::size:
      made = reference("size");
      break;
    case fault::parameter_type::rate:
      made = reference("bandwidth");
      break;
    case fault::parameter_type::fraction:
      made = reference("fraction");
      break;
    case fault::parameter_type::text:
      made = reference("text_or_number");
      break;
    case fault::parameter_type::choice:
      made = {{"anyOf", json::array({json{{"enum", one.choices}}, reference("parameter")})}};
      break;
    case fault::parameter_type::numbers:
      made = reference("numbers");
      break;
  }
  if (!one.allowed.empty()) made["x-least"] = one.allowed.front().least;
  if (!one.allowed.empty() && one.allowed.back().most != fault::number_range::unbounded)
    made["x-most"] = one.allowed.back().most;
  made["description"] =
      describe(one) + (one.standard && !one.standard->empty() ? " Default " + *one.standard + "." : "");
  return made;
}

/// What the schema must hold for one kind of fault, examples apart.
json definition_of(const fault::fault_kind& kind) {
  json properties = {{"link", reference("link")}};
  json required = json::array({"link"});
  for (const fault::parameter& one : kind.parameters) {
    properties[one.name] = schema_of(one);
    if (!one.standard) required.push_back(one.name);
  }
  for (const fault::parameter& one : fault::registry::match_parameters(kind)) {
    properties[one.name] = reference(("match_" + one.name).c_str());
    // The one member of a match whose default differs between kinds.
    if (one.name == "applies_to") properties[one.name]["description"] = schema_of(one)["description"];
  }
  return {{"description", kind.doc}, {"x-family", std::string{to_string(kind.family)}},
          {"x-fault", true},         {"x-undo", true},
          {"type", "object"},        {"x-names", "parameter"},
          {"required", required},    {"additionalProperties", false},
          {"properties", properties}};
}

TEST(ScenarioSchema, DescribesEveryFaultAsItsRegistryDoes) {
  const json& defs = scenario_schema().document()["$defs"];
  for (const fault::fault_kind& kind : fault::registry::standard().kinds()) {
    const json expected = definition_of(kind);
    ASSERT_TRUE(defs.contains("fault_" + kind.name))
        << "add to the schema, with an example:\n"
        << '"' << "fault_" << kind.name << "\": " << expected.dump();
    json present = defs["fault_" + kind.name];
    EXPECT_EQ(present["examples"].size(), 1U) << kind.name;
    present.erase("examples");
    EXPECT_EQ(present, expected) << kind.name << ": the registry says\n" << expected.dump();
  }
}

TEST(ScenarioSchema, HasNoFaultThatTheRegistryLacks) {
  for (const std::string& name : scenario_verbs().faults)
    EXPECT_NE(fault::registry::standard().find(name), nullptr) << name;
}

TEST(ScenarioSchema, DescribesTheMatchOfFaultsAsTheRegistryDoes) {
  const json& defs = scenario_schema().document()["$defs"];
  for (const fault::fault_kind& kind : fault::registry::standard().kinds())
    for (const fault::parameter& one : fault::registry::match_parameters(kind)) {
      json expected = schema_of(one);
      // The default of applies_to differs between kinds, and texts of a match are never numbers.
      expected["description"] = one.doc;
      if (one.type == fault::parameter_type::text) expected["$ref"] = "#/$defs/text";
      EXPECT_EQ(defs["match_" + one.name], expected) << one.name;
    }
}

}  // namespace
}  // namespace kitfox::conformance
