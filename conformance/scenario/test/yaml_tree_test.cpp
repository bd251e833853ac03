#include "conformance/scenario/yaml_tree.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kitfox::conformance {
namespace {

std::string mistakes(const std::string& yaml, const yaml_limits& limits = {}) {
  std::string all;
  for (const load_error& one : parse_yaml(yaml, "x.yaml", limits).errors) all += to_string(one) + "\n";
  return all;
}

TEST(ParseYaml, KeepsTypesPlacesAndOrder) {
  const yaml_parsed parsed = parse_yaml("b: 1\na:\n  - \"2\"\n  - 3.5\n  - true\n  - yes\n  - ~\n", "x.yaml");
  ASSERT_TRUE(parsed.errors.empty());
  EXPECT_EQ(to_json(parsed.root), nlohmann::json::parse(R"({"b": 1, "a": ["2", 3.5, true, "yes", null]})"));
  EXPECT_EQ(parsed.root.members[0].key, "b");
  EXPECT_EQ(parsed.root.members[1].where, (yaml_mark{2, 1}));
  EXPECT_EQ(parsed.root.find("a")->items[1].where, (yaml_mark{4, 5}));
}

TEST(ParseYaml, ReadsIntegersBeyond64BitsAsNumbers) {
  EXPECT_EQ(to_json(parse_yaml("123456789012345678901234567890", "x").root),
            123456789012345678901234567890.0);
  EXPECT_EQ(to_json(parse_yaml("-9223372036854775808", "x").root), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(to_json(parse_yaml("+7", "x").root), 7);
}

TEST(ParseYaml, RefusesWhatReadersUnderstandDifferently) {
  EXPECT_EQ(mistakes("a:\n\tb: 1\n"), "x.yaml:2:1: a tab; use spaces, and \"\\t\" for a tab inside a text\n");
  EXPECT_EQ(mistakes("a: 1\nb: 2\na: 3\n"), "x.yaml:3:1: duplicate key \"a\", first given in line 1\n");
  EXPECT_EQ(mistakes("a: &x 1\nb: *x\n"),
            "x.yaml:1:4: anchors are not allowed; use a parameter or a `do` block\n"
            "x.yaml:2:4: aliases are not allowed; write the value out, or use a parameter or a `do` block\n");
  EXPECT_EQ(mistakes("a: !!str 1\n"), "x.yaml:1:4: tags are not allowed\n");
  EXPECT_EQ(mistakes("a: 1\n---\nb: 2\n"), "x.yaml:3:1: a second document; a file holds one scenario\n");
  EXPECT_EQ(mistakes("a: {{b}}\n"),
            "x.yaml:1:5: expected a name before the colon; a parameter must stand in quotes, as in "
            "\"{{outage}}\"\n");
  EXPECT_EQ(mistakes(""), "x.yaml:1:1: the file holds no scenario\n");
  EXPECT_EQ(mistakes("# nothing\n"), "x.yaml:1:1: the file holds no scenario\n");
}

TEST(ParseYaml, SaysWhereTheSyntaxBreaks) {
  EXPECT_EQ(mistakes("a: [1, 2\nb: 3\n").substr(0, 18), "x.yaml:2:2: not YA");
  EXPECT_EQ(mistakes("a: b: c\n").substr(0, 21), "x.yaml:1:5: not YAML:");
}

TEST(ParseYaml, StopsAtItsLimits) {
  EXPECT_EQ(mistakes("[[[[1]]]]", {.depth_max = 3}), "x.yaml:1:4: nested deeper than 3 levels\n");
  EXPECT_EQ(mistakes("[1, 2, 3, 4]", {.nodes_max = 3}), "x.yaml:1:11: more than 3 values\n");
  EXPECT_EQ(mistakes("abcdef", {.text_bytes_max = 5}), "x.yaml: the file is larger than 5 bytes\n");
}

}  // namespace
}  // namespace kitfox::conformance
