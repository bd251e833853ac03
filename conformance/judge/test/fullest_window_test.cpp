#include "conformance/judge/fullest_window.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

TEST(FullestWindow, HoldsTheMostAndNotItsEnd) {
  EXPECT_EQ(find_fullest_window({}, 10).count, 0U);
  EXPECT_EQ(find_fullest_window({7}, 10).count, 1U);
  EXPECT_EQ(find_fullest_window({0, 10}, 10).count, 1U) << "what is a whole window later is in another";
  const fullest_window found = find_fullest_window({30, 0, 39, 1, 31}, 10);
  EXPECT_EQ(found.count, 3U);
  EXPECT_EQ(found.begins, 30);
  EXPECT_EQ(find_fullest_window({0, 1, 30, 31}, 10).begins, 0) << "the earliest of several";
}

}  // namespace
}  // namespace kitfox::conformance
