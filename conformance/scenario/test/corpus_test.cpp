// What must be true of the scenarios as a whole.
#include "conformance/scenario/corpus.hpp"

#include <gtest/gtest.h>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "conformance/scenario/schema_words.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

const loaded_corpus& corpus() {
  static const loaded_corpus loaded = [] {
    const std::string root = KITFOX_SOURCE_SCENARIOS;
    return load_corpus(std::span{&root, 1});
  }();
  return loaded;
}

TEST(Corpus, HasNoMistakes) {
  for (const load_error& one : corpus().errors) ADD_FAILURE() << to_string(one);
  EXPECT_GE(corpus().files, 40U);
}

TEST(Corpus, CoversEveryArea) {
  std::set<std::string> areas;
  for (const scenario_case& one : corpus().cases) areas.insert(one.what.area);
  for (const char* area :
       {"connect", "disconnect", "half-open", "backoff", "herd", "revocation", "rbac", "routing", "isolation",
        "replicas", "commands", "shutdown", "bad-input", "questions", "stream", "audit"})
    EXPECT_TRUE(areas.contains(area)) << area;
}

TEST(Corpus, VerifiesExactlyTheRequirementsThatCountAsChecked) {
  std::set<std::string> verified;
  for (const scenario_case& one : corpus().cases)
    for (const requirement_reference& each : one.what.verifies) verified.insert(each.id);
  for (const requirement& one : requirements())
    EXPECT_EQ(verified.contains(one.id), one.checked()) << one.id << ": " << one.reason_unchecked();
}

TEST(Corpus, StatesReasonsForWorldsLeftOut) {
  std::map<std::string, std::set<world_kind>> worlds;
  for (const scenario_case& one : corpus().cases) worlds[one.id].insert(one.world);
  for (const scenario_case& one : corpus().cases) {
    const bool both =
        worlds[one.id].contains(world_kind::sim) && worlds[one.id].contains(world_kind::sockets);
    EXPECT_NE(both, !one.what.because.empty()) << one.id;
  }
}

TEST(Corpus, FitsOnAScreen) {
  std::set<std::string> files;
  for (const scenario_case& one : corpus().cases) files.insert(one.what.where.file);
  for (const std::string& name : files) {
    std::ifstream file{name};
    std::string line;
    std::size_t lines = 0;
    while (std::getline(file, line)) {
      ++lines;
      if (lines != 1) continue;
      EXPECT_EQ(line, "# yaml-language-server: $schema=../schema/scenario-v1.json") << name;
    }
    EXPECT_LE(lines, 60U) << name;
  }
}

TEST(Corpus, HasFixturesThatAreYaml) {
  for (const auto& entry : std::filesystem::directory_iterator{KITFOX_SOURCE_SCENARIOS "/fixtures"})
    EXPECT_FALSE(YAML::LoadAllFromFile(entry.path().string()).empty()) << entry.path();
}

TEST(FindScenarioFiles, TakesFoldersAndFilesOnceAndInOrder) {
  const std::string root = KITFOX_SOURCE_SCENARIOS;
  const std::vector<std::string> paths{root + "/herd", root, root + "/herd"};
  const found_files found = find_scenario_files(paths);
  EXPECT_TRUE(found.errors.empty());
  EXPECT_TRUE(std::is_sorted(found.files.begin(), found.files.end()));
  EXPECT_EQ(std::adjacent_find(found.files.begin(), found.files.end()), found.files.end());
  for (const std::string& one : found.files) EXPECT_EQ(one.find("/fixtures/"), std::string::npos) << one;
}

TEST(FindScenarioFiles, ReportsWhatIsNotThere) {
  const std::vector<std::string> paths{"/nowhere/at/all"};
  const found_files found = find_scenario_files(paths);
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_EQ(to_string(found.errors[0]), "/nowhere/at/all: no such file or folder");
}

TEST(CorpusRoot, IsTheFolderWithTheSchema) {
  const std::string root = KITFOX_SOURCE_SCENARIOS;
  EXPECT_EQ(corpus_root_of(root + "/herd/any.yaml"), root);
  EXPECT_EQ(corpus_root_of("/"), "");
}

TEST(SchemaWords, DescribeEveryWordWithAnExample) {
  EXPECT_GT(schema_words().size(), 90U);
  for (const schema_word& one : schema_words()) {
    EXPECT_FALSE(one.description.empty()) << one.name;
    EXPECT_FALSE(one.family.empty()) << one.name;
    EXPECT_FALSE(one.examples.empty()) << one.name;
  }
  ASSERT_EQ(find_schema_words("revoke").size(), 1U);
  EXPECT_EQ(find_schema_words("revoke")[0]->examples[0], "revoke: {cluster: prod-us-east-1}");
  EXPECT_TRUE(find_schema_words("revok").empty());
  const std::span<const schema_word> keys = schema_keys();
  const auto seeds = std::ranges::find(keys, "seeds", &schema_word::name);
  ASSERT_NE(seeds, keys.end());
  EXPECT_EQ(seeds->expected, "a whole number from 1 to 1000");
}

}  // namespace
}  // namespace kitfox::conformance
