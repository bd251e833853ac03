// SPEC.md, the registry and COVERAGE.md against each other, and against the checks, scenarios and mutants.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/requirement_check.hpp"
#include "conformance/mutants/mutant.hpp"
#include "conformance/scenario/corpus.hpp"
#include "conformance/scenario/json_schema.hpp"
#include "conformance/scenario/yaml_tree.hpp"
#include "conformance/spec/coverage_table.hpp"
#include "conformance/spec/requirement_text.hpp"
#include "conformance/spec/test/document_file.hpp"

namespace kitfox::conformance {
namespace {

const std::filesystem::path spec_folder{KITFOX_SPEC};
constexpr std::string_view renewed_here = "build/release/test/kitfox_specification_test";

const loaded_corpus& scenario_corpus() {
  static const loaded_corpus all = [] {
    const std::string folder{KITFOX_SCENARIOS};
    return load_corpus({&folder, 1});
  }();
  return all;
}

/// The registry as it stands in the tree, which may be newer than the one that was built in.
const std::vector<requirement>& registry_in_tree() {
  static const std::vector<requirement> all =
      parse_requirements(read_document(spec_folder / "requirements.json"));
  return all;
}

class proof_collection {
 public:
  proof_collection() {
    for (const requirement_check& check : requirement_checks())
      for (const std::string_view id : check.requirements) add(id, &requirement_proof::checks, check.name);
    for (const scenario_case& one : scenario_corpus().cases) add_scenario(one);
    for (const auto list : {agent_mutants(), gateway_mutants()})
      for (const mutant& one : list)
        for (const std::string_view id : one.violates) add(id, &requirement_proof::mutants, one.name);
  }
  [[nodiscard]] const std::map<std::string, requirement_proof>& all() const noexcept { return all_; }

 private:
  void add(std::string_view id, std::vector<std::string> requirement_proof::*list, std::string_view name) {
    const requirement* known = find_requirement(registry_in_tree(), id);
    EXPECT_NE(known, nullptr) << name << " names " << id << ", which is no requirement";
    if (known == nullptr) return;
    auto& names = all_[known->id].*list;
    const auto place = std::ranges::lower_bound(names, name);
    if (place == names.end() || *place != name) names.insert(place, std::string{name});
  }
  void add_scenario(const scenario_case& one) {
    constexpr std::string_view own = "expectation";
    const std::string name = one.id.substr(0, one.id.find('['));
    for (const requirement_reference& each : one.what.verifies)
      add(each.id, &requirement_proof::scenarios, name);
    const auto add_own = [&](const std::string& id) {
      if (!id.empty()) add(id, &requirement_proof::checks, own);
    };
    for (const step& each : one.what.steps) {
      if (expects_something(each)) add_own(each.requirement);
    }
    for (const check& each : one.what.checks) {
      if (!std::holds_alternative<invariant_check>(each.what)) add_own(each.requirement);
    }
  }
  std::map<std::string, requirement_proof> all_;
};

const std::map<std::string, requirement_proof>& proofs() {
  static const proof_collection gathered;
  return gathered.all();
}

requirement_proof proof_of(const requirement& one) {
  const auto found = proofs().find(one.id);
  return found == proofs().end() ? requirement_proof{} : found->second;
}

TEST(Registry, KeepsToItsSchema) {
  const json_schema schema{read_document(spec_folder / "requirements.schema.json")};
  const std::string name = "requirements.json";
  const yaml_parsed read = parse_yaml(read_document(spec_folder / name), name);
  ASSERT_TRUE(read.errors.empty()) << to_string(read.errors.front());
  for (const load_error& error : schema.validate(read.root, name)) ADD_FAILURE() << to_string(error);
}

TEST(Registry, NamesTheChecksScenariosAndMutantsThatThereAre) {
  ASSERT_TRUE(scenario_corpus().errors.empty()) << to_string(scenario_corpus().errors.front());
  const std::filesystem::path file = spec_folder / "requirements.json";
  expect_current(file, renew_registry(read_document(file), proofs()), renewed_here);
}

TEST(Registry, HasACheckAndAScenarioForEachRequirementOrAReason) {
  for (const requirement& one : registry_in_tree()) {
    const requirement_proof proof = proof_of(one);
    if (one.checked()) {
      EXPECT_FALSE(proof.checks.empty()) << one.id << " has no check and no reason";
      EXPECT_FALSE(proof.scenarios.empty()) << one.id << " is verified by no scenario, and nothing says why";
    } else {
      EXPECT_TRUE(proof.scenarios.empty())
          << one.id << " says that it is not checked, and " << proof.scenarios.front() << " verifies it";
    }
  }
}

TEST(Registry, HasAMutantForEachCheckOrAReason) {
  for (const requirement& one : registry_in_tree()) {
    const bool killed = !proof_of(one).mutants.empty();
    if (!one.checked()) {
      EXPECT_FALSE(killed) << one.id << " is not checked, yet a mutant is said to be found by it";
      EXPECT_TRUE(one.no_mutant.empty()) << one.id << " is not checked at all";
    } else {
      EXPECT_NE(killed, !one.no_mutant.empty())
          << one.id << (killed ? " is broken by a mutant" : " is broken by no mutant, and nothing says why");
    }
  }
}

TEST(Specification, HasEachRequirementOnceInTheWordsOfTheRegistry) {
  const std::string document = read_document(spec_folder / "SPEC.md");
  std::set<std::string> found;
  for (const requirement_block& block : find_requirement_blocks(document)) {
    EXPECT_NE(find_requirement(registry_in_tree(), block.id), nullptr)
        << "SPEC.md: " << block.id << " is not in the registry";
    EXPECT_TRUE(found.insert(block.id).second) << "SPEC.md has " << block.id << " twice";
    EXPECT_FALSE(block.heading.empty()) << block.id << " stands in no section";
  }
  for (const requirement& one : registry_in_tree())
    EXPECT_TRUE(found.contains(one.id)) << "SPEC.md lacks " << one.id;
  expect_current(spec_folder / "SPEC.md", renew_requirement_blocks(document, registry_in_tree()),
                 renewed_here);
}

TEST(Specification, KeepsTheRequirementsOfAnAreaInOneSection) {
  std::map<std::string, std::string> section_of;
  for (const requirement_block& block : find_requirement_blocks(read_document(spec_folder / "SPEC.md"))) {
    const requirement* known = find_requirement(registry_in_tree(), block.id);
    ASSERT_NE(known, nullptr) << block.id;
    const auto [place, fresh] = section_of.try_emplace(known->area, block.heading);
    EXPECT_EQ(place->second, block.heading) << block.id << " is of area " << known->area;
  }
}

TEST(Coverage, TableIsCurrent) {
  // From what the registry says once it is renewed, so that one run renews both.
  const std::string json = renew_registry(read_document(spec_folder / "requirements.json"), proofs());
  expect_current(spec_folder / "COVERAGE.md", print_coverage(parse_requirements(json)), renewed_here);
}

}  // namespace
}  // namespace kitfox::conformance
