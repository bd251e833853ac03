#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>

#include "runtime/deadline.hpp"
#include "runtime/deadline_queue.hpp"
#include "runtime/notifier.hpp"
#include "runtime/stop_source.hpp"
#include "runtime/task_group.hpp"
#include "runtime/test/manual_host.hpp"

namespace kitfox::runtime {
namespace {

using namespace std::chrono_literals;
using test::manual_host;

task<void> sleep_into(clock& time, duration span, std::vector<error_code>& out) {
  out.push_back(co_await time.sleep_for(span));
}
task<void> wait_into(notifier& on, std::vector<error_code>& out) { out.push_back(co_await on.wait()); }

task<result<int>> value_after(clock& time, duration span, int value) {
  if (const error_code failure = co_await time.sleep_for(span)) co_return failure;
  co_return value;
}
task<error_code> code_after(clock& time, duration span) { co_return co_await time.sleep_for(span); }
/// Succeeds although it was cancelled, as an operation does that ended in the same instant.
task<result<int>> stubborn(clock& time, duration span) {
  static_cast<void>(co_await time.sleep_for(span));
  co_return 7;
}
task<result<int>> throwing() {
  throw std::runtime_error{"programmer error"};
  co_return 0;
}

TEST(WithDeadline, ReturnsTheResultOfWorkThatEndsInTime) {
  manual_host on;
  const auto got = on.run(with_timeout(on.clock(), 5s, value_after(on.clock(), 3s, 42)));
  EXPECT_EQ(got.value(), 42);
  EXPECT_EQ(on.clock().now().time_since_epoch(), 3s);
}

TEST(WithDeadline, CancelsWorkThatTakesTooLong) {
  manual_host on;
  const auto got = on.run(with_timeout(on.clock(), 5s, value_after(on.clock(), 9s, 42)));
  EXPECT_EQ(got.error(), errc::timed_out);
  EXPECT_EQ(on.clock().now().time_since_epoch(), 5s);
  EXPECT_FALSE(on.clock().advance()) << "something still sleeps";
}

TEST(WithDeadline, KeepsASuccessOfTheSameInstant) {
  manual_host on;
  EXPECT_EQ(on.run(with_timeout(on.clock(), 5s, stubborn(on.clock(), 9s))).value(), 7);
}

TEST(WithDeadline, ReportsAPassedDeadlineOfAnErrorCodeTask) {
  manual_host on;
  EXPECT_EQ(on.run(with_timeout(on.clock(), 1s, code_after(on.clock(), 2s))), errc::timed_out);
  EXPECT_EQ(on.run(with_timeout(on.clock(), 3s, code_after(on.clock(), 2s))), error_code{});
}

TEST(WithDeadline, LetsAnExceptionOutAtOnce) {
  manual_host on;
  EXPECT_THROW(on.run(with_timeout(on.clock(), 5s, throwing())), std::runtime_error);
  EXPECT_EQ(on.clock().now().time_since_epoch(), 0s);
}

task<void> timed(clock& time, std::vector<error_code>& out) {
  const auto got = co_await with_timeout(time, 100s, value_after(time, 50s, 1));
  out.push_back(got ? error_code{} : got.error());
  // Cancelled once, cancelled for good.
  const auto again = co_await with_timeout(time, 100s, value_after(time, 50s, 1));
  out.push_back(again ? error_code{} : again.error());
}

task<void> cancel_after(clock& time, duration span, task_group& group) {
  static_cast<void>(co_await time.sleep_for(span));
  group.cancel();
  co_await group.join();
}

TEST(WithDeadline, TellsTheCancellationOfItsCallerFromADeadline) {
  manual_host on;
  task_group group{on};
  std::vector<error_code> outcomes;
  group.spawn("timed", timed(on.clock(), outcomes));
  on.run(cancel_after(on.clock(), 1s, group));
  EXPECT_EQ(outcomes, (std::vector{make_error_code(errc::cancelled), make_error_code(errc::cancelled)}));
  EXPECT_EQ(on.clock().now().time_since_epoch(), 1s);
}

TEST(Notifier, WakesThoseWhoWaitInOrderAndNobodyElse) {
  manual_host on;
  notifier changed{on.executor()};
  task_group group{on};
  std::vector<error_code> outcomes;
  changed.notify_all();  // has no memory
  group.spawn("a", wait_into(changed, outcomes));
  group.spawn("b", wait_into(changed, outcomes));
  on.poll();
  EXPECT_TRUE(outcomes.empty());
  changed.notify_all();
  group.spawn("late", wait_into(changed, outcomes));
  on.poll();
  EXPECT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(group.size(), 1u);
  changed.notify_all();
  on.run(group.join());
  EXPECT_EQ(outcomes.size(), 3u);
}

TEST(Notifier, TellsWaitersThatItIsDestroyed) {
  manual_host on;
  std::vector<error_code> outcomes;
  task_group group{on};
  {
    notifier changed{on.executor()};
    group.spawn("waiter", wait_into(changed, outcomes));
    on.poll();
  }
  on.run(group.join());
  EXPECT_EQ(outcomes, std::vector{make_error_code(errc::cancelled)});
}

TEST(Notifier, ForgetsACancelledWaiter) {
  manual_host on;
  std::vector<error_code> outcomes;
  notifier changed{on.executor()};
  task_group group{on}, other{on};
  group.spawn("cancelled", wait_into(changed, outcomes));
  other.spawn("stays", wait_into(changed, outcomes));
  on.poll();
  group.cancel();
  group.cancel();  // twice is as good as once
  on.run(group.join());
  EXPECT_EQ(outcomes, std::vector{make_error_code(errc::cancelled)});
  changed.notify_all();
  on.run(other.join());
  EXPECT_EQ(outcomes.back(), error_code{});
}

task<void> wait_twice(notifier& on, std::vector<error_code>& out) {
  out.push_back(co_await on.wait());
  out.push_back(co_await on.wait());
}

TEST(TaskGroup, CancellationStaysWithTheTask) {
  manual_host on;
  std::vector<error_code> outcomes;
  notifier changed{on.executor()};
  task_group group{on};
  group.spawn("waits twice", wait_twice(changed, outcomes));
  on.poll();
  group.cancel();
  on.run(group.join());
  EXPECT_EQ(outcomes, (std::vector{make_error_code(errc::cancelled), make_error_code(errc::cancelled)}));
}

TEST(TaskGroup, CancellationBetweenTwoOperationsIsNotLost) {
  manual_host on;
  std::vector<error_code> outcomes;
  notifier changed{on.executor()};
  task_group group{on};
  group.spawn("waits twice", wait_twice(changed, outcomes));
  on.poll();
  changed.notify_all();  // the completion is under way ...
  group.cancel();        // ... and no operation is pending
  on.run(group.join());
  EXPECT_EQ(outcomes, (std::vector{error_code{}, make_error_code(errc::cancelled)}));
}

TEST(TaskGroup, ATaskCancelledBeforeItStartedNeverRuns) {
  manual_host on;
  std::vector<error_code> outcomes;
  task_group group{on};
  group.spawn("never", sleep_into(on.clock(), 1s, outcomes));
  group.cancel();
  on.run(group.join());
  EXPECT_TRUE(outcomes.empty());
  EXPECT_EQ(group.size(), 0u);
}

struct group_owner {
  static task<void> run(manual_host& on, std::vector<error_code>& out) {
    task_group inner{on};
    inner.spawn("sleeper", sleep_into(on.clock(), 30s, out));
    out.push_back(co_await on.clock().sleep_for(100s));
    co_await inner.join();  // waits for the sleeper although this task is cancelled
    out.push_back(co_await on.clock().sleep_for(1s));
  }
};

TEST(TaskGroup, JoinOutlastsTheCancellationOfItsTaskAndKeepsItInMind) {
  manual_host on;
  std::vector<error_code> outcomes;
  task_group group{on};
  group.spawn("owner", group_owner::run(on, outcomes));
  on.run(cancel_after(on.clock(), 1s, group));
  EXPECT_EQ(on.clock().now().time_since_epoch(), 30s);
  EXPECT_EQ(outcomes,
            (std::vector{make_error_code(errc::cancelled), error_code{}, make_error_code(errc::cancelled)}));
}

task<void> fail_hard() {
  throw std::logic_error{"programmer error"};
  co_return;
}

TEST(TaskGroup, AnExceptionLeavesThroughTheExecutor) {
  manual_host on;
  task_group group{on};
  group.spawn("fails", fail_hard());
  EXPECT_THROW(on.run(group.join()), std::logic_error);
  EXPECT_EQ(group.size(), 0u);
  on.poll();
}

TEST(TaskGroup, CountsItsTasks) {
  manual_host on;
  std::vector<error_code> outcomes;
  task_group group{on};
  for (int i = 1; i <= 5; ++i) group.spawn("sleeper", sleep_into(on.clock(), i * 1s, outcomes));
  EXPECT_EQ(group.size(), 5u);
  on.run(group.join());
  EXPECT_EQ(group.size(), 0u);
  EXPECT_EQ(outcomes.size(), 5u);
  on.run(group.join());  // an empty group is joined at once
}

TEST(TaskGroupDeathTest, MustBeJoinedBeforeItIsDestroyed) {
  const auto forget = [] {
    manual_host on;
    std::vector<error_code> outcomes;
    task_group group{on};
    group.spawn("forgotten", sleep_into(on.clock(), 1s, outcomes));
  };
  EXPECT_DEATH(forget(), "count_ == 0");
}

task<void> wait_for_stop(stop_source& stop, std::vector<error_code>& out) {
  out.push_back(co_await stop.wait());
}

TEST(StopSource, RemembersTheRequest) {
  manual_host on;
  std::vector<error_code> outcomes;
  stop_source stop{on.executor()};
  task_group group{on};
  group.spawn("before", wait_for_stop(stop, outcomes));
  on.poll();
  EXPECT_FALSE(stop.requested());
  stop.request();
  group.spawn("after", wait_for_stop(stop, outcomes));
  on.run(group.join());
  EXPECT_EQ(outcomes, (std::vector{error_code{}, error_code{}}));
}

task<void> let_pass(manual_host& on, duration span) {
  static_cast<void>(co_await on.clock().sleep_for(span));
}
TEST(DeadlineQueue, FiresEachTimerAtItsTime) {
  manual_host on;
  deadline_queue queue{on};
  std::vector<std::pair<char, duration>> fired;
  const auto note = [&](char name) {
    return [&fired, &on, name] { fired.emplace_back(name, on.clock().now().time_since_epoch()); };
  };
  {
    deadline_queue::timer a{queue, note('a')}, b{queue, note('b')}, c{queue, note('c')}, d{queue, note('d')};
    a.arm_in(75s);
    on.run(let_pass(on, 1s));
    b.arm_in(10s);  // earlier than what the sleeper waits for
    c.arm_in(10s);  // a tie: in order of arming
    d.arm_in(5s);
    d.disarm();
    on.run(let_pass(on, 100s));
    EXPECT_EQ(fired, (std::vector<std::pair<char, duration>>{{'b', 11s}, {'c', 11s}, {'a', 75s}}));
    d.arm_in(1s);
    d.arm_in(3s);  // moved
    on.run(let_pass(on, 10s));
    EXPECT_EQ(fired.back(), (std::pair<char, duration>{'d', 104s}));
    EXPECT_EQ(fired.size(), 4u);
  }
}

TEST(DeadlineQueue, ATimerMayDestroyAnotherAndArmItself) {
  manual_host on;
  deadline_queue queue{on};
  int fired = 0;
  auto victim = std::make_unique<deadline_queue::timer>(queue, [&] { fired += 100; });
  deadline_queue::timer* again = nullptr;
  deadline_queue::timer killer{queue, [&] {
                                 victim.reset();
                                 if (++fired < 3) again->arm_in(1s);
                               }};
  again = &killer;
  killer.arm_in(1s);
  victim->arm_in(1s);
  on.run(let_pass(on, 10s));
  EXPECT_EQ(fired, 3);
}

TEST(DeadlineQueue, NothingFiresAfterStop) {
  manual_host on;
  deadline_queue queue{on};
  int fired = 0;
  deadline_queue::timer one{queue, [&] { ++fired; }};
  one.arm_in(1s);
  queue.stop();
  one.arm_in(2s);
  on.run(let_pass(on, 10s));
  EXPECT_EQ(fired, 0);
}

}  // namespace
}  // namespace kitfox::runtime
