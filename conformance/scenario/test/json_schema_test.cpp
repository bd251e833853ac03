#include "conformance/scenario/json_schema.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kitfox::conformance {
namespace {

/// The mistakes that a schema finds in a text, one a line.
std::string mistakes(const std::string& schema, const std::string& yaml) {
  const json_schema compiled{schema};
  const yaml_parsed parsed = parse_yaml(yaml, "x.yaml");
  EXPECT_TRUE(parsed.errors.empty()) << to_string(parsed.errors.front());
  std::string all;
  for (const load_error& one : compiled.validate(parsed.root, "x.yaml")) all += to_string(one) + "\n";
  return all;
}

TEST(JsonSchema, TellsTypesApart) {
  const std::string schema = R"({"type": "array", "items": {"type": "integer"}})";
  EXPECT_EQ(mistakes(schema, "[1, -2, +3]"), "");
  EXPECT_EQ(mistakes(schema, "[1.5, a, true, ~, {}, []]"),
            "x.yaml:1:2: [0]: expected a whole number, not the number 1.5\n"
            "x.yaml:1:7: [1]: expected a whole number, not \"a\"\n"
            "x.yaml:1:10: [2]: expected a whole number, not true\n"
            "x.yaml:1:16: [3]: expected a whole number, not nothing\n"
            "x.yaml:1:19: [4]: expected a whole number, not a map\n"
            "x.yaml:1:23: [5]: expected a whole number, not a list\n");
}

TEST(JsonSchema, TakesQuotedNumbersForTexts) {
  EXPECT_EQ(mistakes(R"({"type": "string"})", "\"5\""), "");
  EXPECT_EQ(mistakes(R"({"type": "string"})", "5"),
            "x.yaml:1:1: expected a text, not the number 5; put it in quotes\n");
  EXPECT_EQ(mistakes(R"({"type": "integer"})", "'5'"), "x.yaml:1:1: expected a whole number, not \"5\"\n");
}

TEST(JsonSchema, NamesTheNearestKeyAndTheMissingOnes) {
  const std::string schema =
      R"({"type": "object", "required": ["cluster", "agents"], "additionalProperties": false,
    "properties": {"cluster": {"type": "string"}, "agents": {"type": "integer"}}})";
  EXPECT_EQ(mistakes(schema, "{cluster: a, agents: 1}"), "");
  EXPECT_EQ(mistakes(schema, "{clutser: a}"),
            "x.yaml:1:1: missing key \"cluster\"\nx.yaml:1:1: missing key \"agents\"\n"
            "x.yaml:1:2: unknown key \"clutser\"; did you mean \"cluster\"?\n");
  EXPECT_EQ(mistakes(schema, "{cluster: a, agents: 1, zzz: 2}"),
            "x.yaml:1:25: unknown key \"zzz\"; expected one of agents, cluster\n");
}

TEST(JsonSchema, HoldsBoundsAndPatterns) {
  EXPECT_EQ(mistakes(R"({"type": "integer", "minimum": 1, "maximum": 3})", "0"),
            "x.yaml:1:1: must be at least 1, not 0\n");
  EXPECT_EQ(mistakes(R"({"type": "integer", "minimum": 1, "maximum": 3})", "4"),
            "x.yaml:1:1: must be at most 3, not 4\n");
  EXPECT_EQ(mistakes(R"({"type": "string", "pattern": "^a+$", "x-expected": "some a"})", "ab"),
            "x.yaml:1:1: expected some a, not \"ab\"\n");
  EXPECT_EQ(mistakes(R"({"type": "string", "pattern": "^a+$"})", std::string(2000, 'a')).substr(0, 42),
            "x.yaml:1:1: expected a text like ^a+$, not");
  EXPECT_EQ(mistakes(R"({"type": "string", "minLength": 1})", "''"),
            "x.yaml:1:1: expected a text, not an empty one\n");
  EXPECT_EQ(mistakes(R"({"type": "string", "maxLength": 2})", "abc"),
            "x.yaml:1:1: longer than 2 characters\n");
  EXPECT_EQ(mistakes(R"({"type": "array", "minItems": 2, "maxItems": 2})", "[1]"),
            "x.yaml:1:1: expected at least 2 items\n");
  EXPECT_EQ(mistakes(R"({"type": "array", "maxItems": 2})", "[1, 2, 3]"), "x.yaml:1:1: more than 2 items\n");
  EXPECT_EQ(mistakes(R"({"type": "array", "uniqueItems": true})", "[1, 2, 1]"),
            "x.yaml:1:8: [2]: the number 1 stands here twice\n");
  EXPECT_EQ(mistakes(R"({"const": "v1"})", "v2"), "x.yaml:1:1: expected v1, not \"v2\"\n");
}

TEST(JsonSchema, SuggestsTheNearestChoice) {
  EXPECT_EQ(mistakes(R"({"enum": ["fin", "rst", "silent"]})", "slient"),
            "x.yaml:1:1: expected one of fin, rst, silent, not \"slient\"; did you mean \"silent\"?\n");
  EXPECT_EQ(mistakes(R"({"enum": ["fin", "rst"]})", "[]"),
            "x.yaml:1:1: expected one of fin, rst, not a list\n");
}

TEST(JsonSchema, DemandsExactlyOneOfSomeKeys) {
  const std::string schema =
      R"({"type": "object", "x-names": "verb", "x-one-of": "verb", "additionalProperties": false,
    "properties": {"at": {}, "a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]})";
  EXPECT_EQ(mistakes(schema, "{a: 1, at: 2}"), "");
  EXPECT_EQ(mistakes(schema, "{at: 2}"), "x.yaml:1:1: no verb; expected exactly one\n");
  EXPECT_EQ(mistakes(schema, "{a: 1, b: 2}"),
            "x.yaml:1:8: a second verb, \"b\" beside \"a\"; expected exactly one\n");
  EXPECT_EQ(mistakes(schema, "{c: 1}"), "x.yaml:1:2: unknown verb \"c\"; did you mean \"a\"?\n");
}

TEST(JsonSchema, KeepsExclusiveKeysApart) {
  const std::string schema = R"({"type": "object", "allOf": [{"not": {"required": ["at", "when"]}}]})";
  EXPECT_EQ(mistakes(schema, "{at: 1}"), "");
  EXPECT_EQ(mistakes(schema, "{when: 1, at: 2}"), "x.yaml:1:11: \"at\" and \"when\" exclude each other\n");
}

TEST(JsonSchema, ReportsTheBranchThatTakesThisKindOfValue) {
  const std::string schema = R"({"anyOf": [{"enum": ["all"], "x-expected": "all, or a map"},
    {"type": "object", "additionalProperties": false, "properties": {"link": {"type": "string"}}}]})";
  EXPECT_EQ(mistakes(schema, "all"), "");
  EXPECT_EQ(mistakes(schema, "{link: x}"), "");
  EXPECT_EQ(mistakes(schema, "some"), "x.yaml:1:1: expected all, or a map, not \"some\"\n");
  EXPECT_EQ(mistakes(schema, "{lnk: x}"), "x.yaml:1:2: unknown key \"lnk\"; did you mean \"link\"?\n");
  EXPECT_EQ(mistakes(schema, "[1]"), "x.yaml:1:1: expected all, or a map, not a list\n");
}

TEST(JsonSchema, FollowsReferencesAndNamesOfProperties) {
  const std::string schema =
      R"({"type": "object", "x-names": "parameter", "propertyNames": {"$ref": "#/$defs/name"},
    "additionalProperties": {"$ref": "#/$defs/span"},
    "$defs": {"name": {"type": "string", "pattern": "^[a-z]+$", "x-expected": "small letters"},
              "span": {"type": "string", "pattern": "s$", "x-expected": "a duration"}}})";
  EXPECT_EQ(mistakes(schema, "{a: 5s}"), "");
  EXPECT_EQ(mistakes(schema, "{A: 5s}"),
            "x.yaml:1:2: \"A\" cannot name a parameter: expected small letters, not \"A\"\n");
  EXPECT_EQ(mistakes(schema, "{a: 5}"), "x.yaml:1:5: a: expected a duration, not the number 5\n");
}

TEST(JsonSchema, ReportsEveryMistakeInTheOrderOfTheText) {
  const std::string schema =
      R"({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["c"]})";
  EXPECT_EQ(mistakes(schema, "b: x\na: y\n"),
            "x.yaml:1:1: missing key \"c\"\nx.yaml:1:4: b: expected a whole number, not \"x\"\n"
            "x.yaml:2:4: a: expected a whole number, not \"y\"\n");
}

TEST(JsonSchemaDeath, RefusesWordsItDoesNotKnow) {
  EXPECT_DEATH(json_schema{R"({"if": {"type": "string"}})"}, "assertion failed");
  EXPECT_DEATH(json_schema{R"({"oneOf": [{"type": "string"}]})"}, "assertion failed");
}

}  // namespace
}  // namespace kitfox::conformance
