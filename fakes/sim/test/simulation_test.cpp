#include "fakes/sim/simulation.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "runtime/deadline.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::duration;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

struct noting_timer final : timer {
  noting_timer(std::vector<int>& to, int n) : fired{to}, number{n} {}
  void fire() override { fired.push_back(number); }
  std::vector<int>& fired;
  int number;
};

TEST(Simulation, FiresTimersAtTheirTimeInTheOrderOfArming) {
  simulation sim;
  std::vector<int> fired;
  noting_timer a{fired, 1}, b{fired, 2}, c{fired, 3};
  sim.arm(a, mono_time{2s});
  sim.arm(b, mono_time{1s});
  sim.arm(c, mono_time{2s});
  EXPECT_TRUE(sim.run_until(mono_time{1s}).done());
  EXPECT_EQ(fired, std::vector{2});
  EXPECT_EQ(sim.now(), mono_time{1s});
  EXPECT_TRUE(sim.run_for(5s).done());
  EXPECT_EQ(fired, (std::vector{2, 1, 3}));
  EXPECT_EQ(sim.now(), mono_time{6s});
}

TEST(Simulation, ADisarmedTimerDoesNotFireAndAPastOneFiresNow) {
  simulation sim;
  std::vector<int> fired;
  noting_timer a{fired, 1}, b{fired, 2};
  EXPECT_TRUE(sim.run_until(mono_time{10s}).done());
  sim.arm(a, mono_time{11s});
  sim.arm(b, mono_time{3s});
  sim.disarm(a);
  EXPECT_TRUE(sim.run_until(mono_time{20s}).done());
  EXPECT_EQ(fired, std::vector{2});
}

task<void> sleep_thrice(runtime::host& on, std::vector<mono_time>& woken) {
  for (const duration span : {duration{15s}, duration{1ns}, duration{24h}}) {
    EXPECT_FALSE(co_await on.clock().sleep_for(span));
    woken.push_back(on.clock().now());
  }
}

TEST(Simulation, SleepsTakeExactlyAsLongAsTheySay) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  std::vector<mono_time> woken;
  EXPECT_TRUE(sim.run(host, "sleeper", sleep_thrice(host, woken)).done());
  EXPECT_EQ(woken, (std::vector{mono_time{15s}, mono_time{15s + 1ns}, mono_time{15s + 1ns + 24h}}));
  EXPECT_EQ(sim.wall_now(), runtime::wall_time{1'767'225'600s} + 15s + 1ns + 24h);
}

task<void> sleep_into_the_past(runtime::host& on, std::uint64_t& steps, simulation& sim) {
  const std::uint64_t before = sim.steps();
  EXPECT_FALSE(co_await on.clock().sleep_until(mono_time{}));
  steps = sim.steps() - before;
}

TEST(Simulation, ASleepIntoThePastDoesNotGoThroughTheQueue) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  std::uint64_t steps = 0;
  EXPECT_TRUE(sim.run(host, "sleeper", sleep_into_the_past(host, steps, sim)).done());
  EXPECT_EQ(steps, 1U);
}

task<void> wait_for_ever(runtime::notifier& never) { static_cast<void>(co_await never.wait()); }

TEST(Simulation, NamesTheTasksThatAreStuck) {
  simulation sim;
  sim_host& gateway = sim.start_host("gateway");
  sim_host& agent = sim.start_host("agent");
  runtime::notifier never{gateway.executor()};
  runtime::task_group tasks{gateway};
  tasks.spawn("accept loop", wait_for_ever(never));
  const run_outcome outcome = sim.run(agent, "main", wait_for_ever(never));
  EXPECT_EQ(outcome.end, run_end::stuck);
  EXPECT_EQ(outcome.names, (std::vector<std::string>{"gateway#1: accept loop", "agent#1: main"}));
  EXPECT_EQ(print_outcome(outcome), "stuck at 0s: gateway#1: accept loop; agent#1: main");
  EXPECT_EQ(tasks.size(), 0U) << "after a failed run everything has ended";
}

TEST(Simulation, AConditionThatNothingCanFulfilIsStuck) {
  simulation sim;
  EXPECT_EQ(sim.run_until([] { return false; }, mono_time{1h}).end, run_end::stuck);
}

TEST(Simulation, AConditionIsMetAtTheInstantItBecomesTrue) {
  simulation sim;
  std::vector<int> fired;
  noting_timer a{fired, 1}, b{fired, 2};
  sim.arm(a, mono_time{1s});
  sim.arm(b, mono_time{2s});
  const auto outcome = sim.run_until([&] { return fired.size() == 1; }, mono_time{1h});
  EXPECT_TRUE(outcome.done());
  EXPECT_EQ(outcome.time, mono_time{1s});
  sim.disarm(b);
}

task<void> sleep_for_ever(runtime::host& on) {
  for (error_code failure; !failure;) failure = co_await on.clock().sleep_for(1s);
}

TEST(Simulation, ATaskThatOutlivesItsLimitIsEnded) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  const auto outcome = sim.run(host, "main", sleep_for_ever(host), mono_time{90s});
  EXPECT_EQ(outcome.end, run_end::time_limit);
  EXPECT_EQ(outcome.time, mono_time{90s});
  EXPECT_TRUE(host.running_tasks().empty());
  EXPECT_EQ(host.current_state(), sim_host::state::killed);
}

task<void> spin(runtime::host& on) {
  for (error_code failure; !failure;) failure = co_await on.clock().sleep_for(0s);
}

task<void> spin_through_the_queue(runtime::host& on, const bool& stop) {
  while (!stop) co_await runtime::asio::post(on.executor(), runtime::asio::use_awaitable);
}

simulation_options small_budget() {
  simulation_options options;
  options.limits.instant_steps_max = 10'000;
  return options;
}

TEST(Simulation, ALoopWithoutTimeIsALivelockNamedByHostAndTask) {
  simulation sim{small_budget()};
  sim_host& quiet = sim.start_host("quiet");
  sim_host& host = sim.start_host("agent");
  runtime::task_group tasks{quiet};
  tasks.spawn("sleeper", sleep_for_ever(quiet));
  const auto outcome = sim.run(host, "redial", spin(host));
  EXPECT_EQ(outcome.end, run_end::livelock);
  ASSERT_FALSE(outcome.names.empty());
  EXPECT_EQ(outcome.names.front(), "agent#1: redial");
}

TEST(Simulation, PostingForEverIsALivelockToo) {
  simulation sim{small_budget()};
  sim_host& host = sim.start_host("agent");
  bool stop = false;
  runtime::task_group tasks{host};
  tasks.spawn("poster", spin_through_the_queue(host, stop));
  const auto outcome = sim.run_for(1s);
  EXPECT_EQ(outcome.end, run_end::livelock);
  EXPECT_EQ(outcome.names, std::vector<std::string>{"agent#1: poster"});
  EXPECT_EQ(outcome.time, mono_time{});
  stop = true;
  EXPECT_TRUE(sim.run_for(1s).done());
}

TEST(Simulation, ManyStepsInOneInstantAreNoLivelockWithinTheBudget) {
  simulation sim{small_budget()};
  sim_host& host = sim.start_host("agent");
  runtime::task_group tasks{host};
  for (int i = 0; i < 1000; ++i) tasks.spawn("sleeper", sleep_for_ever(host));
  EXPECT_TRUE(sim.run_for(10s).done());
  host.kill(kill_mode::fin);
  EXPECT_TRUE(sim.run_until_ended(host).empty());
}

TEST(Simulation, ARootOnADeadHostNeverBegins) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  host.kill(kill_mode::fin);
  const auto outcome = sim.run(host, "main", sleep_for_ever(host));
  EXPECT_EQ(outcome.end, run_end::stuck);
  EXPECT_EQ(outcome.names, std::vector<std::string>{"agent#1: main"});
}

TEST(Simulation, WorkOnTheInnerContextIsAFailure) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  auto& context = runtime::asio::query(host.executor(), runtime::asio::execution::context);
  runtime::asio::post(static_cast<runtime::asio::io_context&>(context), [] {});
  EXPECT_EQ(sim.run_for(1s).end, run_end::failed);
  EXPECT_TRUE(sim.run_for(1s).done());
}

task<void> fail_later(runtime::host& on) {
  static_cast<void>(co_await on.clock().sleep_for(3s));
  throw std::runtime_error{"a programmer's error"};
}

TEST(Simulation, AnExceptionOfATaskFailsTheRun) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  const auto outcome = sim.run(host, "main", fail_later(host));
  EXPECT_EQ(outcome.end, run_end::failed);
  EXPECT_EQ(outcome.failure, "a programmer's error");
  EXPECT_EQ(outcome.time, mono_time{3s});
}

TEST(Simulation, ShutDownNamesTheTasksThatWouldNotEnd) {
  simulation sim{small_budget()};
  sim_host& host = sim.start_host("agent");
  bool stop = false;
  runtime::task_group tasks{host};
  tasks.spawn("mule", spin_through_the_queue(host, stop));
  EXPECT_EQ(sim.run_for(1s).end, run_end::livelock);
  EXPECT_EQ(sim.shut_down(), std::vector<std::string>{"agent#1: mule"});
  stop = true;
  EXPECT_TRUE(sim.shut_down().empty());
  EXPECT_EQ(tasks.size(), 0U);
}

TEST(Simulation, ManyCoroutinesEachWakeAtTheirOwnTime) {
  simulation sim;
  sim_host& host = sim.start_host("agent");
  runtime::task_group tasks{host};
  std::vector<std::vector<mono_time>> woken(1000);
  for (auto& one : woken) tasks.spawn("sleeper", sleep_thrice(host, one));
  EXPECT_TRUE(sim.run_until([&] { return tasks.size() == 0; }, mono_time::max()).done());
  for (const auto& one : woken) ASSERT_EQ(one.size(), 3U);
  EXPECT_EQ(sim.now(), mono_time{15s + 1ns + 24h});
}

TEST(Simulation, TwoWorldsShareNothing) {
  simulation first, second;
  EXPECT_TRUE(first.run_for(1h).done());
  EXPECT_EQ(second.now(), mono_time{});
  const sim_host& agent = first.start_host("agent");
  EXPECT_EQ(first.find_host("agent"), &agent);
  EXPECT_EQ(second.find_host("agent"), nullptr);
}

TEST(SimulationDeathTest, StartingMoreHostsThanAgreedIsAnError) {
  simulation_options options;
  options.limits.hosts_max = 2;
  simulation sim{options};
  sim.start_host("a");
  sim.start_host("b");
  EXPECT_DEATH(sim.start_host("c"), "hosts_max");
}

TEST(SimulationDeathTest, ANameHasOneLiveHost) {
  simulation sim;
  sim.start_host("a");
  EXPECT_DEATH(sim.start_host("a"), "running");
}

TEST(Simulation, RandomStreamsFollowFromTheSeedAndTheName) {
  simulation_options other;
  other.seed = 2;
  simulation one, same, different{other};
  EXPECT_EQ(one.random("workload")->next(), same.random("workload")->next());
  EXPECT_NE(one.random("workload")->next(), one.random("network")->next());
  EXPECT_NE(one.random("workload")->next(), different.random("workload")->next());
  EXPECT_EQ(one.start_host("agent").entropy().next(), same.start_host("agent").entropy().next());
  EXPECT_NE(one.start_host("a").entropy().next(), one.start_host("b").entropy().next());
}

}  // namespace
}  // namespace kitfox::sim
