#include "conformance/judge/verdict.hpp"

#include <gtest/gtest.h>

#include "conformance/judge/judge.hpp"
#include "conformance/judge/requirement_check.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

TEST(Verdict, TheWorstWins) {
  EXPECT_EQ(worse(verdict::pass, verdict::skipped), verdict::skipped);
  EXPECT_EQ(worse(verdict::fail, verdict::inconclusive), verdict::fail);
  EXPECT_EQ(worse(verdict::fail, verdict::harness_error), verdict::harness_error);
}

TEST(Verdict, EachHasItsExitStatus) {
  EXPECT_EQ(status_of(verdict::pass, verdict::fail), exit_status::passed);
  EXPECT_EQ(status_of(verdict::warn, verdict::fail), exit_status::passed);
  EXPECT_EQ(status_of(verdict::warn, verdict::warn), exit_status::failed);
  EXPECT_EQ(status_of(verdict::skipped, verdict::warn), exit_status::passed);
  EXPECT_EQ(status_of(verdict::skipped, verdict::skipped), exit_status::failed);
  EXPECT_EQ(status_of(verdict::pass, verdict::skipped), exit_status::passed);
  EXPECT_EQ(status_of(verdict::inconclusive, verdict::fail), exit_status::inconclusive);
  EXPECT_EQ(status_of(verdict::inconclusive, verdict::inconclusive), exit_status::failed);
  EXPECT_EQ(status_of(verdict::fail, verdict::fail), exit_status::failed);
  EXPECT_EQ(status_of(verdict::harness_error, verdict::fail), exit_status::harness_error);
}

TEST(Verdict, NamesReadBack) {
  for (const verdict one : {verdict::pass, verdict::skipped, verdict::warn, verdict::inconclusive,
                            verdict::fail, verdict::harness_error}) {
    EXPECT_EQ(parse_verdict(to_string(one)), one);
  }
}

TEST(RequirementChecks, SpeakOnlyOfRequirementsThatExist) {
  for (const requirement_check& check : requirement_checks()) {
    EXPECT_FALSE(check.requirements.empty()) << check.name;
    for (const std::string_view id : check.requirements)
      EXPECT_NE(find_requirement(id), nullptr) << check.name << ": " << id;
  }
}

TEST(Findings, KeepNoMoreThanKeptMaxOfEachRequirementByEachCheck) {
  transcript tape;
  record header;
  header.kind = record_kind::header;
  ASSERT_TRUE(tape.append(std::move(header)));
  const evidence about{tape};
  findings out{about};
  for (std::size_t number = 0; number < findings::kept_max + 5; ++number) out.fail("REC-1", "a", "b", "c", 0);
  out.fail("REC-2", "a", "b", "c", 0);
  EXPECT_EQ(out.all().size(), findings::kept_max + 1);
  EXPECT_EQ(out.all().back().requirement, "REC-2");
  out.speak_as("another check");
  out.fail("REC-1", "a", "b", "c", 0);
  EXPECT_EQ(out.all().back().check, "another check");
}

TEST(Judge, SaysThatATranscriptWithoutScenarioCannotBeJudged) {
  transcript tape;
  record header;
  header.kind = record_kind::header;
  ASSERT_TRUE(tape.append(std::move(header)));
  const judgement out = judge(tape);
  EXPECT_EQ(out.outcome, verdict::harness_error);
  EXPECT_EQ(out.harness_failure, "the header names no scenario");
}

}  // namespace
}  // namespace kitfox::conformance
