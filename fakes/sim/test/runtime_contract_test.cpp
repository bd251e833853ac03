// The contracts of runtime/ hold on the simulated host too.
#include "fakes/sim/test/two_hosts.hpp"
#include "runtime/deadline.hpp"
#include "runtime/notifier.hpp"
#include "runtime/stop_source.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

class RuntimeContract : public testing::TestWithParam<schedule> {
 protected:
  RuntimeContract() : sim{options()} {}
  ~RuntimeContract() override { EXPECT_TRUE(sim.shut_down().empty()); }
  static simulation_options options() {
    simulation_options made;
    made.order = GetParam();
    return made;
  }
  simulation sim;
  sim_host& host = sim.start_host("host");
  runtime::task_group tasks{host};
};
INSTANTIATE_TEST_SUITE_P(Order, RuntimeContract, testing::Values(schedule::fifo, schedule::seeded),
                         [](const auto& one) { return one.param == schedule::fifo ? "fifo" : "seeded"; });

struct note {
  int who;
  error_code failure;
  mono_time at;
  bool operator==(const note&) const = default;
};

task<void> wait_and_note(sim_host& on, runtime::notifier& changed, int who, std::vector<note>& notes) {
  const error_code failure = co_await changed.wait();
  notes.push_back({who, failure, on.clock().now()});
}
task<void> notify_at(sim_host& on, runtime::notifier& changed, mono_time when) {
  EXPECT_FALSE(co_await on.clock().sleep_until(when));
  changed.notify_all();
}

TEST_P(RuntimeContract, ANotifierWakesItsWaitersInTheOrderOfArrival) {
  runtime::notifier changed{host.executor()};
  std::vector<note> notes;
  for (int i = 0; i < 3; ++i) tasks.spawn("wait", wait_and_note(host, changed, i, notes));
  tasks.spawn("notify", notify_at(host, changed, mono_time{7s}));
  ASSERT_TRUE(sim.run_for(10s).done());
  EXPECT_EQ(notes,
            (std::vector<note>{{0, {}, mono_time{7s}}, {1, {}, mono_time{7s}}, {2, {}, mono_time{7s}}}));
}

TEST_P(RuntimeContract, ADestroyedNotifierCancelsItsWaiters) {
  auto changed = std::make_unique<runtime::notifier>(host.executor());
  std::vector<note> notes;
  tasks.spawn("wait", wait_and_note(host, *changed, 0, notes));
  ASSERT_TRUE(sim.run_for(1s).done());
  changed.reset();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, errc::cancelled, mono_time{1s}}}));
}

task<void> sleep_and_note(sim_host& on, runtime::duration span, int who, std::vector<note>& notes) {
  const error_code failure = co_await on.clock().sleep_for(span);
  notes.push_back({who, failure, on.clock().now()});
}
task<void> run_children(sim_host& on, std::vector<note>& notes) {
  runtime::task_group children{on};
  children.spawn("short", sleep_and_note(on, 1s, 1, notes));
  children.spawn("long", sleep_and_note(on, 1h, 2, notes));
  const error_code failure = co_await on.clock().sleep_for(10s);
  children.cancel();
  co_await children.join();
  notes.push_back({0, failure, on.clock().now()});
}

TEST_P(RuntimeContract, AParentCancelsAndAwaitsItsChildren) {
  std::vector<note> notes;
  tasks.spawn("parent", run_children(host, notes));
  ASSERT_TRUE(sim.run_for(1h).done());
  EXPECT_EQ(notes,
            (std::vector<note>{
                {1, {}, mono_time{1s}}, {2, errc::cancelled, mono_time{10s}}, {0, {}, mono_time{10s}}}));
}

TEST_P(RuntimeContract, ACancelledParentStillAwaitsItsChildren) {
  std::vector<note> notes;
  tasks.spawn("parent", run_children(host, notes));
  ASSERT_TRUE(sim.run_for(5s).done());
  tasks.cancel();
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_EQ(notes, (std::vector<note>{{1, {}, mono_time{1s}},
                                      {2, errc::cancelled, mono_time{5s}},
                                      {0, errc::cancelled, mono_time{5s}}}));
}

task<error_code> sleep_span(sim_host& on, runtime::duration span) {
  co_return co_await on.clock().sleep_for(span);
}
task<void> race(sim_host& on, runtime::duration work, runtime::duration limit, std::vector<note>& notes) {
  auto working = sleep_span(on, work);
  const error_code failure = co_await runtime::with_timeout(on.clock(), limit, std::move(working));
  notes.push_back({0, failure, on.clock().now()});
}

TEST_P(RuntimeContract, WithDeadlineEndsAtTheEarlierOfWorkAndDeadline) {
  std::vector<note> notes;
  tasks.spawn("race", race(host, 3s, 5s, notes));
  tasks.spawn("race", race(host, 9s, 5s, notes));
  ASSERT_TRUE(sim.run_for(1h).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, {}, mono_time{3s}}, {0, errc::timed_out, mono_time{5s}}}));
}

TEST_P(RuntimeContract, WorkThatEndsInTheInstantOfItsDeadlineKeepsItsResult) {
  std::vector<note> notes;
  tasks.spawn("race", race(host, 5s, 5s, notes));
  ASSERT_TRUE(sim.run_for(1h).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, {}, mono_time{5s}}}));
}

TEST_P(RuntimeContract, ACancelledCallerOfWithDeadlineIsCancelled) {
  std::vector<note> notes;
  tasks.spawn("race", race(host, 9s, 9s, notes));
  ASSERT_TRUE(sim.run_for(2s).done());
  tasks.cancel();
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, errc::cancelled, mono_time{2s}}}));
}

std::function<void()> ring(sim_host& on, int who, std::vector<note>& notes) {
  return [&on, who, &notes] { notes.push_back({who, {}, on.clock().now()}); };
}

TEST_P(RuntimeContract, AnAlarmRingsOnceAtTheTimeItWasLastSetTo) {
  std::vector<note> notes;
  const auto moved = host.clock().make_alarm(ring(host, 0, notes));
  const auto cleared = host.clock().make_alarm(ring(host, 1, notes));
  const auto late = host.clock().make_alarm(ring(host, 2, notes));
  moved->set(mono_time{2s});
  moved->set(mono_time{5s});
  cleared->set(mono_time{3s});
  cleared->clear();
  host.clock().make_alarm(ring(host, 3, notes))->set(mono_time{1s});  // destroyed at once
  ASSERT_TRUE(sim.run_for(10s).done());
  late->set(mono_time{4s});
  EXPECT_EQ(notes.size(), 1U) << "rang from inside set()";
  ASSERT_TRUE(sim.run_for(10s).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, {}, mono_time{5s}}, {2, {}, mono_time{10s}}}));
}

TEST_P(RuntimeContract, AnAlarmMayDestroyItself) {
  std::unique_ptr<runtime::alarm> one;
  int rung = 0;
  one = host.clock().make_alarm([&] {
    one.reset();
    ++rung;
  });
  one->set(mono_time{1s});
  ASSERT_TRUE(sim.run_for(2s).done());
  EXPECT_EQ(rung, 1);
}

TEST_P(RuntimeContract, AnAlarmFollowsTheClockOfItsHost) {
  std::vector<note> notes;
  const auto one = host.clock().make_alarm(ring(host, 0, notes));
  one->set(mono_time{10s});
  ASSERT_TRUE(sim.run_for(1s).done());
  host.jump_clock(time_line::monotonic, 20s);
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, {}, mono_time{21s}}}));
}

TEST_P(RuntimeContract, AnAlarmOfAPausedHostRingsAfterwardsUnlessCleared) {
  std::vector<note> notes;
  const auto kept = host.clock().make_alarm(ring(host, 0, notes));
  const auto cleared = host.clock().make_alarm(ring(host, 1, notes));
  kept->set(mono_time{1s});
  cleared->set(mono_time{1s});
  host.pause();
  ASSERT_TRUE(sim.run_for(5s).done());
  cleared->clear();
  host.resume();
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, {}, mono_time{5s}}}));
}

TEST_P(RuntimeContract, AKilledHostHasNoAlarms) {
  std::vector<note> notes;
  const auto before = host.clock().make_alarm(ring(host, 0, notes));
  const auto after = host.clock().make_alarm(ring(host, 1, notes));
  before->set(mono_time{1s});
  host.kill(kill_mode::fin);
  after->set(mono_time{2s});
  ASSERT_TRUE(sim.run_for(5s).done());
  EXPECT_EQ(notes, std::vector<note>{});
}

task<void> stop_and_note(sim_host& on, runtime::stop_source& stop, std::vector<note>& notes) {
  for (int i = 0; i < 2; ++i) {
    const error_code failure = co_await stop.wait();
    notes.push_back({i, failure, on.clock().now()});
  }
}

TEST_P(RuntimeContract, AStopIsRemembered) {
  runtime::stop_source stop{host.executor()};
  std::vector<note> notes;
  tasks.spawn("stop", stop_and_note(host, stop, notes));
  ASSERT_TRUE(sim.run_for(4s).done());
  stop.request();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(notes, (std::vector<note>{{0, {}, mono_time{4s}}, {1, {}, mono_time{4s}}}));
}

task<void> sleep_cancelled_twice(sim_host& on, std::vector<note>& notes) {
  for (int i = 0; i < 2; ++i) {
    const error_code failure = co_await on.clock().sleep_for(-1s + 1h * (1 - i));
    notes.push_back({i, failure, on.clock().now()});
  }
}

TEST_P(RuntimeContract, CancellationStaysAlsoForSleepsIntoThePast) {
  std::vector<note> notes;
  tasks.spawn("sleep", sleep_cancelled_twice(host, notes));
  ASSERT_TRUE(sim.run_for(1s).done());
  tasks.cancel();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(notes,
            (std::vector<note>{{0, errc::cancelled, mono_time{1s}}, {1, errc::cancelled, mono_time{1s}}}));
}

}  // namespace
}  // namespace kitfox::sim
