#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/report/results_json.hpp"
#include "conformance/report/results_reader.hpp"
#include "conformance/report/test/sample_runs.hpp"

namespace kitfox::conformance {
namespace {

/// A run with every member that results.json may have.
run_result full_run() {
  run_result all = odd_run();
  all.wall_seconds = 12.5;
  all.interrupted = true;
  all.planned = 9;
  all.origin = {"0.1.0", "2026-01-01T00:00:00Z", "reference", "my-gateway --flag"};
  all.claim = run_claim{"my-agent: 2 requirements", "CONFORMANT: 2 kept", true, {"REC-1", "REC-2"}};
  case_result& one = all.cases[4];
  one.verifies = {"REC-1", "REC-2"};
  one.trace_hash = 0xfedcba9876543210;
  one.seed = UINT64_MAX;
  one.runs = 2;
  one.records = 7;
  one.transcript_file = "transcripts/a.jsonl";
  one.logs_folder = "logs/a";
  one.judged.requirements = {{"REC-1", verdict::fail, 3, true}, {"REC-2", verdict::inconclusive, 0, false}};
  one.judged.findings.push_back(a_finding("REC-2", finding::weight::inconclusive, -1));
  const case_result like = one;  // what follows moves the cases
  for (const auto outcome : {agreement::outcome::agree, agreement::outcome::differ,
                             agreement::outcome::excused, agreement::outcome::not_the_same}) {
    case_result more = like;
    more.agrees_with_sim = agreement{outcome, "because", trace_disagreement{"agent prod/0", "left", ""}};
    all.cases.push_back(more);
  }
  return all;
}

TEST(ResultsReader, ReadsBackAllThatIsWritten) {
  const std::string text = print_results_json(full_run());
  std::string why;
  const auto read = parse_results(text, why);
  ASSERT_TRUE(read) << why;
  EXPECT_EQ(print_results_json(*read), text);
  EXPECT_EQ(read->cases[4].seed, UINT64_MAX);
  EXPECT_EQ(first_divergence(read->cases[4].judged)->requirement, "REC-1");
}

TEST(ResultsReader, ReadsARunWithoutCases) {
  std::string why;
  const auto read = parse_results(print_results_json({}), why);
  ASSERT_TRUE(read) << why;
  EXPECT_TRUE(read->cases.empty());
}

struct mistake {
  const char* pointer;  ///< What is changed: a JSON pointer.
  const char* value;    ///< To what; empty: it is taken away.
  const char* complaint;
};

TEST(ResultsReader, SaysWhereAMistakeIsAndWhatWasExpected) {
  const auto good = nlohmann::json::parse(print_results_json(full_run()));
  for (const mistake& one : std::initializer_list<mistake>{
           {"/kitfox", "\"results/v2\"", "kitfox: expected \"results/v1\", found \"results/v2\""},
           {"/kitfox", "", "kitfox: missing"},
           {"/planned", "-1", "planned: expected a whole number from 0, found -1"},
           {"/cases", "{}", "cases: expected a list, found an object"},
           {"/cases/2", "7", "cases[2].name: missing"},
           {"/cases/0/verdict", "\"passed\"",
            "cases[0].verdict: expected pass, skipped, warn, inconclusive, fail or harness-error, found "
            "\"passed\""},
           {"/cases/0/seed", "1.5", "cases[0].seed: expected a whole number from 0, found 1.5"},
           {"/cases/0/title", "null", "cases[0].title: expected a text, found null"},
           {"/cases/0/requirements", "", "cases[0].requirements: missing"},
           {"/cases/0/findings/0/t", "\"now\"",
            "cases[0].findings[0].t: expected a whole number of nanoseconds, found \"now\""},
           {"/cases/0/findings/0/kind", "\"bad\"",
            "cases[0].findings[0].kind: expected failure or inconclusive, found \"bad\""},
           {"/cases/4/trace_hash", "\"xyz\"",
            "cases[4].trace_hash: expected hexadecimal digits, found \"xyz\""},
           {"/cases/4/transcript", "\"../../secret\"",
            "cases[4].transcript: expected a path below the folder of the results, found \"../../secret\""},
           {"/cases/4/transcript", "\"/etc/passwd\"",
            "cases[4].transcript: expected a path below the folder of the results, found \"/etc/passwd\""},
           {"/cases/6/agreement/outcome", "\"maybe\"",
            "cases[6].agreement.outcome: expected agree, differ, excused or not-the-same, found \"maybe\""},
           {"/cases/2/skipped_because", "", "cases[2].skipped_because: missing"},
           {"/verdict", "\"pass\"",
            "verdict: expected \"harness-error\", the worst of its cases, found \"pass\""},
       }) {
    nlohmann::json bad = good;
    const nlohmann::json::json_pointer pointer{one.pointer};
    if (*one.value == '\0')
      bad[pointer.parent_pointer()].erase(pointer.back());
    else
      bad[pointer] = nlohmann::json::parse(one.value);
    std::string why;
    EXPECT_FALSE(parse_results(bad.dump(), why)) << one.pointer;
    EXPECT_EQ(why, one.complaint);
  }
  std::string why;
  EXPECT_FALSE(parse_results("{\"kitfox\": ", why));
  EXPECT_EQ(why, "it is not JSON");
  EXPECT_FALSE(parse_results("[]", why));
  EXPECT_EQ(why, "expected a JSON object");
}

TEST(ResultsReader, IsNotBroughtDownByDepth) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  std::string why;
  EXPECT_FALSE(parse_results("{\"kitfox\": " + deep + "}", why));
  EXPECT_EQ(why, "kitfox: expected a text, found a list");
}

TEST(ResultsReader, IgnoresWhatALaterVersionMayAdd) {
  auto later = nlohmann::json::parse(print_results_json(full_run()));
  later["more"] = later["cases"][0]["more"] = nlohmann::json::object();
  std::string why;
  EXPECT_TRUE(parse_results(later.dump(), why)) << why;
}

}  // namespace
}  // namespace kitfox::conformance
