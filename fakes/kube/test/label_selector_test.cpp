#include "fakes/kube/label_selector.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/field_selector.hpp"

namespace kitfox::kube {
namespace {

bool selects(std::string_view selector, const json& labels) {
  const auto parsed = parse_label_selector(selector);
  EXPECT_TRUE(parsed.has_value()) << selector;
  return parsed && parsed->matches(labels);
}

TEST(LabelSelector, ComparesAsKubernetesDoes) {
  const json cart{{"app", "cart"}, {"tier", "backend"}, {"size", "12"}};
  const std::pair<const char*, bool> cases[] = {
      {"", true},
      {"app=cart", true},
      {"app==cart", true},
      {"app = cart , tier = backend", true},
      {"app=web", false},
      {"app!=web", true},
      {"app!=cart", false},
      {"missing!=x", true},  // an absent label differs from every value
      {"app in (cart,web)", true},
      {"app in (web)", false},
      {"app notin (web)", true},
      {"app notin (cart)", false},
      {"missing notin (x)", true},
      {"app", true},
      {"!app", false},
      {"!missing", true},
      {"missing", false},
      {"size>11", true},
      {"size>12", false},
      {"size<13", true},
      {"app>1", false},
      {"app=cart,tier!=frontend,!run", true},
      {"in in (in)", false},  // keywords are names where names belong
      {"app in (,cart)", true},
      {"missing=", false},
  };
  for (const auto& [selector, expected] : cases) EXPECT_EQ(selects(selector, cart), expected) << selector;
  EXPECT_TRUE(selects("!app", json{}));
  EXPECT_TRUE(selects("empty=", {{"empty", ""}}));
}

TEST(LabelSelector, RefusesInTheWordsOfKubernetes) {
  const std::pair<const char*, const char*> cases[] = {
      {"app in cart", "unable to parse requirement: found 'cart' expected: '('"},
      {"app in ()", "unable to parse requirement: for 'in', 'notin' operators, values set can't be empty"},
      {"app in (a", "unable to parse requirement: found '', expected: ',' or ')'"},
      {"=a", "found '=', expected: !, identifier, or 'end of string'"},
      {"a,", "found '', expected: identifier after ','"},
      {"a b", "unable to parse requirement: found 'b', expected: '=', '!=', '==', 'in', notin'"},
      {"a=b c", "found 'c', expected: ',' or 'end of string'"},
      {"!", "unable to parse requirement: found '', expected: identifier"},
      {"a=(", "unable to parse requirement: found '(', expected: identifier"},
      {"a>x", "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer"},
  };
  for (const auto& [selector, message] : cases) {
    const auto parsed = parse_label_selector(selector);
    ASSERT_FALSE(parsed.has_value()) << selector;
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().code, 400);
    EXPECT_EQ(parsed.error().reason, "BadRequest");
  }
}

TEST(LabelSelector, PrintsSelectorsOfObjects) {
  EXPECT_EQ(print_label_selector({{"matchLabels", {{"a", "b"}, {"c", "d"}}}}), "a=b,c=d");
  const json terms = json::array({{{"key", "k"}, {"operator", "In"}, {"values", {"y", "x"}}},
                                  {{"key", "e"}, {"operator", "Exists"}},
                                  {{"key", "n"}, {"operator", "DoesNotExist"}}});
  EXPECT_EQ(print_label_selector({{"matchExpressions", terms}}), "k in (x,y),e,!n");
  EXPECT_EQ(print_label_selector(json::object()), "<none>");
}

const resource_type& type_of(const char* group, const char* plural) {
  return *find_resource(group, "v1", plural);
}

bool selects_field(const resource_type& type, std::string_view selector, const json& object) {
  const auto parsed = parse_field_selector(selector);
  EXPECT_TRUE(parsed.has_value()) << selector;
  EXPECT_TRUE(check_fields(type, *parsed).has_value()) << selector;
  return parsed->matches(json_slice{print_json(object)});
}

TEST(FieldSelector, ReadsTheFieldsOfEachKind) {
  const json pod{{"metadata", {{"name", "p"}, {"namespace", "n"}}},
                 {"spec", {{"nodeName", "node-1"}}},
                 {"status", {{"phase", "Running"}, {"podIP", "10.0.0.1"}}}};
  const resource_type& pods = type_of("", "pods");
  EXPECT_TRUE(selects_field(pods, "metadata.name=p,metadata.namespace==n", pod));
  EXPECT_TRUE(selects_field(pods, "status.phase=Running,spec.nodeName!=node-2", pod));
  EXPECT_FALSE(selects_field(pods, "status.phase!=Running", pod));
  EXPECT_TRUE(selects_field(pods, "status.podIPs=10.0.0.1", pod));
  EXPECT_TRUE(selects_field(pods, "status.nominatedNodeName=", pod));
  const json event{{"involvedObject", {{"name", "p"}, {"kind", "Pod"}}}, {"reportingComponent", "kubelet"}};
  EXPECT_TRUE(selects_field(type_of("", "events"), "involvedObject.name=p,source=kubelet", event));
  EXPECT_TRUE(selects_field(type_of("", "nodes"), "spec.unschedulable=false", json::object()));
  EXPECT_TRUE(selects_field(type_of("batch", "jobs"), "status.successful=0", json::object()));
}

TEST(FieldSelector, UnescapesValues) {
  const auto parsed = parse_field_selector(R"(metadata.name=a\,b\=c\\)");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->exact_value("metadata.name"), "a,b=c\\");
  EXPECT_FALSE(parse_field_selector(R"(metadata.name=a\x)").has_value());
  EXPECT_EQ(parse_field_selector("a!=b")->exact_value("a"), std::nullopt);
}

TEST(FieldSelector, RefusesInBothWordings) {
  const auto refusal = [](const resource_type& type, const char* selector) {
    const auto checked = check_fields(type, *parse_field_selector(selector));
    return checked ? std::string{} : checked.error().message;
  };
  EXPECT_EQ(refusal(type_of("", "pods"), "spec.foo=bar"), "field label not supported: spec.foo");
  EXPECT_EQ(
      refusal(type_of("apps", "deployments"), "spec.replicas=1"),
      "\"spec.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
  EXPECT_EQ(refusal(type_of("batch", "jobs"), "x=1"), "field label \"x\" not supported for Job");
  EXPECT_EQ(refusal(type_of("", "nodes"), "metadata.namespace=x"),
            "field label not supported: metadata.namespace");
  const auto malformed = parse_field_selector("foo");
  ASSERT_FALSE(malformed.has_value());
  EXPECT_EQ(malformed.error().message, "invalid selector: 'foo'; can't understand 'foo'");
}

}  // namespace
}  // namespace kitfox::kube
