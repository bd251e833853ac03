// Proves that checks can fail: cases of the corpus run against each deliberately broken subject find what it
// violates, and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "conformance/judge/requirement_check.hpp"
#include "conformance/mutants/test/kill_matrix.hpp"
#include "conformance/mutants/test/mutant_runs.hpp"
#include "conformance/spec/requirement_registry.hpp"
#include "conformance/spec/test/document_file.hpp"

namespace kitfox::conformance {
namespace {

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const auto list : {agent_mutants(), gateway_mutants()}) {
    for (const mutant& one : list) out.push_back(one.name);
  }
  return out;
}

bool lists(std::span<const std::string_view> ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Which mutant was found by which requirement; written for readers when all have run, and compared with what
/// is published when nothing was left out.
class kill_matrix final : public testing::Environment {
 public:
  static kill_rows& rows() {
    static kill_rows all;
    return all;
  }
  static check_rows& checks() {
    static check_rows all;
    return all;
  }
  void TearDown() override {
    std::ofstream out{KITFOX_KILL_MATRIX};
    EXPECT_TRUE(out << print_kill_list(rows()) << std::flush) << KITFOX_KILL_MATRIX;
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    const bool in_part = all.test_to_run_count() != all.total_test_count();
    if (in_part || std::getenv("KITFOX_MUTANTS") != nullptr) return;
    for (const requirement_check& one : requirement_checks())
      EXPECT_TRUE(checks().contains(std::string{one.name}))
          << "no mutant shows that " << one.name << " can fail";
    expect_current(KITFOX_MATRIX, print_kill_matrix(rows(), checks(), agent_mutants(), gateway_mutants()),
                   "build/release/test/kitfox_mutants_test");
  }
};
const auto* const matrix = testing::AddGlobalTestEnvironment(new kill_matrix);

/// Findings in a case say something about a mutant only where there are none about the reference.
const broken_promises& reference_on(const planned_case& one) {
  static std::map<const planned_case*, broken_promises> known;
  const auto [slot, fresh] = known.try_emplace(&one);
  if (fresh) slot->second = run_against({}, {&one});
  return slot->second;
}

/// What was said in a case that names nothing of what the mutant violates; empty: there is none.
std::string found_alone(const broken_promises& broken, const std::map<std::string, std::string>& said,
                        const mutant& subject) {
  for (const auto& [one, text] : said) {
    const bool beside = std::any_of(
        subject.violates.begin(), subject.violates.end(), [&, &name = one](const std::string_view id) {
          const auto found = broken.by_requirement.find(std::string{id});
          return found != broken.by_requirement.end() && found->second.contains(name);
        });
    if (!beside) return text;
  }
  return {};
}

class Mutant : public testing::TestWithParam<std::string_view> {};

TEST_P(Mutant, IsFoundByTheRequirementsItViolatesAndNoOther) {
  const mutant& subject = *find_mutant(GetParam());
  ASSERT_TRUE(simulated_corpus().errors.empty()) << to_string(simulated_corpus().errors.front());
  const auto cases = cases_for(subject);
  ASSERT_FALSE(cases.empty()) << "no scenario verifies what it violates";
  for (const planned_case* one : cases) {
    for (const auto& [id, said] : reference_on(*one).by_requirement)
      ADD_FAILURE() << "the reference breaks " << id << ":\n" << said.begin()->second;
  }
  sim_subjects subjects;
  subject.apply(subjects);
  const broken_promises broken = run_against(subjects, cases);
  for (const std::string& failure : broken.harness_failures) ADD_FAILURE() << failure;
  for (const auto list : {subject.violates, subject.entails}) {
    for (const std::string_view id : list) {
      EXPECT_TRUE(broken.by_requirement.contains(std::string{id}))
          << subject.name << " " << subject.what << ", yet " << id << " was not found broken in "
          << broken.cases << " cases";
    }
  }
  for (const std::string_view id : subject.elsewhere) {
    EXPECT_TRUE(!runs_every_case() || broken.by_requirement.contains(std::string{id}))
        << subject.name << ": " << id << " was not found broken anywhere";
  }
  for (const std::string& check : broken.by_check)
    kill_matrix::checks()[check].insert(std::string{subject.name});
  for (const auto& [id, said] : broken.by_requirement) {
    for (const auto& [one, text] : said) kill_matrix::rows()[id][std::string{subject.name}].insert(one);
    if (lists(subject.violates, id) || lists(subject.entails, id)) continue;
    const std::string alone = runs_every_case() ? found_alone(broken, said, subject) : said.begin()->second;
    const bool foreseen = runs_every_case() && lists(subject.elsewhere, id);
    EXPECT_EQ(!alone.empty(), foreseen)
        << subject.name << " keeps " << id << (foreseen ? " everywhere" : ", yet it was found broken:\n")
        << alone;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Mutant, testing::ValuesIn(names()),
                         [](const testing::TestParamInfo<std::string_view>& one) {
                           std::string name{one.param};
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Mutants, NameRequirementsThatExistAndAreChecked) {
  for (const std::string_view name : names()) {
    const mutant& one = *find_mutant(name);
    EXPECT_FALSE(one.violates.empty()) << name;
    for (const auto list : {one.violates, one.entails, one.elsewhere}) {
      for (const std::string_view id : list) {
        const requirement* known = find_requirement(id);
        ASSERT_NE(known, nullptr) << name << ": " << id;
        EXPECT_TRUE(known->checked()) << name << ": " << id;
      }
    }
  }
}

}  // namespace
}  // namespace kitfox::conformance
