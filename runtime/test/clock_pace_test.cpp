#include "runtime/clock_pace.hpp"

#include <gtest/gtest.h>

#include "runtime/real_host.hpp"

namespace kitfox::runtime {
namespace {

TEST(ClockPace, IsReadAsItIsPrinted) {
  const clock_pace pace{10, wall_time{std::chrono::seconds{1'764'316'800}}};
  EXPECT_EQ(print_clock_pace(pace), "10@1764316800000000000");
  EXPECT_EQ(parse_clock_pace("10@1764316800000000000"), pace);
  for (const char* wrong :
       {"", "10", "@1", "0@1", "101@1", "10@", "10@-1", "10@1x", "x@1", "10@99999999999999999999"})
    EXPECT_FALSE(parse_clock_pace(wrong)) << wrong;
}

task<int> sleep(host& on, duration span, duration& slept, duration& passed) {
  const mono_time begun = on.clock().now();
  const wall_time wall = on.clock().wall_now();
  static_cast<void>(co_await on.clock().sleep_for(span));
  slept = on.clock().now() - begun;
  passed = on.clock().wall_now() - wall;
  co_return 0;
}

TEST(ClockPace, AQuickHostSleepsNoLessThanItsOwnTimeAndBothItsClocksTellIt) {
  no_events events;
  const auto host = real_host::make(events, quicker_from_now(100));
  duration slept{}, passed{};
  host->run(sleep(*host, std::chrono::seconds{2}, slept, passed));  // 20 ms for everybody else
  EXPECT_GE(slept, std::chrono::seconds{2});
  EXPECT_GE(passed, std::chrono::milliseconds{1990});
}

TEST(ClockPace, HostsOfOnePaceAgreeOnCivilTime) {
  no_events events;
  const clock_pace pace = quicker_from_now(50);
  const auto one = real_host::make(events, pace), other = real_host::make(events, pace);
  const wall_time before = one->clock().wall_now(), between = other->clock().wall_now();
  EXPECT_LE(before, between);
  EXPECT_LE(between, one->clock().wall_now());
}

TEST(ClockPace, EndsWhereTimeDoes) {
  no_events events;
  const auto host = real_host::make(events, clock_pace{clock_pace_max, wall_time{}});
  EXPECT_GT(host->clock().wall_now(), wall_time::max() - std::chrono::seconds{1});
}

}  // namespace
}  // namespace kitfox::runtime
