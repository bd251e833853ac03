#include "conformance/world/accelerated_clock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace kitfox::conformance {
namespace {

using variables = std::vector<std::pair<std::string, std::string>>;

variables added(const subject_program& what, std::uint32_t times, std::chrono::seconds since_begin) {
  const runtime::clock_pace pace{times, runtime::wall_time{std::chrono::seconds{1000}}};
  runtime::child_options options;
  add_clock(what, {times, "/lib/libfaketimeMT.so.1"}, pace, pace.since + since_begin, options);
  return options.environment;
}

TEST(AddClock, LeavesAProgramAloneInAWorldOfItsOwnPace) {
  EXPECT_TRUE(added({}, 1, std::chrono::seconds{5}).empty());
  EXPECT_TRUE(added({{"agent"}, {}}, 1, std::chrono::seconds{5}).empty());
}

TEST(AddClock, BeginsAtTheWorldsTimeWhichRunsAwayFromTheRealOne) {
  // After 10 s of the world 1 s has really passed: the program begins 9 s ahead.
  EXPECT_EQ(added({{"agent"}, {}}, 10, std::chrono::seconds{10}),
            (variables{{"LD_PRELOAD", "/lib/libfaketimeMT.so.1"}, {"FAKETIME", "+9.000000 x10"}}));
}

TEST(AddClock, TellsAReferenceByItsOwnVariable) {
  EXPECT_EQ(added({}, 10, std::chrono::seconds{10}), (variables{{"KITFOX_CLOCK_PACE", "10@1000000000000"}}));
}

TEST(GroupHasLoaded, LooksIntoTheProcessesOfAGroup) {
  EXPECT_TRUE(group_has_loaded(getpgid(0), "/anywhere/libc.so.6"));
  EXPECT_FALSE(group_has_loaded(getpgid(0), "/anywhere/libfaketimeMT.so.1"));
}

}  // namespace
}  // namespace kitfox::conformance
