#include "conformance/spec/requirement_registry.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

TEST(Requirements, HaveIdsThatStandForOneEach) {
  const std::regex form{"[A-Z]{2,4}-[0-9]+"};
  std::set<std::string> ids;
  for (const requirement& one : requirements()) {
    EXPECT_TRUE(std::regex_match(one.id, form)) << one.id;
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_EQ(find_requirement(one.id), &one);
  }
  EXPECT_GE(ids.size(), 111U);
}

TEST(Requirements, AreNumberedWithoutGapsWithinTheirGroup) {
  std::string group;
  int last = 0;
  for (const requirement& one : requirements()) {
    const std::size_t dash = one.id.find('-');
    if (one.id.substr(0, dash) != group) last = 0;
    group = one.id.substr(0, dash);
    EXPECT_EQ(std::stoi(one.id.substr(dash + 1)), last + 1) << one.id;
    ++last;
  }
}

TEST(Requirements, SayWhatIsDemandedWhyAndHowItIsJudged) {
  for (const requirement& one : requirements()) {
    for (const std::string* text : {&one.text, &one.judged, &one.why}) {
      EXPECT_GE(text->size(), 15U) << one.id;
      EXPECT_EQ(text->back(), '.') << one.id << ": " << *text;
    }
    EXPECT_FALSE(one.area.empty()) << one.id;
    EXPECT_TRUE(one.not_testable.empty() || one.unchecked.empty()) << one.id << ": one reason is enough";
    EXPECT_TRUE(one.partly.empty() || one.checked())
        << one.id << ": what is not checked at all is not so in part";
    EXPECT_TRUE(one.checked() || one.reason_unchecked().size() >= 15) << one.id << ": a reason is a sentence";
  }
}

TEST(Requirements, DemandInTheWordsOfRfc2119) {
  const std::regex must{"\\bMUST\\b"}, should{"\\bSHOULD\\b"};
  for (const requirement& one : requirements()) {
    const bool demands = std::regex_search(one.text, must);
    EXPECT_EQ(demands, one.level == requirement_level::must) << one.id << ": " << one.text;
    EXPECT_TRUE(demands || std::regex_search(one.text, should)) << one.id << ": " << one.text;
    EXPECT_EQ(one.text.find('\n'), std::string::npos) << one.id;
  }
}

TEST(Requirements, AreFoundByTheirFormerIds) {
  const auto all = parse_requirements(R"({"requirements": [
    {"id": "A-2", "level": "MUST", "role": "both", "profile": "fleet", "area": "a", "text": "It MUST.", "judged": "",
     "why": "", "sources": ["RFC 1"], "aliases": ["A-1"], "unchecked": "later", "checks": [], "scenarios": [],
     "mutants": []}]})");
  EXPECT_EQ(find_requirement(all, "A-1"), all.data());
  EXPECT_EQ(find_requirement(all, "A-2"), all.data());
  EXPECT_EQ(find_requirement(all, "A-3"), nullptr);
  EXPECT_EQ(all.front().profile, requirement_profile::fleet);
  EXPECT_FALSE(all.front().checked());
  EXPECT_EQ(all.front().reason_unchecked(), "later");
}

TEST(Requirements, NeverUseAnIdAgain) {
  std::set<std::string> ids{requirement_ids().begin(), requirement_ids().end()};
  for (const requirement& one : requirements()) {
    for (const std::string& former : one.aliases) EXPECT_TRUE(ids.insert(former).second) << former;
  }
}

TEST(FindRequirement, IsExact) {
  EXPECT_EQ(find_requirement("REV-1")->area, "revocation");
  EXPECT_EQ(find_requirement("CON-7")->role, requirement_role::both);
  EXPECT_EQ(find_requirement("rev-1"), nullptr);
  EXPECT_EQ(find_requirement("REV-99"), nullptr);
  EXPECT_EQ(find_requirement(""), nullptr);
}

TEST(NearestWord, ForgivesSlipsAndNothingElse) {
  const std::vector<std::string> words{"revoke", "restart", "resume", "rst", "REV-1", "REV-11"};
  EXPECT_EQ(nearest_word("revok", words), "revoke");
  EXPECT_EQ(nearest_word("ervoke", words), "revoke");
  EXPECT_EQ(nearest_word("Revoke", words), "revoke");
  EXPECT_EQ(nearest_word("rts", words), "rst");
  EXPECT_EQ(nearest_word("rev-1", words), "REV-1");
  EXPECT_EQ(nearest_word("RESTRAT", words), "restart");
  EXPECT_EQ(nearest_word("explode", words), "");
  EXPECT_EQ(nearest_word("", words), "");
  EXPECT_EQ(nearest_word(std::string(100, 'r'), words), "");
  EXPECT_EQ(suggestion("revok", words), "; did you mean \"revoke\"?");
  EXPECT_EQ(suggestion("explode", words), "");
}

TEST(EditDistance, CountsExchangedNeighboursOnceAndCaseHardly) {
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("abc", "acb"), parts_of_an_edit);
  EXPECT_EQ(edit_distance("abc", "aBc"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3 * parts_of_an_edit);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3 * parts_of_an_edit);
}

}  // namespace
}  // namespace kitfox::conformance
