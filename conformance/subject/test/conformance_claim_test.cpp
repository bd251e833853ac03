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
      if (is_asked_of(each, whose, levels) && each.checked())
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

/// Every MUST of this profile and role that can be seen is checked.
a_run fully_checked() {
  a_run f;
  f.whose.profiles = {requirement_profile::core};
  return f;
}

TEST(ConformanceClaim, IsMadeOnlyWhenEverythingWasLookedAtAndKept) {
  a_run f = fully_checked();
  EXPECT_FALSE(f.claim().conformant()) << "nothing ran";
  f.keeps_all();
  EXPECT_TRUE(f.claim().conformant());
  EXPECT_NE(f.text().find("\nCONFORMANT: "), std::string::npos) << f.text();
}

TEST(ConformanceClaim, SaysHowManyMustsTheSuiteDoesNotCheckYet) {
  a_run f;
  f.whose.role = party::gateway;
  f.keeps_all();
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_TRUE(f.claim().conformant_as_far_as_checked());
  EXPECT_TRUE(f.claim().acceptable());
  EXPECT_EQ(f.standing("RES-3"), requirement_standing::unchecked);
  EXPECT_EQ(f.standing("RES-1"), requirement_standing::not_testable);
  const std::size_t unchecked = f.claim().count(requirement_standing::unchecked, requirement_level::must);
  EXPECT_GT(unchecked, 1U);
  EXPECT_NE(f.text().find("\nCONFORMANT AS FAR AS CHECKED: "), std::string::npos) << f.text();
  EXPECT_NE(f.text().find(std::to_string(unchecked) + " MUSTs are not checked by this suite yet: "),
            std::string::npos)
      << f.text();
}

TEST(ConformanceClaim, IsNoWorseForABrokenRecommendationWhichIsToldBesideIt) {
  a_run f = fully_checked();
  f.keeps_all();
  f.finds("CMD-7", verdict::warn);
  EXPECT_TRUE(f.claim().conformant());
  EXPECT_FALSE(f.claim().acceptable()) << "with --level should it counts";
  EXPECT_NE(f.text().find("\nCONFORMANT: "), std::string::npos) << f.text();
  EXPECT_NE(f.text().find("; of what is recommended broken: CMD-7"), std::string::npos) << f.text();
}

TEST(ConformanceClaim, TakesOfWhatBothPromiseThePartOfTheSubjectsSideAlone) {
  a_run f = fully_checked();
  f.keeps_all();
  requirement_verdict peer{"BAD-1", verdict::fail, 3, true};
  peer.of_agent = side_verdict{verdict::pass, 0, false};
  peer.of_gateway = side_verdict{verdict::fail, 3, true};
  f.add("area/case@sockets#1", verdict::fail).judged.requirements.push_back(peer);
  EXPECT_EQ(f.standing("BAD-1"), requirement_standing::kept) << "its gateway broke it";
  EXPECT_FALSE(f.claim().acceptable()) << "a failed case is told all the same";
  f.whose.role = party::gateway;
  EXPECT_EQ(f.standing("BAD-1"), requirement_standing::broken);
}

TEST(ConformanceClaim, NeedsACaseThatPutsTheRequirementToTheTest) {
  a_run f = fully_checked();
  f.keeps_all();
  for (requirement_verdict& one : f.results.cases.front().judged.requirements)
    if (one.id == "REC-4") one.named = false;
  EXPECT_EQ(f.standing("REC-4"), requirement_standing::not_exercised);
  EXPECT_FALSE(f.claim().conformant());
}

TEST(ConformanceClaim, FallsWithACaseThatFailedForWhatIsNotAskedOrForNothing) {
  a_run f = fully_checked();
  f.keeps_all();
  f.finds("TLS-2", verdict::fail);
  EXPECT_FALSE(f.claim().conformant());
  EXPECT_FALSE(f.claim().acceptable());
  EXPECT_NE(f.text().find("\nFAILED: area/case@sockets#1 failed for TLS-2, which is not asked"),
            std::string::npos)
      << f.text();
  f.whose.known_failures = {{"TLS-2", "issue 3"}};
  EXPECT_TRUE(f.claim().acceptable());
  f.add("area/apart@sockets#1", verdict::fail);
  EXPECT_FALSE(f.claim().acceptable());
}

TEST(ConformanceClaim, IsSaidInReportsAsOnTheConsole) {
  a_run f = fully_checked();
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

TEST(ConformanceClaim, CallsAKnownFailureStaleAfterAPartOfTheCasesOnlyWhenAllOfItsOwnWereInIt) {
  a_run f;
  f.whose.known_failures = {{"REC-4", "issue 12"}, {"REC-5", "issue 13"}};
  f.keeps_all();
  const auto stale = claim_of(f.whose, f.levels, f.results, [](const std::string& id) {
                       return id == "REC-5" ? share_played::whole : share_played::part;
                     }).stale;
  ASSERT_EQ(stale.size(), 1U);
  EXPECT_EQ(stale.front().requirement, "REC-5");
}

TEST(ConformanceClaim, SaysThatWhatNeedsVirtualTimeIsNotCheckedByThisSuite) {
  a_run f = fully_checked();
  f.keeps_all();
  std::erase_if(f.results.cases.back().judged.requirements,
                [](const requirement_verdict& one) { return one.id == "REC-4" || one.id == "REC-5"; });
  const auto made = [&](share_played of_rec4) {
    return claim_of(f.whose, f.levels, f.results, [=](const std::string& id) {
      return id == "REC-4" ? of_rec4 : id == "REC-5" ? share_played::nothing_to_play : share_played::whole;
    });
  };
  EXPECT_FALSE(made(share_played::whole).conformant_as_far_as_checked());  // it ought to have shown
  const conformance_claim claim = made(share_played::nothing_to_play);
  EXPECT_TRUE(claim.conformant_as_far_as_checked());
  EXPECT_FALSE(claim.conformant());
  EXPECT_EQ(claim.count(requirement_standing::unchecked), 2U);
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
