#include "fakes/sim/skewed_time.hpp"

#include <gtest/gtest.h>

#include "runtime/entropy.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::mono_time;
using runtime::wall_time;

const wall_time epoch{1'000'000s};

TEST(SkewedTime, RunsWithTrueTimeAtFirst) {
  const skewed_time clock{epoch};
  EXPECT_EQ(clock.monotonic(mono_time{90s}), mono_time{90s});
  EXPECT_EQ(clock.wall(mono_time{90s}), epoch + 90s);
  EXPECT_EQ(clock.true_time(mono_time{90s}), mono_time{90s});
}

TEST(SkewedTime, AJumpMovesOnlyTheLineItNames) {
  skewed_time clock{epoch};
  clock.jump(time_line::wall, -30s, mono_time{10s});
  EXPECT_EQ(clock.wall(mono_time{10s}), epoch - 20s);
  EXPECT_EQ(clock.monotonic(mono_time{10s}), mono_time{10s});
  clock.jump(time_line::monotonic, 5s, mono_time{10s});
  EXPECT_EQ(clock.monotonic(mono_time{11s}), mono_time{16s});
  EXPECT_EQ(clock.wall(mono_time{11s}), epoch - 19s);
  clock.jump(time_line::both, 1s, mono_time{11s});
  EXPECT_EQ(clock.monotonic(mono_time{11s}), mono_time{17s});
  EXPECT_EQ(clock.wall(mono_time{11s}), epoch - 18s);
}

TEST(SkewedTime, DriftChangesBothLinesFromThenOnAndKeepsWhatItDid) {
  skewed_time clock{epoch};
  clock.set_drift(100'000'000, mono_time{10s});  // 10 % fast
  EXPECT_EQ(clock.monotonic(mono_time{20s}), mono_time{21s});
  EXPECT_EQ(clock.wall(mono_time{20s}), epoch + 21s);
  clock.set_drift(0, mono_time{20s});
  EXPECT_EQ(clock.monotonic(mono_time{30s}), mono_time{31s});
}

TEST(SkewedTime, TrueTimeIsTheFirstInstantThatShowsTheLocalTime) {
  const auto random = runtime::make_seeded_entropy(3);
  for (int i = 0; i < 1000; ++i) {
    skewed_time clock{epoch};
    clock.jump(time_line::monotonic, random->between(0s, 100s), mono_time{1s});
    clock.set_drift(random->between(-400ms, 400ms).count(), mono_time{2s});
    const mono_time local = clock.monotonic(mono_time{3s}) + random->between(1ns, 1000h);
    const mono_time when = clock.true_time(local);
    ASSERT_GE(clock.monotonic(when), local);
    ASSERT_LT(clock.monotonic(when - 1ns), local);
  }
}

TEST(SkewedTime, SleepingForEverStaysForEver) {
  skewed_time clock{epoch};
  clock.set_drift(-400'000'000, mono_time{5s});
  EXPECT_EQ(clock.true_time(mono_time::max()), mono_time::max());
  clock.set_drift(0, mono_time{500s});
  EXPECT_EQ(clock.true_time(mono_time::max()), mono_time::max());
}

TEST(SkewedTime, AStrobeMovesTheWallLineBackAndForth) {
  skewed_time clock{epoch};
  clock.strobe(-7s, 2s, mono_time{10s});
  EXPECT_EQ(clock.wall(mono_time{10s}), epoch + 3s);
  EXPECT_EQ(clock.wall(mono_time{12s}), epoch + 12s);
  EXPECT_EQ(clock.wall(mono_time{14s}), epoch + 7s);
  EXPECT_EQ(clock.monotonic(mono_time{14s}), mono_time{14s});
  clock.stop_strobe();
  EXPECT_EQ(clock.wall(mono_time{14s}), epoch + 14s);
}

}  // namespace
}  // namespace kitfox::sim
