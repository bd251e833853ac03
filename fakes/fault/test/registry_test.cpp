#include "fakes/fault/registry.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace kitfox::fault::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::pair<error_code, std::string> failure_of(std::string_view kind, const std::string& text) {
  plan_diagnostics why;
  const auto plan = registry::standard().plan("x", kind, json::parse(text), why);
  return {plan.has_value() ? error_code{} : plan.error(), why.message};
}

TEST(Registry, NamesTheNearestFault) {
  EXPECT_EQ(failure_of("latancy", "{}"),
            (std::pair{make_error_code(errc::unknown_fault),
                       std::string{"no fault is called \"latancy\"; did you mean \"latency\"?"}}));
}

TEST(Registry, NamesTheNearestParameter) {
  EXPECT_EQ(failure_of("latency", R"({"delai": "1s"})"),
            (std::pair{make_error_code(errc::unknown_parameter),
                       std::string{"latency has no parameter \"delai\"; did you mean \"delay\"?"}}));
}

TEST(Registry, SaysWhatWasExpected) {
  EXPECT_EQ(failure_of("latency", R"({"delay": "soon"})"),
            (std::pair{make_error_code(errc::bad_parameter),
                       std::string{"latency.delay: expected a duration such as 250ms, got \"soon\""}}));
  EXPECT_EQ(failure_of("status", "{}"),
            (std::pair{make_error_code(errc::missing_parameter),
                       std::string{"status.code is missing: expected a whole number, 200 to 599"}}));
  EXPECT_EQ(failure_of("rst", "[1]").first, errc::not_an_object);
}

TEST(Registry, RefusesNumbersThatItsTextsRuleOut) {
  EXPECT_EQ(failure_of("status", R"({"code": 999})"),
            (std::pair{make_error_code(errc::bad_parameter),
                       std::string{"status.code: expected a whole number, 200 to 599, got 999"}}));
  EXPECT_EQ(failure_of("status", R"({"code": 99999999999})").first, errc::bad_parameter);
  EXPECT_EQ(failure_of("status", R"({"code": 599})").first, error_code{});
  EXPECT_EQ(failure_of("redirect", R"({"code": 304})").second,
            "redirect.code: expected a whole number, 301, 302, 303, 307 or 308, got 304");
  EXPECT_EQ(failure_of("redirect", R"({"code": 308})").first, error_code{});
  EXPECT_EQ(failure_of("interim", R"({"code": 101})").second,
            "interim.code: expected a whole number, 100 or 102 to 199, got 101");
  EXPECT_EQ(failure_of("slice", R"({"size": "0B"})").second,
            "slice.size: expected a size such as 65536 or 64KiB, at least 1, got \"0B\"");
  EXPECT_EQ(failure_of("slice", R"({"size": "64KiB"})").first, error_code{});
}

TEST(Registry, SaysInItsSchemaWhatNumbersItTakes) {
  const json status = registry::schema(*registry::standard().find("status"))["properties"]["code"];
  EXPECT_EQ(status["minimum"], 200);
  EXPECT_EQ(status["maximum"], 599);
  const json redirect = registry::schema(*registry::standard().find("redirect"))["properties"]["code"];
  EXPECT_EQ(redirect["anyOf"].size(), 5U);
}

TEST(Match, FitsPathsWithAndWithoutThePrefixOfTheGateway) {
  const auto fits = [](const char* path, const char* target) {
    match one;
    one.path = path;
    return one.fits_request("GET", target);
  };
  EXPECT_TRUE(fits("/agent/connect", "/gateway/agent/connect?cluster_name=a"));
  EXPECT_TRUE(fits("/agent/connect", "/agent/connect"));
  EXPECT_TRUE(fits("/gateway/agent/connect", "/gateway/agent/connect"));
  EXPECT_TRUE(fits("/*agent/connect", "/gateway/agent/connect"));
  EXPECT_FALSE(fits("/gateway/agent/connect", "/agent/connect"));
  EXPECT_FALSE(fits("/agent/connect", "/elsewhere/agent/connect"));
  EXPECT_FALSE(fits("/agent/connect", "/gateway/agent/response/1"));
}

TEST(Registry, SuggestsTheNearestChoice) {
  EXPECT_EQ(failure_of("certificate", R"({"is": "expird"})").second,
            "certificate.is: expected one of expired, not_yet_valid, wrong_host, unknown_authority, got "
            "\"expird\"; did you "
            "mean \"expired\"?");
}

TEST(Registry, RefusesAMatchThatAKindCannotUse) {
  EXPECT_EQ(failure_of("refuse", R"({"path": "/a"})").first, errc::unknown_parameter);
  EXPECT_EQ(failure_of("status", R"({"code": 500, "direction": "upstream"})").first, errc::unknown_parameter);
}

TEST(Registry, ReadsParametersAndMatchSideBySide) {
  plan_diagnostics why;
  const auto plan = registry::standard().plan(
      "late#1", "latency",
      json::parse(R"({"delay": "1m30s", "direction": "upstream", "connection": [1, 4], "request": "every 3",
                      "event_type": "command", "probability": 0.25, "applies_to": "new"})"),
      why);
  ASSERT_TRUE(plan.has_value()) << why.message;
  EXPECT_EQ(plan->values.span("delay"), 90s);
  EXPECT_EQ(plan->values.span("jitter"), 0s);
  EXPECT_EQ(plan->applies_to.way, direction::upstream);
  EXPECT_TRUE(plan->applies_to.connection.contains(4));
  EXPECT_FALSE(plan->applies_to.connection.contains(2));
  EXPECT_TRUE(plan->applies_to.request.contains(6));
  EXPECT_EQ(plan->applies_to.event_type, "command");
  EXPECT_EQ(plan->applies_to.probability, 0.25);
  EXPECT_EQ(plan->applies_to.connections, taken::fresh);
}

TEST(Registry, EveryKindIsDocumentedAndMakesAFaultFromItsDefaults) {
  for (const fault_kind& kind : registry::standard().kinds()) {
    EXPECT_TRUE(kind.doc.ends_with('.')) << kind.name;
    json given = json::object();
    for (const parameter& one : kind.parameters) {
      EXPECT_TRUE(one.doc.ends_with('.')) << kind.name << "." << one.name;
      if (one.standard) continue;
      switch (one.type) {
        case parameter_type::span:
          given[one.name] = "1s";
          break;
        case parameter_type::count:
        case parameter_type::integer:
        case parameter_type::size:
        case parameter_type::rate:
          given[one.name] = 500;
          break;
        case parameter_type::fraction:
          given[one.name] = 0.5;
          break;
        case parameter_type::text:
          given[one.name] = "x";
          break;
        case parameter_type::choice:
          given[one.name] = one.choices.front();
          break;
        case parameter_type::numbers:
          given[one.name] = 1;
          break;
      }
    }
    plan_diagnostics why;
    const auto plan = registry::standard().plan("x", kind.name, given, why);
    ASSERT_TRUE(plan.has_value()) << why.message;
    EXPECT_NE(kind.make(plan->values), nullptr) << kind.name;
    const json schema = registry::schema(kind);
    EXPECT_EQ(schema["additionalProperties"], false);
    for (const auto& [name, value] : given.items()) EXPECT_TRUE(schema["properties"].contains(name));
  }
}

TEST(Words, ParsesSpans) {
  EXPECT_EQ(parse_span("250ms"), 250ms);
  EXPECT_EQ(parse_span("1.5s"), 1500ms);
  EXPECT_EQ(parse_span("1h30m"), 90min);
  EXPECT_EQ(parse_span("7d"), 168h);
  EXPECT_EQ(parse_span("0"), 0s);
  EXPECT_EQ(parse_span("3ns"), 3ns);
  for (const char* bad :
       {"", "5", "-1s", "1 s", "s", "1.s", "1e3s", "106752d", "1.0000000001s", "9999999999999999999s"}) {
    EXPECT_FALSE(parse_span(bad).has_value()) << bad;
  }
}

TEST(Words, ParsesSizes) {
  EXPECT_EQ(parse_size("65536"), 65536U);
  EXPECT_EQ(parse_size("64KiB"), 65536U);
  EXPECT_EQ(parse_size("1.5kB"), 1500U);
  EXPECT_EQ(parse_size("2MB"), 2'000'000U);
  for (const char* bad : {"", "-1", "1K", "KiB", "99999999999GiB"})
    EXPECT_FALSE(parse_size(bad).has_value()) << bad;
}

TEST(Words, ParsesNumberSets) {
  const auto set = number_set::parse("1, 4..6,9..");
  ASSERT_TRUE(set.has_value());
  std::string members;
  for (std::uint64_t n = 1; n <= 11; ++n) members += set->contains(n) ? 'x' : '.';
  EXPECT_EQ(members, "x..xxx..xxx");
  for (const char* bad : {"", "0", "5..2", "every 0", "x", "1,", "..3", "1...3"}) {
    EXPECT_FALSE(number_set::parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace kitfox::fault::test
