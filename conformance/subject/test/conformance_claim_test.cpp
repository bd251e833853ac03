#include "conformance/subject/conformance_claim.hpp"
#include "conformance/report/requirement_summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "conformance/subject/case_choice.hpp"

namespace kitfox::conformance {
namespace {

struct a_run {
  a_run() {
    whose.name = "mine";
    whose.profiles = {requirement_profile::core, requirement_profile::fleet, requirement_profile::secure};
  }
  /// A case that looked at every requirement asked of the subject and found all kept.
  void keeps_all() {
    case_result& one = add("all/kept@sockets#1", verdict::pass);
    for (const requirement& each : requirements())
      if (is_asked_of(each, whose, levels))
        one.judged.requirements.push_back({each.id, verdict::pass, 1, true});
  }
  case_result& add(const std::string& name, verdict outcome) {
    case_result& one = results.cases.emplace_back();
    one.name = name;
    one.judged.outcome = outcome;
    return one;
  }
  void finds(const std::string& id, verdict outcome) {
    add("area/case@sockets#1", outcome).judged.requirements.push_back({id, outcome, 1, true});
  }
  [[nodiscard]] conformance_claim claim() const { return claim_of(whose, levels, results); }
  [[nodiscard]] requirement_standing standing(const std::string& id) const {
    const conformance_claim all = claim();
    const auto found = std::ranges::find_if(
        all.requirements, [&](const requirement_claim& one) { return one.about->id == id; });
    return found == all.requirements.end() ? requirement_standing::not_exercised : found->standing;
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    print_claim(claim(), whose, levels, out);
    return out.str();
  }

  subject whose;
  requirement_level levels = requirement_level::should;
  run_result results;
};

TEST(ConformanceClaim, IsMadeOnlyWhenEverythingWasLookedAtAndKept) {
  a_run f;
  EXPECT_FALSE(f.claim().conformant()) << "nothing ran";
  f.keeps_all();
  EXPECT_TRUE(f.claim().conformant());
  EXPECT_NE(f.text().find("\nCONFORMANT: "), std::string::npos) << f.text();
}

TEST(ConformanceClaim, IsSaidInReportsAsOnTheConsole) {
  a_run f;
  f.keeps_all();
  f.results.planned = f.results.cases.size();
  f.results.claim = summarize(f.claim(), f.whose, f.levels);
  EXPECT_TRUE(is_conformant(f.results));
  EXPECT_EQ(f.results.claim->requirements.size(), f.claim().requirements.size());
  EXPECT_EQ(f.text().substr(0, f.results.claim->subject.size() + 2), "\n" + f.results.claim->subject + "\n");
  EXPECT_TRUE(f.text().ends_with("\n" + f.results.claim->verdict + "\n"));
  f.finds("REC-4", verdict::fail);
  f.results.claim = summarize(f.claim(), f.whose, f.levels);
  EXPECT_FALSE(is_conformant(f.results));
}

TEST(ConformanceClaim, IsNotMadeWhereTheDeadlinePassedAlthoughAllIsKeptElsewhere) {
  a_run f;
  f.keeps_all();
  f.add("area/late@sockets#1", verdict::skipped).skipped_because = "not run";
  f.results.out_of_time = 1;
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_FALSE(f.claim().acceptable());
  EXPECT_NE(
      f.text().find("INCOMPLETE: 1 case was not run, since the deadline had passed; 1 case was skipped"),
      std::string::npos)
      << f.text();
  f.finds("REC-4", verdict::fail);
  EXPECT_NE(f.text().find("NOT CONFORMANT: "), std::string::npos) << "what was seen to be broken comes first";
}

TEST(ConformanceClaim, FallsWithOneBrokenRequirementInOneCase) {
  a_run f;
  f.keeps_all();
  f.finds("REC-4", verdict::fail);
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_FALSE(f.claim().acceptable());
  EXPECT_EQ(f.standing("REC-4"), requirement_standing::broken);
  EXPECT_NE(f.text().find("NOT CONFORMANT: 1 of"), std::string::npos) << f.text();
  EXPECT_NE(f.text().find("REC-4   MUST   in area/case@sockets#1"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, FallsWithWhatCouldNotBeJudged) {
  a_run f;
  f.keeps_all();
  f.finds("REC-4", verdict::inconclusive);
  EXPECT_EQ(f.standing("REC-4"), requirement_standing::unclear);
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_NE(f.text().find("INCONCLUSIVE: 1 requirements"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, FallsWithWhatWasSkipped) {
  a_run f;
  f.keeps_all();
  std::erase_if(f.results.cases.front().judged.requirements,
                [](const requirement_verdict& one) { return one.id == "REC-4"; });
  case_result& one = f.add("backoff/x@sockets#1", verdict::skipped);
  one.verifies = {"REC-4"};
  one.skipped_because = "it sets agent.backoff_cap";
  EXPECT_EQ(f.standing("REC-4"), requirement_standing::skipped);
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_TRUE(f.claim().acceptable());
  EXPECT_NE(f.text().find("no claim of conformance: 1 requirements were skipped"), std::string::npos)
      << f.text();
  EXPECT_NE(f.text().find("it sets agent.backoff_cap"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, DoesNotExplainWhatIsBrokenByWhatWasSkipped) {
  a_run f;
  f.keeps_all();
  case_result& one = f.add("backoff/x@sockets#1", verdict::skipped);
  one.verifies = {"REC-4"};
  one.skipped_because = "it sets agent.backoff_cap";
  f.finds("REC-4", verdict::fail);
  EXPECT_EQ(f.standing("REC-4"), requirement_standing::broken);
  EXPECT_EQ(f.text().find("it sets agent.backoff_cap"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, KnowsWhatIsKnownToBeBrokenAndDoesNotCallItConformant) {
  a_run f;
  f.whose.known_failures = {{"REC-4", "issue 12"}};
  f.keeps_all();
  f.finds("REC-4", verdict::fail);
  EXPECT_EQ(f.standing("REC-4"), requirement_standing::known_broken);
  EXPECT_TRUE(f.claim().acceptable());
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_NE(f.text().find("NOT CONFORMANT, as known: REC-4"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, RefusesAKnownFailureThatIsNoneAnyMore) {
  a_run f;
  f.whose.known_failures = {{"REC-4", "issue 12"}};
  f.keeps_all();
  EXPECT_FALSE(f.claim().acceptable());
  EXPECT_NE(f.text().find("STALE: REC-4"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, DoesNotCallAKnownFailureStaleAfterAPartOfTheCases) {
  a_run f;
  f.whose.known_failures = {{"REC-4", "issue 12"}};
  f.keeps_all();
  EXPECT_TRUE(claim_of(f.whose, f.levels, f.results, claim_scope::part).stale.empty());
}

TEST(ConformanceClaim, AsksOfASubjectWhatItsRoleProfilesAndLevelSay) {
  a_run f;
  f.whose.profiles = {requirement_profile::core};
  f.levels = requirement_level::must;
  for (const requirement_claim& one : f.claim().requirements) {
    EXPECT_NE(one.about->role, requirement_role::gateway) << one.about->id;
    EXPECT_EQ(one.about->profile, requirement_profile::core) << one.about->id;
    EXPECT_EQ(one.about->level, requirement_level::must) << one.about->id;
  }
  const std::size_t core = f.claim().requirements.size();
  f.levels = requirement_level::should;
  EXPECT_GE(f.claim().requirements.size(), core);
}

}  // namespace
}  // namespace kitfox::conformance
