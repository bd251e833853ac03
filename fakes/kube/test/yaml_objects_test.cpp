#include "fakes/kube/yaml_objects.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {
namespace {

json convert(std::string_view text) {
  diagnostics where;
  const auto documents = yaml_to_json(text, where);
  EXPECT_TRUE(documents.has_value()) << where.text();
  return documents && !documents->empty() ? documents->front().first : json{};
}

struct refusal {
  runtime::error_code code;
  diagnostics where;
};

refusal refuse(std::string_view text, yaml_limits limits = {}) {
  refusal out;
  out.where.file = "objects.yaml";
  const auto file = load_objects(text, out.where, limits);
  EXPECT_FALSE(file.has_value()) << text;
  if (!file) out.code = file.error();
  return out;
}

TEST(YamlToJson, ReadsScalarsAsYaml11) {
  EXPECT_EQ(
      convert(R"({a: y, b: No, c: on, d: 0644, e: 0x1F, f: 1_000, g: 1.5, h: ~, i: 1e3, j: +3, k: -0b11})"),
      (json{{"a", true},
            {"b", false},
            {"c", true},
            {"d", 420},
            {"e", 31},
            {"f", 1000},
            {"g", 1.5},
            {"h", nullptr},
            {"i", 1000.0},
            {"j", 3},
            {"k", -3}}));
  EXPECT_EQ(
      convert(
          R"({a: "y", b: 'no', c: !!str 12, d: 1.2.3, e: 2026-11-22T09:00:00Z, f: 12:30, g: 100m, h: 0o8})"),
      (json{{"a", "y"},
            {"b", "no"},
            {"c", "12"},
            {"d", "1.2.3"},
            {"e", "2026-11-22T09:00:00Z"},
            {"f", "12:30"},
            {"g", "100m"},
            {"h", "0o8"}}));
  EXPECT_EQ(convert("a: |\n  y\n  2\n"), (json{{"a", "y\n2\n"}}));
}

TEST(YamlToJson, RefusesBytesThatAreNotUtf8) {
  diagnostics where;
  EXPECT_EQ(yaml_to_json("{name: \"web\xff\"}", where).error(), errc::not_yaml);
  EXPECT_EQ(where.message, "not UTF-8");
  EXPECT_TRUE(yaml_to_json("{name: \"caf\xc3\xa9\"}", where).has_value());
}

TEST(YamlToJson, EndsAtTextThatNoDocumentCanBeginWith) {
  for (const char* text : {",", "]", "}", "a: 1\n---\n,", "- a\n,"}) {
    diagnostics where;
    const auto read = yaml_to_json(text, where);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error(), errc::not_yaml) << text;
    EXPECT_GT(where.line, 0) << text;
  }
}

TEST(YamlToJson, MergesMapsAndRepeatsAliases) {
  EXPECT_EQ(convert("base: &b {x: 1, y1: 2}\nother: {<<: *b, x: 3}\nagain: *b\n"),
            (json{{"base", {{"x", 1}, {"y1", 2}}},
                  {"other", {{"x", 3}, {"y1", 2}}},
                  {"again", {{"x", 1}, {"y1", 2}}}}));
}

TEST(YamlToJson, IsBoundedWhateverAliasesStandFor) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string{c} + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string{i == 0 ? "" : ","} + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  diagnostics where;
  EXPECT_EQ(yaml_to_json(bomb, where, {.values_max = 100'000}).error(), errc::yaml_too_large);
  EXPECT_EQ(yaml_to_json("{a: b}", where, {.bytes_max = 3}).error(), errc::yaml_too_large);
}

TEST(Nesting, IsBoundedInJsonAndYamlAlike) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  diagnostics where;
  EXPECT_TRUE(parse_json(nested(json_nesting_max)).has_value());
  EXPECT_EQ(parse_json(nested(json_nesting_max + 1)).error(), errc::nesting_too_deep);
  EXPECT_TRUE(yaml_to_json(nested(json_nesting_max), where).has_value());
  EXPECT_EQ(yaml_to_json(nested(json_nesting_max + 1), where).error(), errc::nesting_too_deep);
}

TEST(LoadObjects, TakesDocumentsAndListsInOrder) {
  diagnostics where;
  const auto file = load_objects(R"(# a comment only
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}}
---
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: c, namespace: shop}
)",
                                 where);
  ASSERT_TRUE(file.has_value()) << where.text();
  std::string kinds;
  for (const loaded_object& object : file->objects) {
    kinds += std::string{object.type->plural} + "/" +
             std::string{text_at(object.body, {"metadata", "namespace"})} + " ";
  }
  EXPECT_EQ(kinds, "namespaces/ configmaps/default deployments/shop cronjobs/shop ");
  EXPECT_EQ(file->objects.front().line, 3);
}

TEST(LoadObjects, ReadsLogTexts) {
  diagnostics where;
  const auto file = load_objects(R"(
apiVersion: kitfox.dev/v1
kind: PodLog
metadata: {name: cart-0, namespace: shop}
container: app
previous: true
start: "2026-11-22T09:00:00Z"
step_ms: 250
open: true
log: |
  one
  two
)",
                                 where);
  ASSERT_TRUE(file.has_value()) << where.text();
  ASSERT_EQ(file->logs.size(), 1U);
  const loaded_log& log = file->logs.front();
  EXPECT_EQ(log.name, (log_name{"shop", "cart-0", "app", log_instance::previous}));
  EXPECT_EQ(log.text, "one\ntwo\n");
  EXPECT_EQ(print_time(log.start), "2026-11-22T09:00:00Z");
  EXPECT_EQ(log.step, std::chrono::milliseconds{250});
  EXPECT_TRUE(log.open);
}

TEST(LoadObjects, NamesThePlaceAndTheReason) {
  const std::tuple<const char*, errc, const char*> cases[] = {
      {"a: [", errc::not_yaml, "objects.yaml:1: "},
      {"[1, 2]", errc::not_an_object, "objects.yaml:1: the document is not a map"},
      {"\n\nkind: Pod\n", errc::not_an_object, "objects.yaml:3: apiVersion or kind is missing"},
      {"{apiVersion: v1, kind: Widget, metadata: {name: w}}", errc::unknown_kind,
       "objects.yaml:1: v1 Widget is not served"},
      {"{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}}", errc::unknown_kind,
       "objects.yaml:1: batch/v1 CronJob is not served; CronJob is served as batch/v1beta1"},
      {"{apiVersion: v1, kind: Pod, metadata: {}}", errc::not_an_object,
       "objects.yaml:1: Pod without metadata.name"},
      {"{apiVersion: v1, kind: Node, metadata: {name: 'n', namespace: x}}", errc::wrong_scope,
       "objects.yaml:1: Node n cannot have a namespace"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: y}}", errc::not_a_string,
       "objects.yaml:1: metadata.name of a ConfigMap reads as true; quote it"},
      {"{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {version: 1.10}}}", errc::not_a_string,
       "objects.yaml:1: metadata.labels.version reads as 1.1; quote it"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {debug: on}}", errc::not_a_string,
       "objects.yaml:1: data.debug reads as true; quote it"},
      {"{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {on: x}}}", errc::not_a_string,
       "objects.yaml:1: the key \"on\" reads as a boolean in YAML 1.1; quote it"},
      {"{apiVersion: kitfox.dev/v1, kind: PodLog, metadata: {name: p}}", errc::not_a_string,
       "objects.yaml:1: PodLog needs a text in `log`"},
      {"{apiVersion: kitfox.dev/v1, kind: PodLog, metadata: {name: p}, log: x, start: noon}",
       errc::not_an_object, "objects.yaml:1: `start` of a PodLog is not an RFC 3339 time"},
      {"{apiVersion: authorization.k8s.io/v1, kind: SubjectAccessReview, metadata: {name: r}}",
       errc::unknown_kind, "objects.yaml:1: authorization.k8s.io/v1 SubjectAccessReview is not served"},
  };
  for (const auto& [text, code, message] : cases) {
    const refusal seen = refuse(text);
    EXPECT_EQ(seen.code, code) << text;
    EXPECT_TRUE(seen.where.text().starts_with(message)) << seen.where.text();
  }
}

}  // namespace
}  // namespace kitfox::kube
