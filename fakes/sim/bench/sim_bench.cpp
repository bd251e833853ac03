#include <benchmark/benchmark.h>

#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "fakes/sim/simulation.hpp"
#include "runtime/errc.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::error_code;
using runtime::task;

struct ticking_timer final : timer {
  ticking_timer(simulation& on, runtime::duration every) : world{on}, period{every} {}
  ~ticking_timer() { world.disarm(*this); }
  void fire() override { world.arm(*this, world.now() + period); }
  simulation& world;
  runtime::duration period;
};

/// The same ticks on the bare heap of the standard library, with nothing called: what no simulator can beat.
/// Returns events a second.
double tick_on_plain_heap(std::int64_t timers, runtime::duration span) {
  struct tick {
    std::int64_t at, order, period;
    bool operator>(const tick& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  std::priority_queue<tick, std::vector<tick>, std::greater<>> heap;
  std::int64_t order = 0, events = 0;
  for (std::int64_t i = 0; i < timers; ++i)
    heap.push(
        {std::chrono::nanoseconds{1ms * i}.count(), order++, runtime::duration{7500ms + 1us * i}.count()});
  const std::clock_t begun = std::clock();
  for (; heap.top().at <= span.count(); ++events) {
    tick next = heap.top();
    heap.pop();
    next.at += next.period;
    next.order = order++;
    heap.push(next);
  }
  return static_cast<double>(events) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begun);
}

/// What the design notes measure elsewhere: 100 timers that tick for a virtual day, 1,152,000 events at 7.5
/// s; with the share of the plain heap's speed that is left, measured in the same run.
void bare_timers(benchmark::State& state) {
  std::int64_t events = 0;
  const runtime::duration span = runtime::duration{24h} * 100 / state.range(0);
  const double heap_speed = tick_on_plain_heap(state.range(0), span);
  const std::clock_t begun = std::clock();
  for (auto _ : state) {
    simulation sim;
    std::deque<ticking_timer> timers;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      timers.emplace_back(sim, 7500ms + 1us * i);
      sim.arm(timers.back(), runtime::mono_time{1ms * i});
    }
    benchmark::DoNotOptimize(sim.run_for(span).done());
    events += static_cast<std::int64_t>(sim.trace().count());
  }
  state.SetItemsProcessed(events);
  const double speed =
      static_cast<double>(events) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begun);
  state.counters["plain_heap/s"] = heap_speed;
  state.counters["of_plain_heap"] = speed / heap_speed;
}
BENCHMARK(bare_timers)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

task<void> sleep_on(sim_host& on) {
  for (error_code ended; !ended;) ended = co_await on.clock().sleep_for(15s);
}

void coroutine_sleeps(benchmark::State& state) {
  std::int64_t sleeps = 0;
  for (auto _ : state) {
    simulation sim;
    sim_host& host = sim.start_host("host");
    runtime::task_group tasks{host};
    for (int i = 0; i < 100; ++i) tasks.spawn("sleep", sleep_on(host));
    benchmark::DoNotOptimize(sim.run_for(24h).done());
    sleeps += 100 * 24 * 240;
    sim.shut_down();
  }
  state.SetItemsProcessed(sleeps);
}
BENCHMARK(coroutine_sleeps)->Unit(benchmark::kMillisecond);

task<void> pong(std::unique_ptr<runtime::byte_stream> stream) {
  std::string buffer(4096, '\0');
  for (error_code failure; !failure;) {
    const auto count = co_await stream->read_some(buffer);
    if (!count) co_return;
    const std::string_view bytes = std::string_view{buffer}.substr(0, *count);
    failure = co_await stream->write(bytes);
  }
}

task<void> serve(sim_host& on) {
  runtime::task_group connections{on};
  const runtime::endpoint at{"", 80};
  auto listener = co_await on.network().listen(at, nullptr);
  while (listener) {
    auto accepted = co_await (*listener)->accept();
    if (!accepted) break;
    connections.spawn("pong", pong(std::move(*accepted)));
  }
  connections.cancel();
  co_await connections.join();
}

task<void> ping(sim_host& on, runtime::duration pause, std::int64_t& rounds) {
  const runtime::endpoint to{"server", 80};
  auto made = co_await on.network().dial(to, nullptr);
  if (!made) co_return;
  std::string buffer(4096, '\0');
  const std::string message(200, 'x');
  for (error_code failure; !failure;) {
    failure = co_await (*made)->write(message);
    if (failure) co_return;
    const auto count = co_await (*made)->read_some(buffer);
    if (!count) co_return;
    ++rounds;
    failure = co_await on.clock().sleep_for(pause);
  }
}

/// 100 hosts, each with one connection: 200 bytes to the server and back, then a pause.
void ping_pong(benchmark::State& state) {
  std::int64_t rounds = 0;
  for (auto _ : state) {
    simulation_options options;
    options.straight.latency = 10ms;
    simulation sim{options};
    sim_host& server = sim.start_host("server");
    runtime::task_group serving{server};
    serving.spawn("serve", serve(server));
    std::deque<runtime::task_group> pinging;
    for (int i = 0; i < 100; ++i) {
      sim_host& client = sim.start_host("client-" + std::to_string(i));
      pinging.emplace_back(client).spawn("ping", ping(client, 15s, rounds));
    }
    benchmark::DoNotOptimize(sim.run_for(24h).done());
    sim.shut_down();
  }
  state.SetItemsProcessed(rounds);
}
BENCHMARK(ping_pong)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kitfox::sim
