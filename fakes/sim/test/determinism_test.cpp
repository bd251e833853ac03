#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iterator>

#include "fakes/sim/simulation.hpp"
#include "runtime/errc.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

/// A small fleet: agents that dial, beat with jitter and dial again after a cut; a gateway that echoes and is
/// restarted on the way.
struct fleet {
  explicit fleet(simulation_options options) : sim{options} {}
  simulation sim;
  std::vector<int> echoes;  ///< By agent.
  std::vector<int> dials;
};

task<void> echo(std::unique_ptr<runtime::byte_stream> stream) {
  std::string buffer(256, '\0');
  for (;;) {
    const auto count = co_await stream->read_some(buffer);
    if (!count) co_return;
    const std::string_view bytes = std::string_view{buffer}.substr(0, *count);
    const error_code failure = co_await stream->write(bytes);
    if (failure) co_return;
  }
}

task<void> serve(sim_host& on) {
  runtime::task_group connections{on};
  const runtime::endpoint at{"", 80};
  auto listener = co_await on.network().listen(at, nullptr);
  while (listener) {
    auto accepted = co_await (*listener)->accept();
    if (!accepted) break;
    connections.spawn("echo", echo(std::move(*accepted)));
  }
  connections.cancel();
  co_await connections.join();
}

task<void> converse(sim_host& on, runtime::byte_stream& stream, int& echoes) {
  std::string buffer(256, '\0');
  for (;;) {
    const error_code cancelled = co_await on.clock().sleep_for(on.entropy().between(1s, 3s));
    if (cancelled) co_return;
    const error_code failure = co_await stream.write("beat of " + on.name());
    if (failure) co_return;
    const auto count = co_await stream.read_some(buffer);
    if (!count) co_return;
    ++echoes;
  }
}

task<void> live(sim_host& on, int& dials, int& echoes) {
  for (error_code ended; !ended;) {
    const runtime::endpoint to{"gateway", 80};
    auto made = co_await on.network().dial(to, nullptr);
    ++dials;
    if (made) co_await converse(on, **made, echoes);
    ended = co_await on.clock().sleep_for(on.entropy().between(0s, 2s));
  }
}

std::unique_ptr<fleet> run_fleet(simulation_options options) {
  options.straight.latency = 20ms;
  options.limits.trace_records_max = 100'000;
  auto made = std::make_unique<fleet>(options);
  simulation& sim = made->sim;
  constexpr int agents = 20;
  made->echoes.resize(agents);
  made->dials.resize(agents);
  sim_host* gateway = &sim.start_host("gateway");
  auto serving = std::make_unique<runtime::task_group>(*gateway);
  serving->spawn("serve", serve(*gateway));
  std::vector<std::unique_ptr<runtime::task_group>> living;
  for (std::size_t i = 0; i < agents; ++i) {
    sim_host& agent = sim.start_host("agent-" + std::to_string(i));
    living.push_back(std::make_unique<runtime::task_group>(agent));
    living.back()->spawn("live", live(agent, made->dials[i], made->echoes[i]));
  }
  for (const kill_mode mode : {kill_mode::fin, kill_mode::rst}) {
    EXPECT_TRUE(sim.run_for(1min).done());
    gateway->kill(mode);
    EXPECT_TRUE(sim.run_until_ended(*gateway).empty());
    EXPECT_TRUE(sim.run_for(5s).done());
    gateway = &sim.start_host("gateway");
    serving = std::make_unique<runtime::task_group>(*gateway);
    serving->spawn("serve", serve(*gateway));
  }
  EXPECT_TRUE(sim.run_for(1min).done());
  EXPECT_TRUE(sim.shut_down().empty());
  return made;
}

simulation_options with(std::uint64_t seed, schedule order) {
  simulation_options options;
  options.seed = seed;
  options.order = order;
  return options;
}

void expect_same(const fleet& left, const fleet& right) {
  const auto difference = first_difference(left.sim.trace(), right.sim.trace());
  EXPECT_FALSE(difference.has_value()) << print_difference(*difference, left.sim.host_labels());
  EXPECT_EQ(left.sim.trace().hash(), right.sim.trace().hash());
  EXPECT_EQ(left.sim.trace().count(), right.sim.trace().count());
  EXPECT_EQ(left.echoes, right.echoes);
}

TEST(Determinism, TheSameSeedGivesTheSameTrace) {
  const auto first = run_fleet(with(7, schedule::fifo));
  expect_same(*first, *run_fleet(with(7, schedule::fifo)));
  EXPECT_GT(first->sim.trace().count(), 10'000U);
  EXPECT_TRUE(std::all_of(first->echoes.begin(), first->echoes.end(), [](int n) { return n > 30; }));
}

TEST(Determinism, TheSameSeedGivesTheSameTraceInSeededOrder) {
  expect_same(*run_fleet(with(7, schedule::seeded)), *run_fleet(with(7, schedule::seeded)));
}

TEST(Determinism, AnotherSeedGivesAnotherTrace) {
  EXPECT_NE(run_fleet(with(7, schedule::fifo))->sim.trace().hash(),
            run_fleet(with(8, schedule::fifo))->sim.trace().hash());
}

TEST(Determinism, AnotherOrderChangesTheScheduleAndNotTheResults) {
  const auto fifo = run_fleet(with(7, schedule::fifo));
  const auto seeded = run_fleet(with(7, schedule::seeded));
  EXPECT_NE(fifo->sim.trace().hash(), seeded->sim.trace().hash());
  EXPECT_EQ(fifo->echoes, seeded->echoes);
  EXPECT_EQ(fifo->dials, seeded->dials);
}

TEST(Determinism, WhatIsOnTheHeapDoesNotMatter) {
  const auto first = run_fleet(with(7, schedule::fifo));
  std::vector<std::unique_ptr<char[]>> clutter;
  for (std::size_t i = 1; i < 2000; ++i) clutter.push_back(std::make_unique<char[]>(i * 7 % 900 + 1));
  expect_same(*first, *run_fleet(with(7, schedule::fifo)));
}

// What orders the turns of one instant: each host appends its number when it wakes.
task<void> wake_and_note(sim_host& on, std::size_t number, std::vector<std::size_t>& order) {
  const error_code failure = co_await on.clock().sleep_for(1s);
  EXPECT_FALSE(failure);
  order.push_back(number);
}

std::vector<std::size_t> order_of_waking(simulation_options options) {
  simulation sim{options};
  std::vector<std::size_t> order;
  std::vector<std::unique_ptr<runtime::task_group>> groups;
  for (std::size_t i = 0; i < 10; ++i) {
    sim_host& host = sim.start_host("host-" + std::to_string(i));
    groups.push_back(std::make_unique<runtime::task_group>(host));
    groups.back()->spawn("wake", wake_and_note(host, i, order));
  }
  EXPECT_TRUE(sim.run_for(2s).done());
  return order;
}

TEST(Determinism, TheOrderOfAnInstantIsFirstInFirstOutOrDrawn) {
  const auto fifo = order_of_waking(with(1, schedule::fifo));
  EXPECT_TRUE(std::is_sorted(fifo.begin(), fifo.end()));
  const auto one = order_of_waking(with(1, schedule::seeded));
  const auto other = order_of_waking(with(2, schedule::seeded));
  EXPECT_NE(one, fifo);
  EXPECT_NE(one, other);
  EXPECT_TRUE(std::is_permutation(one.begin(), one.end(), fifo.begin()));
}

task<void> post_numbers(sim_host& on, std::vector<int>& order) {
  for (int i = 0; i < 50; ++i) runtime::asio::post(on.executor(), [i, &order] { order.push_back(i); });
  co_return;
}

TEST(Determinism, HandlersOfOneHostKeepTheirOrderUnderEverySchedule) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    simulation sim{with(seed, schedule::seeded)};
    std::vector<int> order, others;
    sim_host& host = sim.start_host("host");
    sim_host& other = sim.start_host("other");
    runtime::task_group here{host}, there{other};
    here.spawn("post", post_numbers(host, order));
    there.spawn("post", post_numbers(other, others));
    EXPECT_TRUE(sim.run_for(1s).done());
    EXPECT_EQ(order.size(), 50U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  }
}

struct lane_timer final : timer {
  lane_timer(int n, std::uint64_t of, std::vector<int>& to) : number{n}, fired{to} { lane = of; }
  void fire() override { fired.push_back(number); }
  int number;
  std::vector<int>& fired;
};

TEST(Determinism, TimersOfOneLaneKeepTheirOrderAndThoseOfTwoDoNot) {
  bool crossed = false;
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    simulation sim{with(seed, schedule::seeded)};
    std::vector<int> fired;
    std::deque<lane_timer> timers;
    for (int i = 0; i < 20; ++i) {
      timers.emplace_back(i, i % 2 == 0 ? 7U : 8U, fired);
      sim.arm(timers.back(), sim.now() + 1s);
    }
    EXPECT_TRUE(sim.run_for(2s).done());
    ASSERT_EQ(fired.size(), 20U);
    crossed = crossed || fired.front() != 0;
    for (const int lane : {0, 1}) {
      std::vector<int> own;
      std::copy_if(fired.begin(), fired.end(), std::back_inserter(own), [&](int n) { return n % 2 == lane; });
      EXPECT_TRUE(std::is_sorted(own.begin(), own.end())) << "seed " << seed;
    }
  }
  EXPECT_TRUE(crossed);
}

}  // namespace
}  // namespace kitfox::sim
