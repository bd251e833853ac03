// TAP, Markdown and the badge: what nobody may misread, and texts that are no markup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/report/badge.hpp"
#include "conformance/report/junit.hpp"
#include "conformance/report/markdown.hpp"
#include "conformance/report/plain_text.hpp"
#include "conformance/report/requirement_summary.hpp"
#include "conformance/report/results_json.hpp"
#include "conformance/report/results_reader.hpp"
#include "conformance/report/tap.hpp"
#include "conformance/report/test/sample_runs.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(Tap, OnlyPassAndWarnAreOkByThemselves) {
  for (const verdict one : every_verdict) {
    const std::string line = lines_of(print_tap(with_verdicts({one})))[2];
    const bool good = one == verdict::pass || one == verdict::warn;
    EXPECT_EQ(line.starts_with("ok 1 - connect/case-0@sim"), good || one == verdict::skipped) << line;
    EXPECT_EQ(line.ends_with(" # SKIP it needs more"), one == verdict::skipped) << line;
  }
}

TEST(Tap, IsTapWhateverTheTextsHold) {
  const std::string text = print_tap(run_of(odd + "\nok 9 - not mine # SKIP\nBail out!"));
  EXPECT_EQ(as_utf8(text), text);
  for (const std::string& line : lines_of(text)) {
    const bool mine = line == "TAP version 14" || line == "1..6" || line.starts_with("  ") ||
                      line.starts_with("ok ") || line.starts_with("not ok ");
    EXPECT_TRUE(mine) << line;
    EXPECT_FALSE(line.starts_with("ok 9")) << line;
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
  }
  EXPECT_THAT(print_tap(run_of("x # SKIP y")), HasSubstr("- connect/failx \\# SKIP y@sim\\#1\n"));
}

TEST(Tap, SaysWhatWasExpectedAndWhatWasSeen) {
  run_result all = with_verdicts({verdict::fail});
  all.cases[0].judged.findings = {a_finding("REC-1", finding::weight::failure, 1'500'000'000)};
  EXPECT_THAT(print_tap(all), HasSubstr("  ---\n  severity: fail\n  findings:\n    - requirement: \"REC-1\"\n"
                                        "      subject: \"prod/0\"\n      seconds: 1.500000\n"
                                        "      expected: \"expected of REC-1\"\n"));
}

TEST(Tap, ARunThatExecutedNothingOrWasInterruptedBailsOut) {
  EXPECT_THAT(print_tap({}), HasSubstr("1..0\nBail out! nothing was executed"));
  EXPECT_THAT(print_tap(with_verdicts({verdict::skipped})), HasSubstr("Bail out! nothing was executed"));
  run_result broken_off = with_verdicts({verdict::pass});
  broken_off.planned = 3;
  broken_off.interrupted = true;
  EXPECT_THAT(print_tap(broken_off), HasSubstr("1..3\nok 1"));
  EXPECT_THAT(print_tap(broken_off), HasSubstr("Bail out! interrupted"));
  EXPECT_THAT(print_tap(with_verdicts({verdict::pass})), Not(HasSubstr("Bail out")));
}

TEST(CodeSpan, HoldsAnyText) {
  EXPECT_EQ(code_span("plain"), "`plain`");
  EXPECT_EQ(code_span("a|b"), "`a\\|b`");
  EXPECT_EQ(code_span("`tick`"), "`` `tick` ``");
  EXPECT_EQ(code_span("two `` ticks"), "```two `` ticks```");
  EXPECT_EQ(code_span("line\nend"), "`line end`");
  EXPECT_EQ(code_span(" "), "(nothing)");
}

TEST(EscapeMarkdown, LeavesNoMarkup) {
  EXPECT_EQ(escape_markdown("*a* [b](c) <d> & @team #1\n|"),
            "\\*a\\* \\[b\\]\\(c\\) &lt;d&gt; &amp; @&#8203;team \\#1 \\|");
}

TEST(Markdown, HoldsNoMarkupOfASubject) {
  const std::string text = print_markdown(run_of("<img src=x> </details> ```\n# head @team"));
  EXPECT_THAT(text, Not(HasSubstr("\n# head")));
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::string tag = text.substr(at, text.find('>', at) - at + 1);
    const bool mine = tag == "<details>" || tag == "</details>" || tag == "<summary>" || tag == "<b>" ||
                      tag == "</b>" || tag == "<code>" || tag == "</code>" || tag == "</summary>";
    // What is in code is no markup: spans and blocks hold what they like.
    const std::size_t line = text.rfind('\n', at) + 1;
    const bool in_code =
        text.substr(line, at - line).find('`') != std::string::npos || text.substr(0, line).ends_with("sh\n");
    EXPECT_TRUE(mine || in_code) << text.substr(line, 80);
  }
}

TEST(Markdown, ExplainsWhatDidNotPassAndNamesWhatWasSkipped) {
  run_result all = with_verdicts({verdict::pass, verdict::fail, verdict::skipped});
  all.cases[1].judged.findings = {a_finding("REC-1", finding::weight::failure, 1)};
  all.cases[1].reproduce = "kitfox run x.yaml";
  const std::string text = print_markdown(all);
  EXPECT_THAT(text, HasSubstr("### kitfox: 1 failed · 2 of 3 cases executed"));
  EXPECT_THAT(text, HasSubstr("| expected | `expected of REC-1` |\n| actual | `actual of REC-1` |"));
  EXPECT_THAT(text, HasSubstr("> **REC-1** (MUST): "));
  EXPECT_THAT(text, HasSubstr("```sh\nkitfox run x.yaml\n```"));
  EXPECT_THAT(text, HasSubstr("- `connect/case-2@sim#1`: `it needs more`"));
}

TEST(Markdown, NeverCallsPassedWhatIsNot) {
  EXPECT_THAT(print_markdown({}), HasSubstr("nothing was executed"));
  EXPECT_THAT(print_markdown(with_verdicts({verdict::skipped})), HasSubstr("nothing was executed"));
  EXPECT_THAT(print_markdown(with_verdicts({verdict::pass, verdict::inconclusive})),
              HasSubstr("### kitfox: 1 inconclusive ·"));
  EXPECT_THAT(print_markdown(with_verdicts({verdict::pass, verdict::harness_error})),
              HasSubstr("### kitfox: 1 harness errors ·"));
}

TEST(Markdown, IsNeverLongerThanAComment) {
  run_result all = with_verdicts(std::vector<verdict>(500, verdict::fail));
  for (case_result& one : all.cases) {
    one.judged.findings = {a_finding("REC-1", finding::weight::failure, 1)};
    one.judged.findings[0].actual = std::string(5000, 'x');
  }
  for (int i = 0; i < 100; ++i) all.cases.push_back(with_verdicts({verdict::skipped}).cases[0]);
  const std::string text = print_markdown(all);
  EXPECT_LE(text.size(), summary_bytes_max);
  EXPECT_THAT(text, HasSubstr(" more cases did not pass and are left out here"));
  EXPECT_THAT(text, HasSubstr("- and 80 more"));
}

TEST(Badge, IsGreenOnlyIfEveryCasePassed) {
  const std::string green = "#1f7a4d";
  EXPECT_THAT(print_badge(with_verdicts({verdict::pass, verdict::pass})), HasSubstr(green));
  EXPECT_THAT(print_badge(with_verdicts({verdict::pass, verdict::pass})), HasSubstr("kitfox: 2 pass<"));
  for (const verdict one : every_verdict) {
    if (one == verdict::pass) continue;
    EXPECT_THAT(print_badge(with_verdicts({verdict::pass, one})), Not(HasSubstr(green))) << to_string(one);
  }
  EXPECT_THAT(print_badge({}), HasSubstr("nothing executed"));
  EXPECT_THAT(print_badge(with_verdicts({verdict::skipped})), HasSubstr("nothing executed"));
  run_result unclaimed = with_verdicts({verdict::pass});
  unclaimed.claim = run_claim{"my-agent", "no claim of conformance", false, {}};
  EXPECT_THAT(print_badge(unclaimed), Not(HasSubstr(green)));
  run_result broken_off = with_verdicts({verdict::pass});
  broken_off.interrupted = true;
  EXPECT_THAT(print_badge(broken_off), HasSubstr("interrupted"));
}

TEST(Provenance, IsInEveryReportOfARunThatKnowsIt) {
  run_result all = with_verdicts({verdict::pass});
  const std::string digest(64, 'a'), corpus(64, 'b');
  all.origin = {"0.1.0",   "2026-01-01T00:00:00Z",  "./agent", "reference",
                "1a2b3c+", {{"agent<py>", digest}}, corpus};
  for (const std::string& text : {print_tap(all), print_markdown(all), print_badge(all), print_junit(all)}) {
    EXPECT_THAT(text, HasSubstr("1a2b3c+"));
    EXPECT_THAT(text, HasSubstr("sha256:" + digest));
    EXPECT_THAT(text, HasSubstr("sha256:" + corpus));
  }
  for (const std::string& text : {print_markdown(all), print_badge(all), print_junit(all)})
    EXPECT_THAT(text, Not(HasSubstr("<py>"))) << "a name of a file is no markup";
  EXPECT_THAT(print_junit(all), HasSubstr("<property name=\"commit\" value=\"1a2b3c+\"/>"));
  EXPECT_THAT(print_tap(all), HasSubstr("1..1\n# kitfox: 0.1.0\n# commit: 1a2b3c+\n"));
  std::string why;
  EXPECT_EQ(parse_results(print_results_json(all), why)->origin.corpus, corpus) << why;
}

TEST(Provenance, OfNothingKnownIsNothing) {
  EXPECT_THAT(print_junit(with_verdicts({verdict::pass})), Not(HasSubstr("propert")));
  EXPECT_THAT(print_markdown(with_verdicts({verdict::pass})), Not(HasSubstr("made of")));
}

TEST(OutOfTime, IsSaidInEveryViewThatHasAHeadline) {
  run_result all = with_verdicts({verdict::pass, verdict::skipped});
  all.out_of_time = 1;
  EXPECT_THAT(print_markdown(all), HasSubstr("The deadline of the run passed: 1 of its cases were not run."));
  EXPECT_THAT(print_badge(all), HasSubstr("kitfox: 1 of 2 not run"));
  std::string why;
  EXPECT_EQ(parse_results(print_results_json(all), why)->out_of_time, 1U) << why;
}

TEST(RequirementResults, TheWorstCaseOfARequirementIsItsVerdict) {
  run_result all = with_verdicts({verdict::pass, verdict::fail});
  all.cases[0].judged.requirements = {{"REC-1", verdict::pass, 3, true}, {"OLD-1", verdict::pass, 1, false}};
  all.cases[1].judged.requirements = {{"REC-1", verdict::fail, 2, false}};
  const auto results = requirement_results_of(all);
  EXPECT_EQ(results.size(), requirements().size() + 1);
  const auto of = [&](const std::string& id) {
    return *std::ranges::find(results, id, &requirement_result::id);
  };
  EXPECT_EQ(of("REC-1").outcome, verdict::fail);
  EXPECT_EQ(of("REC-1").cases, 2U);
  EXPECT_EQ(of("REC-1").observations, 5U);
  EXPECT_EQ(of("REC-2").outcome, std::nullopt);
  EXPECT_EQ(of("OLD-1").about, nullptr);
}

TEST(RequirementResults, WhatOnlySkippedCasesWouldHaveLookedAtIsSkipped) {
  run_result all = with_verdicts({verdict::pass, verdict::skipped});
  all.cases[0].judged.requirements = {{"REC-1", verdict::pass, 1, true}};
  all.cases[1].verifies = {"REC-1", "REC-2"};
  const auto results = requirement_results_of(all);
  const auto of = [&](const std::string& id) {
    return *std::ranges::find(results, id, &requirement_result::id);
  };
  EXPECT_EQ(of("REC-1").outcome, verdict::pass);
  EXPECT_EQ(of("REC-2").outcome, verdict::skipped);
}

TEST(Markdown, OfOneSubjectSaysItsClaim) {
  run_result all = with_verdicts({verdict::pass});
  all.claim = run_claim{"my_agent: 1 requirement", "CONFORMANT: 1 kept", true, {"REC-1"}};
  EXPECT_THAT(print_markdown(all), HasSubstr("### kitfox: conformant ·"));
  EXPECT_THAT(print_markdown(all), HasSubstr("my\\_agent: 1 requirement. CONFORMANT: 1 kept\n"));
  all.claim->conformant = false;
  EXPECT_THAT(print_markdown(all), HasSubstr("### kitfox: no claim of conformance ·"));
}

TEST(Conformant, NeedsEveryRequirementAndNothingSkippedOrUnclear) {
  run_result all = with_verdicts({verdict::pass});
  for (const requirement& one : requirements()) {
    if (one.checked()) all.cases[0].judged.requirements.push_back({one.id, verdict::pass, 1, true});
  }
  EXPECT_TRUE(is_conformant(all));
  for (const verdict one : {verdict::skipped, verdict::inconclusive, verdict::fail, verdict::harness_error}) {
    run_result with_one = all;
    with_one.cases.push_back(with_verdicts({one}).cases[0]);
    EXPECT_FALSE(is_conformant(with_one)) << to_string(one);
  }
  run_result without_one = all;
  std::erase_if(without_one.cases[0].judged.requirements,
                [](const requirement_verdict& one) { return one.id == "REC-1"; });
  EXPECT_FALSE(is_conformant(without_one));
  EXPECT_FALSE(is_conformant({}));
}

}  // namespace
}  // namespace kitfox::conformance
