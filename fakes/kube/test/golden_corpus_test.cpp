#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "fakes/kube/test/golden_replay.hpp"

// Replays exchanges that were recorded with a real kube-apiserver. What the fake answers differently is
// listed, with a reason each, in golden_waivers.txt; an entry that is no longer needed fails the test.
namespace kitfox::kube::golden {
namespace {

std::map<std::string, std::string> read_waivers() {
  std::map<std::string, std::string> waivers;
  std::ifstream in{KITFOX_GOLDEN_WAIVERS};
  for (std::string line; std::getline(in, line);) {
    const std::size_t hash = line.find(" # ");
    if (line.empty() || line.starts_with("#")) continue;
    EXPECT_NE(hash, std::string::npos) << "no reason given: " << line;
    if (hash != std::string::npos) waivers[line.substr(0, hash)] = line.substr(hash + 3);
  }
  return waivers;
}

TEST(GoldenCorpus, AnswersAsKubeApiserverDid) {
  const std::filesystem::path corpus{KITFOX_GOLDEN_CORPUS};
  const auto waivers = read_waivers();
  const auto exchanges = read_exchanges(corpus / "exchanges");
  ASSERT_GT(exchanges.size(), 200U);
  replay run{corpus / "fixture.jsonl"};
  std::size_t same = 0;
  std::map<std::string, std::string> unused = waivers;
  for (const exchange& recorded : exchanges) {
    const std::string difference = run.difference(recorded);
    unused.erase(recorded.name);
    if (difference.empty()) {
      ++same;
      EXPECT_FALSE(waivers.contains(recorded.name)) << recorded.name << ": the waiver is no longer needed";
    } else {
      EXPECT_TRUE(waivers.contains(recorded.name)) << recorded.name << ": " << difference;
    }
  }
  for (const auto& [name, reason] : unused) ADD_FAILURE() << "waiver for no exchange: " << name;
  RecordProperty("same", std::to_string(same) + " of " + std::to_string(exchanges.size()));
  std::cout << "golden corpus: " << same << " of " << exchanges.size() << " exchanges agree, "
            << waivers.size() << " waived\n";
}

}  // namespace
}  // namespace kitfox::kube::golden
