#include "conformance/subject/case_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kitfox::conformance {
namespace {

run_plan corpus_in_sockets() {
  run_selection everything;
  everything.sim = false;
  return plan_run(everything);
}

subject claiming_all(party role) {
  subject out;
  out.role = role;
  out.profiles = {requirement_profile::core, requirement_profile::fleet, requirement_profile::secure};
  return out;
}

TEST(CaseChoice, KeepsTheCasesThatAskSomethingOfTheSubject) {
  for (const party role : {party::agent, party::gateway}) {
    run_plan plan = corpus_in_sockets();
    ASSERT_TRUE(plan.errors.empty());
    const std::size_t before = plan.cases.size();
    const subject whose = claiming_all(role);
    keep_cases_for(whose, requirement_level::should, thoroughness::full, {}, plan);
    EXPECT_LT(plan.cases.size(), before);
    EXPECT_GT(plan.cases.size(), before / 3);
    for (const planned_case& one : plan.cases)
      EXPECT_TRUE(std::ranges::any_of(one.what->what.verifies, [&](const requirement_reference& each) {
        return is_asked_of(*find_requirement(each.id), whose, requirement_level::should);
      })) << one.name();
  }
}

TEST(CaseChoice, KeepsOnlyWhatPutsTheNamedRequirementsToTheTest) {
  run_plan plan = corpus_in_sockets();
  keep_cases_for(claiming_all(party::agent), requirement_level::should, thoroughness::full, {"RBC-1"}, plan);
  ASSERT_FALSE(plan.cases.empty());
  for (const planned_case& one : plan.cases)
    EXPECT_TRUE(std::ranges::any_of(one.what->what.verifies, [](const requirement_reference& each) {
      return each.id == "RBC-1";
    })) << one.name();
}

TEST(CaseChoice, SkipsWhatSendsCommandsToASubjectThatAnswersNone) {
  run_plan plan = corpus_in_sockets();
  keep_cases_for(claiming_all(party::agent), requirement_level::should, thoroughness::quick, {}, plan);
  skip_commands(plan);
  const auto reason_of = [&](std::string_view id) {
    const auto found =
        std::ranges::find_if(plan.cases, [&](const planned_case& one) { return one.what->id == id; });
    return found == plan.cases.end() ? "not there" : found->skip_because;
  };
  EXPECT_EQ(reason_of("commands/closed-list"), "it sends commands, and the subject was seen to answer none");
  EXPECT_EQ(reason_of("connect/agent-becomes-reachable"), "");
}

TEST(CaseChoice, HasEveryQuickCaseInTheCorpus) {
  const run_plan plan = corpus_in_sockets();
  for (const std::string_view id : quick_cases())
    EXPECT_TRUE(std::ranges::any_of(plan.cases, [&](const planned_case& one) {
      return one.what->id == id || one.what->id.starts_with(std::string{id} + "[");
    })) << id;
}

TEST(CaseChoice, AsksBothRolesOfAQuickRun) {
  for (const party role : {party::agent, party::gateway}) {
    run_plan plan = corpus_in_sockets();
    keep_cases_for(claiming_all(role), requirement_level::should, thoroughness::quick, {}, plan);
    EXPECT_GE(plan.cases.size(), 5u);
  }
}

}  // namespace
}  // namespace kitfox::conformance
