#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "conformance/report/badge.hpp"
#include "conformance/report/console_report.hpp"
#include "conformance/report/junit.hpp"
#include "conformance/report/plain_text.hpp"
#include "conformance/report/results_json.hpp"
#include "conformance/report/test/sample_runs.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;

/// Elements are closed in the order in which they were opened, and no character is one that XML forbids.
void expect_well_formed(const std::string& xml) {
  EXPECT_EQ(as_utf8(xml), xml);
  std::vector<std::string> open;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const std::size_t end = xml.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = xml.substr(at + 1, end - at - 1);
    ASSERT_EQ(tag.find('<'), std::string::npos) << tag;
    if (tag.starts_with('?') || tag.ends_with('/')) continue;
    if (tag.starts_with('/')) {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back(), tag.substr(1));
      open.pop_back();
    } else {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
  }
  EXPECT_TRUE(open.empty());
  for (const char c : xml) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
}

TEST(Junit, IsWellFormedWhateverTheTextsHold) { expect_well_formed(print_junit(odd_run())); }

TEST(Badge, IsWellFormed) {
  for (const verdict one : every_verdict) expect_well_formed(print_badge(with_verdicts({one})));
}

TEST(Junit, TellsFailuresErrorsAndSkipsApart) {
  const std::string xml = print_junit(odd_run());
  EXPECT_THAT(xml, HasSubstr("tests=\"6\" failures=\"1\" errors=\"2\""));
  EXPECT_THAT(xml, HasSubstr("skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("type=\"inconclusive\""));
  EXPECT_THAT(xml, HasSubstr("type=\"harness-error\""));
}

TEST(Junit, SaysWhyACaseFailedThatCannotBeComparedWithSim) {
  case_result one = a_case("x", verdict::fail);
  one.agrees_with_sim = agreement{agreement::outcome::not_the_same, "the run in sim was broken off", {}};
  EXPECT_THAT(print_junit({{one}}),
              HasSubstr("message=\"sim and sockets cannot be compared: the run in sim was broken off\""));
}

TEST(Junit, ShowsWhatACaseThatPassedWasWarnedOf) {
  case_result one = a_case("x", verdict::warn);
  one.judged.findings = {a_finding("REC-1", finding::weight::failure, 2)};
  const std::string xml = print_junit({{one}});
  EXPECT_THAT(xml, HasSubstr("failures=\"0\" errors=\"0\""));
  EXPECT_THAT(xml, HasSubstr("<system-out>REC-1: prod/0: expected"));
  expect_well_formed(xml);
}

TEST(ResultsJson, IsJsonWhateverTheTextsHold) {
  const auto json = nlohmann::json::parse(print_results_json(odd_run()), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["cases"].size(), 6U);
  EXPECT_EQ(json["executed"], 5U);
}

TEST(FirstDivergence, IsTheFirstOfTheWorst) {
  case_result one = a_case("x", verdict::fail);
  one.judged.findings = {a_finding("REC-5", finding::weight::inconclusive, 1),
                         a_finding("REC-1", finding::weight::failure, 2),
                         a_finding("REC-2", finding::weight::failure, 3)};
  EXPECT_EQ(first_divergence(one.judged)->requirement, "REC-1");
  EXPECT_THAT(print_results_json({{one}}), HasSubstr("\"first_divergence\": 1"));
  EXPECT_THAT(print_junit({{one}}), HasSubstr("message=\"REC-1: prod/0: expected"));
  std::ostringstream text;
  console_report{text, console_report::style::plain}.explain(one, "");
  const std::string told = text.str();
  EXPECT_LT(told.find("actual of REC-1"), told.find("actual of REC-2"));
  EXPECT_LT(told.find("actual of REC-2"), told.find("actual of REC-5"));
  EXPECT_EQ(first_divergence(judgement{}), nullptr);
}

TEST(Console, ExplainsTheFirstTenAndCountsTheOthers) {
  std::ostringstream text;
  console_report report{text, console_report::style::plain};
  report.explain_first(with_verdicts(std::vector<verdict>(console_report::explained_max + 3, verdict::fail)),
                       "out");
  const std::string told = text.str();
  EXPECT_THAT(told, HasSubstr("connect/case-9@sim#1"));
  EXPECT_THAT(told, testing::Not(HasSubstr("connect/case-10@sim#1")));
  EXPECT_THAT(told, HasSubstr("... and 3 more that did not pass; all are in out/report.html"));
}

TEST(Console, OnATerminalTheLastLineSaysWhatRuns) {
  std::ostringstream text;
  console_report report{text, console_report::style::terminal};
  report.on_begin("connect/a@sim#1", 0, 2);
  EXPECT_EQ(text.str(), "\r\x1b[K0 of 2 done, running connect/a@sim#1");
  text.str("");
  report.on_begin("connect/b@sim#1", 0, 2);
  report.on_case(a_case("a", verdict::pass), 1, 2);
  EXPECT_TRUE(text.str().ends_with("(0 s virtual)\n1 of 2 done, running connect/b@sim#1")) << text.str();
  text.str("");
  report.on_case(a_case("b", verdict::pass), 2, 2);
  EXPECT_TRUE(text.str().ends_with("(0 s virtual)\n")) << text.str();
}

TEST(Console, ASkippedCaseSaysWhyAndIsNotCountedAsPassed) {
  case_result one = a_case("x", verdict::skipped);
  one.skipped_because = "it needs more";
  std::ostringstream text;
  console_report report{text, console_report::style::plain};
  report.on_case(one, 1, 1);
  EXPECT_EQ(text.str(), "[   1/1] SKIPPED       connect/x@sim#1  it needs more\n");
  run_result all;
  all.cases.push_back(one);
  report.summary(all, "");
  EXPECT_THAT(text.str(), HasSubstr("0 of    0 passed, 1 skipped"));
  EXPECT_THAT(text.str(), HasSubstr("0 passed, 0 failed, 1 skipped"));
}

TEST(Console, TheLastLineSaysHowManyOfThosePassedHadWarnings) {
  std::ostringstream text;
  console_report report{text, console_report::style::plain};
  report.summary(with_verdicts({verdict::pass, verdict::warn, verdict::fail, verdict::skipped}), "");
  EXPECT_TRUE(text.str().ends_with("\n2 passed, 1 with warnings, 1 failed, 1 skipped\n")) << text.str();
}

}  // namespace
}  // namespace kitfox::conformance
