#include "conformance/world/key_recipe.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

TEST(MadeKey, IsFoundWhereTheAnswerHasIt) {
  const made_key found =
      read_made_key(R"({"data": [{"key": "k1.secret"}], "key": 7, "cluster": {"id": "c-9"}})",
                    {"/data/0/key", "/key", "/cluster/id"});
  EXPECT_EQ(found.error, "");
  EXPECT_EQ(found.text, "k1.secret");
  EXPECT_EQ(found.id, "7");
  EXPECT_EQ(found.cluster_id, "c-9");
}

TEST(MadeKey, IsNamedByWhatStandsBeforeItsDotUnlessTheAnswerSays) {
  EXPECT_EQ(read_made_key(R"({"token": "k1.secret"})", {"/token"}).id, "k1");
}

TEST(MadeKey, OfACommandIsTheFirstWordAndItsClusterTheSecond) {
  const made_key found = read_made_key("k1.secret\tc-9\n", {});
  EXPECT_EQ(found.text, "k1.secret");
  EXPECT_EQ(found.cluster_id, "c-9");
}

TEST(MadeKey, ThatIsNotThereNamesThePlace) {
  EXPECT_EQ(read_made_key(R"({"token": null})", {"/token"}).error, "the answer has no text at /token");
  EXPECT_EQ(read_made_key(R"({"token": "a"})", {"/token", "/id"}).error, "the answer has no text at /id");
  EXPECT_EQ(read_made_key("<html>", {"/token"}).error, "the answer is not JSON");
  EXPECT_NE(read_made_key(" \n", {}).error.find("nothing was printed"), std::string::npos);
}

TEST(Placeholders, LeaveUnknownNamesAndDoNotExpandWhatTheyPut) {
  EXPECT_EQ(placed("${A} ${B} ${C}", {{"A", "${A}${B}"}, {"C", "c"}}), "${A}${B} ${B} c");
}

}  // namespace
}  // namespace kitfox::conformance
