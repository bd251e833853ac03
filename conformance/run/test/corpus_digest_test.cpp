#include "conformance/run/corpus_digest.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

std::string digest_of(std::vector<scenario_source> sources) {
  run_plan plan;
  plan.sources = std::move(sources);
  return corpus_digest(plan);
}

TEST(CorpusDigest, IsOfTextsAndNamesAndNotOfPlacesOrOrder) {
  const std::string all = digest_of({{"/here/area/one.yaml", "1"}, {"/here/area/two.yaml", "2"}});
  EXPECT_EQ(all.size(), 64U);
  EXPECT_EQ(digest_of({{"/there/area/two.yaml", "2"}, {"/there/area/one.yaml", "1"}}), all);
  EXPECT_NE(digest_of({{"/here/area/one.yaml", "1"}, {"/here/area/two.yaml", "3"}}), all);
  EXPECT_NE(digest_of({{"/here/area/one.yaml", "1"}, {"/here/other/two.yaml", "2"}}), all);
  EXPECT_NE(digest_of({{"/here/area/one.yaml", "1"}}), all);
}

TEST(CorpusDigest, OfNoScenarioIsEmpty) { EXPECT_EQ(digest_of({}), ""); }

}  // namespace
}  // namespace kitfox::conformance
