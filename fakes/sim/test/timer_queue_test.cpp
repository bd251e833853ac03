#include "fakes/sim/timer_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "runtime/entropy.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::mono_time;

struct numbered final : timer {
  explicit numbered(int n) : number{n} {}
  void fire() override {}
  int number;
};

TEST(TimerQueue, FiresByDeadlineThenByOrder) {
  timer_queue queue;
  numbered late{1}, tie_second{2}, tie_first{3}, early{4};
  queue.add(late, mono_time{9s}, 0);
  queue.add(tie_second, mono_time{5s}, 7);
  queue.add(tie_first, mono_time{5s}, 3);
  queue.add(early, mono_time{1s}, 9);
  EXPECT_EQ(queue.first_deadline(), mono_time{1s});
  std::vector<int> fired;
  while (!queue.empty()) fired.push_back(static_cast<numbered&>(queue.pop()).number);
  EXPECT_EQ(fired, (std::vector{4, 3, 2, 1}));
}

TEST(TimerQueue, APoppedTimerMayBeArmedAgain) {
  timer_queue queue;
  numbered one{1};
  queue.add(one, mono_time{1s}, 0);
  EXPECT_TRUE(one.armed());
  EXPECT_EQ(&queue.pop(), &one);
  EXPECT_FALSE(one.armed());
  queue.add(one, mono_time{2s}, 1);
  EXPECT_EQ(queue.first_deadline(), mono_time{2s});
  queue.remove(one);
  EXPECT_TRUE(queue.empty());
}

TEST(TimerQueue, AgreesWithAnOrderedMapUnderRandomUse) {
  const auto random = runtime::make_seeded_entropy(7);
  timer_queue queue;
  std::map<std::pair<std::int64_t, std::uint64_t>, int> model;
  std::deque<numbered> timers;
  std::vector<std::pair<std::int64_t, std::uint64_t>> keys;
  for (int i = 0; i < 300; ++i) timers.emplace_back(i);
  keys.resize(timers.size());
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    const auto pick = static_cast<std::size_t>(random->below(timers.size()));
    numbered& one = timers[pick];
    if (!one.armed()) {
      keys[pick] = {static_cast<std::int64_t>(random->below(50)), step};
      queue.add(one, mono_time{runtime::duration{keys[pick].first}}, step);
      model[keys[pick]] = one.number;
    } else if (random->below(3) == 0) {
      queue.remove(one);
      model.erase(keys[pick]);
    } else {
      ASSERT_EQ(queue.first_deadline().time_since_epoch().count(), model.begin()->first.first);
      ASSERT_EQ(static_cast<numbered&>(queue.pop()).number, model.begin()->second);
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
  }
  while (!queue.empty()) {
    ASSERT_EQ(static_cast<numbered&>(queue.pop()).number, model.begin()->second);
    model.erase(model.begin());
  }
}

}  // namespace
}  // namespace kitfox::sim
