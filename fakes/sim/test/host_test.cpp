#include "fakes/sim/test/two_hosts.hpp"
#include "runtime/deadline.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::byte_stream;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

task<void> read_into(byte_stream& from, std::vector<error_code>& ends) {
  std::string buffer(100, '\0');
  const auto count = co_await from.read_some(buffer);
  ends.push_back(count ? error_code{} : count.error());
}
task<void> sleep_into(sim_host& on, std::vector<error_code>& ends) {
  ends.push_back(co_await on.clock().sleep_for(1h));
}
task<void> wait_into(runtime::notifier& changed, std::vector<error_code>& ends) {
  ends.push_back(co_await changed.wait());
}
task<void> accept_into(runtime::listener& from, std::vector<error_code>& ends) {
  auto made = co_await from.accept();
  ends.push_back(made ? error_code{} : made.error());
}
task<void> dial_into(sim_host& on, runtime::endpoint to, std::vector<error_code>& ends) {
  auto made = co_await on.network().dial(to, nullptr);
  ends.push_back(made ? error_code{} : made.error());
}
task<void> deadline_into(sim_host& on, byte_stream& from, std::vector<error_code>& ends) {
  std::string buffer(100, '\0');
  auto reading = from.read_some(buffer);
  const auto count = co_await runtime::with_timeout(on.clock(), 10min, std::move(reading));
  ends.push_back(count ? error_code{} : count.error());
}

/// Does not believe the first failures: tries everything again.
task<void> stubborn(sim_host& on, byte_stream& link, std::vector<error_code>& ends) {
  std::string buffer(100, '\0');
  for (int i = 0; i < 3; ++i) {
    ends.push_back(co_await on.clock().sleep_for(1s));
    ends.push_back(co_await link.write("leak"));
    const auto count = co_await link.read_some(buffer);
    ends.push_back(count ? error_code{} : count.error());
    const runtime::endpoint to{"agent", 1};
    const auto made = co_await on.network().dial(to, nullptr);
    ends.push_back(made ? error_code{} : made.error());
    on.events().info("leak");
  }
}

struct counting_sink final : runtime::event_sink {
  void emit(runtime::severity, std::string_view, std::span<const runtime::event_field>) override { ++count; }
  int count = 0;
};

task<void> write_one(byte_stream& to, std::vector<error_code>& outcomes) {
  outcomes.push_back(co_await to.write("anyone?"));
}

class Host : public test::two_hosts {
 protected:
  Host() { connect(); }
  void kill_gateway(kill_mode mode) {
    gateway.kill(mode);
    EXPECT_TRUE(sim.run_until_ended(gateway).empty());
  }
  std::vector<error_code> ends;
};

TEST_F(Host, KillingEndsEveryKindOfWaitWithCancelled) {
  runtime::notifier changed{gateway.executor()};
  wire.switches.dial = fault::dial_answer::hang;
  tasks_of_gateway.spawn("read", read_into(*server, ends));
  tasks_of_gateway.spawn("sleep", sleep_into(gateway, ends));
  tasks_of_gateway.spawn("wait", wait_into(changed, ends));
  tasks_of_gateway.spawn("accept", accept_into(*listener, ends));
  tasks_of_gateway.spawn("dial", dial_into(gateway, {"agent", 1}, ends));
  ASSERT_TRUE(sim.run_for(1s).done());
  const mono_time before = sim.now();
  kill_gateway(kill_mode::fin);
  EXPECT_EQ(ends, std::vector<error_code>(5, errc::cancelled));
  EXPECT_EQ(sim.now(), before);
  EXPECT_EQ(tasks_of_gateway.size(), 0U);
  EXPECT_EQ(gateway.open_streams(), 0U);
}

TEST_F(Host, KillingEndsAWaitWithADeadline) {
  tasks_of_gateway.spawn("read", deadline_into(gateway, *server, ends));
  ASSERT_TRUE(sim.run_for(1s).done());
  kill_gateway(kill_mode::silent);
  EXPECT_EQ(ends, std::vector<error_code>{errc::cancelled});
}

TEST_F(Host, NothingOfADeadProcessLeaksOut) {
  counting_sink sink;
  sim_host& third = sim.start_host("third", {&sink, {}, {}});
  third.events().info("alive");
  runtime::task_group tasks{third};
  std::vector<error_code> tries;
  auto dialled = std::move(client);
  tasks.spawn("stubborn", stubborn(third, *dialled, tries));
  ASSERT_TRUE(sim.run_for(1ms).done());
  notes.lines.clear();
  third.kill(kill_mode::silent);
  EXPECT_TRUE(sim.run_until_ended(third).empty());
  EXPECT_EQ(tries, std::vector<error_code>(12, errc::cancelled));
  EXPECT_TRUE(notes.lines.empty());
  EXPECT_EQ(sink.count, 1);
}

TEST_F(Host, ATaskStartedOnADeadHostDoesNotRun) {
  gateway.kill(kill_mode::fin);
  runtime::notifier never{gateway.executor()};
  tasks_of_gateway.spawn("late", wait_into(never, ends));
  EXPECT_TRUE(sim.run_until_ended(gateway).empty());
  EXPECT_EQ(tasks_of_gateway.size(), 0U);
  EXPECT_TRUE(ends.empty());
}

TEST_F(Host, TheSocketsOfAKilledProcessEndWithFin) {
  tasks_of_agent.spawn("read", read_into(*client, ends));
  gateway.kill(kill_mode::fin);
  ASSERT_TRUE(sim.run_for(10ms).done());
  EXPECT_EQ(ends, std::vector<error_code>{errc::end_of_stream});
  tasks_of_agent.spawn("dial", dial_into(agent, {"gateway", 8443}, ends));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(ends.back(), errc::connection_refused);
}

TEST_F(Host, TheSocketsOfAKilledProcessMayReset) {
  tasks_of_agent.spawn("read", read_into(*client, ends));
  gateway.kill(kill_mode::rst);
  ASSERT_TRUE(sim.run_for(10ms).done());
  EXPECT_EQ(ends, std::vector<error_code>{errc::connection_reset});
}

TEST_F(Host, ASilentMachineAnswersNothingUntilItStartsAgain) {
  tasks_of_agent.spawn("read", read_into(*client, ends));
  gateway.kill(kill_mode::silent);
  ASSERT_TRUE(sim.run_for(24h).done());
  EXPECT_TRUE(ends.empty());
  std::vector<error_code> dials, writes;
  tasks_of_agent.spawn("dial", dial_into(agent, {"gateway", 8443}, dials));
  ASSERT_TRUE(sim.run_for(5s).done());
  EXPECT_TRUE(dials.empty());
  sim.start_host("gateway");
  ASSERT_TRUE(sim.run_for(5s).done());
  EXPECT_EQ(dials, std::vector<error_code>{errc::connection_refused}) << "the machine is up, nobody listens";
  // The new process knows nothing of the old connection: bytes are answered with RST.
  tasks_of_agent.spawn("write", write_one(*client, writes));
  ASSERT_TRUE(sim.run_for(20ms).done());
  EXPECT_EQ(ends, std::vector<error_code>{errc::connection_reset});
}

TEST_F(Host, KillingTwiceIsKillingOnce) {
  gateway.kill(kill_mode::fin);
  gateway.kill(kill_mode::rst);
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(notes.lines.back(), "30ms end_delivered 1 client fin");
}

TEST_F(Host, ARestartIsANewHostOfTheSameNameAndAddress) {
  const std::string address = gateway.address();
  EXPECT_EQ(gateway.label(), "gateway#1");
  const std::uint64_t first_draw = gateway.entropy().next();
  kill_gateway(kill_mode::fin);
  EXPECT_EQ(sim.find_host("gateway"), nullptr);
  sim_host& again = sim.start_host("gateway");
  EXPECT_EQ(again.label(), "gateway#2");
  EXPECT_EQ(again.address(), address);
  EXPECT_NE(again.entropy().next(), first_draw) << "jitter does not repeat itself after a restart";
  EXPECT_EQ(sim.find_host("gateway"), &again);
  EXPECT_EQ(gateway.current_state(), sim_host::state::killed);
}

task<void> beat(sim_host& on, byte_stream& to, int count) {
  for (int i = 0; i < count; ++i) {
    EXPECT_FALSE(co_await on.clock().sleep_for(1s));
    EXPECT_FALSE(co_await to.write("beat"));
  }
}

task<void> note_reads(sim_host& on, byte_stream& from, std::vector<mono_time>& times) {
  std::string buffer(100, '\0');
  for (;;) {
    const auto count = co_await from.read_some(buffer);
    if (!count) co_return;
    times.push_back(on.clock().now());
  }
}

TEST_F(Host, APausedProcessNeitherReadsNorWakesButItsKernelReceives) {
  std::vector<mono_time> reads;
  tasks_of_agent.spawn("beat", beat(agent, *client, 5));
  tasks_of_gateway.spawn("reads", note_reads(gateway, *server, reads));
  ASSERT_TRUE(sim.run_until(mono_time{1500ms}).done());
  gateway.pause();
  gateway.pause();
  EXPECT_EQ(gateway.current_state(), sim_host::state::paused);
  ASSERT_TRUE(sim.run_until(mono_time{3500ms}).done());
  EXPECT_EQ(notes.lines.back(), "3030ms delivered 1 client beat");
  gateway.resume();
  gateway.resume();
  ASSERT_TRUE(sim.run_until(mono_time{10s}).done());
  EXPECT_EQ(reads, (std::vector<mono_time>{mono_time{1030ms}, mono_time{3500ms}, mono_time{3500ms},
                                           mono_time{4030ms}, mono_time{5030ms}}));
}

TEST_F(Host, APausedProcessCanBeKilled) {
  tasks_of_gateway.spawn("sleep", sleep_into(gateway, ends));
  ASSERT_TRUE(sim.run_for(1s).done());
  gateway.pause();
  kill_gateway(kill_mode::fin);
  EXPECT_EQ(ends, std::vector<error_code>{errc::cancelled});
}

TEST_F(Host, SleepsFollowTheDriftOfTheirClock) {
  agent.set_clock_drift(100'000'000);  // 10 % fast: an hour of its clock is shorter
  tasks_of_agent.spawn("sleep", sleep_into(agent, ends));
  ASSERT_TRUE(sim.run_until([this] { return !ends.empty(); }, mono_time{2h}).done());
  const auto slept = sim.now() - dialled_at;
  EXPECT_EQ(slept, 1ns * (3'600'000'000'000 * 10 / 11 + 1)) << "rounded up: never too early";
}

TEST_F(Host, AJumpOfTheMonotonicClockWakesSleepers) {
  tasks_of_agent.spawn("sleep", sleep_into(agent, ends));
  ASSERT_TRUE(sim.run_until(mono_time{10min}).done());
  agent.jump_clock(time_line::monotonic, 50min);
  ASSERT_TRUE(sim.run_until([this] { return !ends.empty(); }, mono_time{2h}).done());
  EXPECT_EQ(sim.now(), mono_time{10min + 20ms});
}

TEST_F(Host, AJumpOfTheWallClockDisturbsNoSleepAndNoOtherHost) {
  tasks_of_agent.spawn("sleep", sleep_into(agent, ends));
  const auto before = agent.clock().wall_now();
  agent.jump_clock(time_line::wall, -24h);
  EXPECT_EQ(agent.clock().wall_now(), before - 24h);
  EXPECT_EQ(gateway.clock().wall_now(), sim.wall_now());
  ASSERT_TRUE(sim.run_until([this] { return !ends.empty(); }, mono_time{2h}).done());
  EXPECT_EQ(sim.now(), dialled_at + 1h);
}

TEST_F(Host, AStrobingWallClockComesAndGoes) {
  gateway.strobe_clock(30s, 5s);
  EXPECT_EQ(gateway.clock().wall_now(), sim.wall_now() + 30s);
  ASSERT_TRUE(sim.run_for(5s).done());
  EXPECT_EQ(gateway.clock().wall_now(), sim.wall_now());
  gateway.stop_clock_strobe();
  ASSERT_TRUE(sim.run_for(5s).done());
  EXPECT_EQ(gateway.clock().wall_now(), sim.wall_now());
}

task<void> kill_and_note(sim_host& victim, std::vector<std::string>& left) {
  victim.kill(kill_mode::rst);
  left = co_await victim.ended();
}

task<void> note_ended(sim_host& victim, std::vector<std::string>& left) { left = co_await victim.ended(); }

task<void> wait_behind(runtime::task_group& tasks) { co_await tasks.join(); }

TEST_F(Host, ACoroutineMayKillAHostAndWaitForItsEnd) {
  tasks_of_gateway.spawn("sleep", sleep_into(gateway, ends));
  std::vector<std::string> left{"unset"};
  ASSERT_TRUE(sim.run_for(1s).done());
  tasks_of_agent.spawn("kill", kill_and_note(gateway, left));
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_TRUE(left.empty());
  EXPECT_EQ(ends, std::vector<error_code>{errc::cancelled});
}

TEST_F(Host, TasksThatDoNotEndAreReportedByName) {
  // It waits for tasks of a host that lives on, and nothing can cancel that.
  runtime::task_group elsewhere{agent};
  elsewhere.spawn("sleep", sleep_into(agent, ends));
  tasks_of_gateway.spawn("behind", wait_behind(elsewhere));
  ASSERT_TRUE(sim.run_for(1s).done());
  gateway.kill(kill_mode::fin);
  EXPECT_EQ(sim.run_until_ended(gateway), std::vector<std::string>{"behind"});
  std::vector<std::string> left;
  tasks_of_agent.spawn("ended", note_ended(gateway, left));
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_EQ(left, std::vector<std::string>{"behind"});
  elsewhere.cancel();
  EXPECT_TRUE(sim.run_until_ended(gateway).empty());
}

}  // namespace
}  // namespace kitfox::sim
