// Proves that checks can fail: the corpus run against each deliberately broken subject finds what it
// violates.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "conformance/mutants/mutant.hpp"
#include "conformance/run/case_runner.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

const run_plan& corpus() {
  static const run_plan plan = [] {
    run_selection selection;
    selection.paths = {KITFOX_SCENARIOS};
    selection.sockets = false;
    return plan_run(selection);
  }();
  return plan;
}

bool concerns(const planned_case& one, const mutant& subject) {
  return std::any_of(
      one.what->what.verifies.begin(), one.what->what.verifies.end(), [&](const requirement_reference& id) {
        return std::find(subject.violates.begin(), subject.violates.end(), id.id) != subject.violates.end();
      });
}

class Mutant : public testing::TestWithParam<std::string_view> {};

TEST_P(Mutant, IsFoundByTheRequirementItViolatesAndNoOther) {
  const mutant& subject = *find_mutant(GetParam());
  case_settings settings;
  subject.apply(settings.subjects);
  std::set<std::string> broken;
  std::string seen;
  std::size_t cases = 0;
  ASSERT_TRUE(corpus().errors.empty()) << to_string(corpus().errors.front());
  for (const planned_case& one : corpus().cases) {
    if (!concerns(one, subject)) continue;
    ++cases;
    const case_result result = run_case(one, settings);
    EXPECT_EQ(result.judged.harness_failure, "") << result.name;
    for (const finding& each : result.judged.findings) {
      if (each.kind != finding::weight::failure || each.requirement.empty()) continue;
      broken.insert(each.requirement);
      if (seen.size() < 4000)
        seen += result.name + ": " + each.requirement + ": " + each.subject + ": expected " + each.expected +
                ", got " + each.actual + "\n";
    }
  }
  EXPECT_GT(cases, 0u) << "no scenario verifies what it violates";
  for (const std::string_view id : subject.violates) {
    EXPECT_TRUE(broken.contains(std::string{id}))
        << subject.name << " " << subject.what << ", yet " << id << " was not found broken\n"
        << seen;
  }
  for (const std::string& id : broken) {
    const bool expected =
        std::find(subject.violates.begin(), subject.violates.end(), id) != subject.violates.end() ||
        std::find(subject.may_violate.begin(), subject.may_violate.end(), id) != subject.may_violate.end();
    EXPECT_TRUE(expected) << subject.name << " keeps " << id << ", yet it was found broken\n" << seen;
  }
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const auto list : {agent_mutants(), gateway_mutants()}) {
    for (const mutant& one : list) out.push_back(one.name);
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, Mutant, testing::ValuesIn(names()),
                         [](const testing::TestParamInfo<std::string_view>& one) {
                           std::string name{one.param};
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Mutants, NameRequirementsThatExist) {
  for (const std::string_view name : names()) {
    const mutant& one = *find_mutant(name);
    EXPECT_FALSE(one.violates.empty()) << name;
    for (const std::string_view id : one.violates)
      EXPECT_NE(find_requirement(id), nullptr) << name << ": " << id;
  }
}

}  // namespace
}  // namespace kitfox::conformance
