#include "conformance/transcript/canary.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

TEST(Canary, IsFoundOnceWhereverItStandsWhole) {
  std::vector<std::string> seen{"kfx-canary-000000000000"};
  add_canaries("a kfx-canary-kfx-canary-111111111111, kfx-canary-111111111111 kfx-canary-000000000000", seen);
  EXPECT_EQ(seen, (std::vector<std::string>{"kfx-canary-000000000000", "kfx-canary-kfx-canary-1",
                                            "kfx-canary-111111111111"}));
}

TEST(Canary, IsNoneWhileItIsCut) {
  std::vector<std::string> seen;
  add_canaries("kfx-canary-11111111111", seen);
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace kitfox::conformance
