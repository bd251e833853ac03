#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/report/comparison_page.hpp"
#include "conformance/report/comparison_text.hpp"
#include "conformance/report/markdown.hpp"
#include "conformance/report/plain_text.hpp"
#include "conformance/report/test/sample_runs.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;
using testing::Not;
using maybe = std::optional<verdict>;

TEST(Classify, TellsEveryKindOfChange) {
  struct line {
    maybe before, after;
    change what;
  };
  for (const line& one : std::initializer_list<line>{
           {verdict::pass, verdict::pass, change::same},
           {verdict::pass, verdict::warn, change::shifted},
           {verdict::warn, verdict::pass, change::shifted},
           {verdict::pass, verdict::fail, change::newly_failing},
           {verdict::warn, verdict::inconclusive, change::newly_failing},
           {verdict::pass, verdict::harness_error, change::newly_failing},
           {verdict::inconclusive, verdict::fail, change::still_failing},
           {verdict::fail, verdict::fail, change::still_failing},
           {verdict::fail, verdict::pass, change::fixed},
           {verdict::inconclusive, verdict::warn, change::fixed},
           {verdict::pass, verdict::skipped, change::lost},
           {verdict::fail, verdict::skipped, change::lost},
           {verdict::pass, std::nullopt, change::lost},
           {std::nullopt, verdict::pass, change::added},
           {std::nullopt, verdict::fail, change::newly_failing},
           {verdict::skipped, verdict::inconclusive, change::newly_failing},
           {verdict::skipped, verdict::pass, change::added},
           {verdict::skipped, verdict::skipped, change::same},
           {std::nullopt, verdict::skipped, change::same},
       })
    EXPECT_EQ(classify(one.before, one.after), one.what)
        << (one.before ? to_string(*one.before) : "none") << " "
        << (one.after ? to_string(*one.after) : "none");
}

comparison of(const std::vector<verdict>& before, const std::vector<verdict>& after) {
  return compare_results(with_verdicts(before), with_verdicts(after), "a", "b");
}

TEST(Comparison, ItsStatusIsARegressionBeforeALoss) {
  EXPECT_EQ(status_of(of({verdict::pass}, {verdict::pass})), exit_status::passed);
  EXPECT_EQ(status_of(of({verdict::fail}, {verdict::fail})), exit_status::passed);
  EXPECT_EQ(status_of(of({verdict::pass, verdict::pass}, {verdict::pass, verdict::skipped})),
            exit_status::inconclusive);
  EXPECT_EQ(status_of(of({verdict::pass, verdict::pass}, {verdict::pass})), exit_status::inconclusive);
  EXPECT_EQ(status_of(of({verdict::pass, verdict::pass}, {verdict::fail})), exit_status::failed);
  EXPECT_EQ(status_of(of({verdict::pass}, {})), exit_status::nothing_executed);
  EXPECT_EQ(status_of(of({verdict::skipped}, {verdict::skipped})), exit_status::nothing_executed);
}

TEST(Comparison, ARequirementThatFailsNewlyInAnotherCaseIsARegression) {
  run_result before = with_verdicts({verdict::pass, verdict::pass});
  before.cases[0].judged.requirements = {{"REC-1", verdict::pass, 1, true}};
  run_result after = before;
  after.cases.push_back(with_verdicts({verdict::pass, verdict::pass, verdict::fail}).cases[2]);
  after.cases[2].judged.requirements = {{"REC-1", verdict::fail, 1, true}};
  const comparison found = compare_results(before, after, "a", "b");
  EXPECT_EQ(found.count(change::newly_failing), 1U);
  EXPECT_EQ(status_of(found), exit_status::failed);
  EXPECT_THAT(print_comparison(found), HasSubstr("requirements newly failing (1)\n  pass           fail"));
}

TEST(Comparison, EveryViewNamesWhatChangedAndWhy) {
  run_result after = with_verdicts({verdict::fail, verdict::pass});
  after.cases[0].judged.findings = {a_finding("REC-1", finding::weight::failure, 1)};
  const comparison found = compare_results(with_verdicts({verdict::pass, verdict::fail}), after, "a", "b");
  const std::string text = print_comparison(found);
  EXPECT_THAT(text,
              HasSubstr("cases newly failing (1)\n  pass           fail           connect/case-0@sim#1\n"));
  EXPECT_THAT(text, HasSubstr("REC-1: prod/0: expected expected of REC-1, got actual of REC-1"));
  EXPECT_THAT(text, HasSubstr("cases fixed (1)\n  fail           pass           connect/case-1@sim#1\n"));
  EXPECT_THAT(text, HasSubstr("something that had passed fails: 1 newly failing, 1 fixed"));
  EXPECT_THAT(print_comparison_markdown(found), HasSubstr("| `connect/case-0@sim#1` | pass | fail |"));
  const auto json = nlohmann::json::parse(print_comparison_json(found));
  EXPECT_EQ(json["status"], 1);
  EXPECT_EQ(json["counts"]["newly failing"], 1);
  EXPECT_EQ(json["cases"][1]["change"], "fixed");
}

TEST(Comparison, ItsPageHoldsEverythingWhateverTheTextsAre) {
  run_result after = with_verdicts({verdict::fail});
  after.cases[0].judged.findings = {a_finding("REC-1", finding::weight::failure, 1)};
  after.cases[0].judged.findings[0].actual = odd + "</script><!--data--><script>alert(1)</script>";
  after.cases[0].judged.requirements = {{"REC-1", verdict::fail, 1, true}};
  after.origin.commit = "1a2b3c";
  const comparison found = compare_results(with_verdicts({verdict::pass}), after, "main <b>", "change");
  const std::string page = print_comparison_html(found, {}, after.origin);
  EXPECT_EQ(as_utf8(page), page);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("main <b>")));
  EXPECT_THAT(page, Not(HasSubstr("/*styles*/")));
  const std::string mark = "id=\"comparison\">";
  const std::size_t from = page.find(mark) + mark.size();
  const auto data = nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
  EXPECT_EQ(data["cases"][0]["change"], "newly failing");
  EXPECT_EQ(data["requirements"][0]["name"], "REC-1");
  EXPECT_EQ(data["requirements"][0]["level"], "MUST");
  EXPECT_THAT(page, HasSubstr("[\"commit\",\"1a2b3c\"]"));
}

TEST(Comparison, OfTwoEmptyRunsSaysThatThereWasNothing) {
  const comparison found = compare_results({}, {}, "a", "b");
  EXPECT_EQ(status_of(found), exit_status::nothing_executed);
  EXPECT_THAT(print_comparison(found), HasSubstr("no case was executed in both runs: no cases"));
}

TEST(Comparison, ItsMarkdownIsNeverLongerThanAComment) {
  run_result after = with_verdicts(std::vector<verdict>(300, verdict::fail));
  for (case_result& one : after.cases) {
    one.judged.findings = {a_finding("REC-1", finding::weight::failure, 1)};
    one.judged.findings[0].actual = std::string(5000, '|');
  }
  const comparison found =
      compare_results(with_verdicts(std::vector<verdict>(300, verdict::pass)), after, "a", "b");
  const std::string text = print_comparison_markdown(found);
  EXPECT_LE(text.size(), summary_bytes_max + 100);
  EXPECT_THAT(text, HasSubstr("and 250 more"));
}

}  // namespace
}  // namespace kitfox::conformance
