#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "fakes/kube/test/golden_replay.hpp"

// Replays exchanges that were recorded with a real kube-apiserver. What the fake answers differently is
// listed, with a reason each, in golden_waivers.txt; an entry that is no longer needed fails the test.
namespace kitfox::kube::golden {
namespace {

/// What may differ: "NAME" for everything of an exchange, "NAME PART" for one part of it.
class waiver_list {
 public:
  explicit waiver_list(const std::filesystem::path& file) {
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line.starts_with("#")) continue;
      const std::size_t hash = line.find(" # ");
      EXPECT_NE(hash, std::string::npos) << "no reason given: " << line;
      entries_.emplace(line.substr(0, hash), uses::none);
    }
  }
  bool covers(const exchange& recorded, const difference& one) {
    for (const std::string& key : {recorded.name, recorded.name + " " + one.part}) {
      const auto found = entries_.find(key);
      if (found == entries_.end()) continue;
      found->second = uses::some;
      return true;
    }
    return false;
  }
  void expect_all_used() const {
    for (const auto& [name, used] : entries_) {
      EXPECT_TRUE(used == uses::some) << name << ": the waiver is not needed, or for no exchange";
    }
  }
  std::size_t count() const { return entries_.size(); }

 private:
  enum class uses { none, some };
  std::map<std::string, uses> entries_;
};

/// Areas by how names begin, after the number; the first that fits.
std::string area_of(const exchange& recorded) {
  static const std::vector<std::pair<std::string, std::string>> beginnings{{"auth-401", "authentication"},
                                                                           {"auth-sa", "authentication"},
                                                                           {"token", "authentication"},
                                                                           {"auth-", "authorization"},
                                                                           {"imp-", "impersonation"},
                                                                           {"ssar-", "access reviews"},
                                                                           {"ssrr-", "access reviews"},
                                                                           {"sar-", "access reviews"},
                                                                           {"localsar", "access reviews"},
                                                                           {"rbac-", "RBAC"},
                                                                           {"disc-", "discovery"},
                                                                           {"health-", "health"},
                                                                           {"get-", "reads"},
                                                                           {"list-", "reads"},
                                                                           {"head-", "reads"},
                                                                           {"watch-", "watches"},
                                                                           {"log-", "logs"},
                                                                           {"inflight-", "limits"}};
  const std::string name = recorded.name.substr(4);
  for (const auto& [beginning, area] : beginnings) {
    if (name.starts_with(beginning)) return area;
  }
  return "writes and other methods";
}

struct score {
  std::size_t same = 0, all = 0;
};

TEST(GoldenCorpus, AnswersAsKubeApiserverDid) {
  const std::filesystem::path corpus{KITFOX_GOLDEN_CORPUS};
  waiver_list waivers{KITFOX_GOLDEN_WAIVERS};
  const auto exchanges = read_exchanges(corpus / "exchanges");
  ASSERT_GT(exchanges.size(), 200U);
  replay run{corpus / "fixture.jsonl"};
  comparison judge;
  std::map<std::string, score> scores;
  score total;
  for (const exchange& recorded : exchanges) {
    const auto differences = judge.differences(recorded, run.answer_to(recorded));
    for (const difference& one : differences) {
      EXPECT_TRUE(waivers.covers(recorded, one)) << recorded.name << " " << one.part << ": " << one.text;
    }
    for (score* one : {&total, &scores[area_of(recorded)]}) {
      ++one->all;
      if (differences.empty()) ++one->same;
    }
  }
  waivers.expect_all_used();
  for (const auto& [area, one] : scores) std::cout << area << ": " << one.same << " of " << one.all << "\n";
  std::cout << "golden corpus: " << total.same << " of " << total.all << " exchanges agree, "
            << waivers.count() << " waivers\n";
  for (const char* area : {"authentication", "authorization", "impersonation", "access reviews", "RBAC"}) {
    EXPECT_EQ(scores[area].same, scores[area].all) << area << " is what permissions are judged by";
  }
}

}  // namespace
}  // namespace kitfox::kube::golden
