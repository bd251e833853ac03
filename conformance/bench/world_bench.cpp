// Speed of whole simulated worlds and of the judge. Run: build/release/bench/kitfox_world_bench
#include <benchmark/benchmark.h>

#include <ctime>
#include <stdexcept>
#include <string>

#include "conformance/judge/judge.hpp"
#include "conformance/scenario/scenario.hpp"
#include "conformance/world/run_sim.hpp"

namespace {

using namespace kitfox::conformance;

/// Nothing but heartbeats: the reference agents and gateway with simulated TLS, HTTP and SSE in full,
/// Kubernetes beside them, everything recorded as in any run.
constexpr const char* quiet_day = R"(kitfox: scenario/v1
title: A hundred agents for a day
area: half-open
verifies: [LIV-1]
worlds: [sim]
because: nobody waits for a day
settings:
  gateway: {heartbeat_interval: 15s}
topology:
  generate: {teams: 10, clusters_per_team: 10}
steps:
  - await: {agent: "*", state: connected, within: 15s}
  - wait: 24h
)";

constexpr const char* many_commands = R"(kitfox: scenario/v1
title: Five thousand commands over twenty clusters
area: routing
verifies: [RTE-1]
worlds: [sim]
because: the number of commands is what is measured
topology:
  generate: {teams: 5, clusters_per_team: 4}
steps:
  - await: {agent: "*", state: connected, within: 15s}
  - name: load
    execute: {cluster: "*", pick: random, command: list_namespaces, times: 5000, concurrency: 64, expect: {ok: true}}
expect:
  - no_misroute: {}
)";

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct recorded {
  explicit recorded(const char* text) {
    const loaded file = load_scenario_text(text, "bench", {});
    for (const load_error& one : file.errors) throw std::runtime_error{to_string(one)};
    for (const scenario_case& one : file.cases) {
      if (one.world == world_kind::sim) what = one;
    }
    source = {"bench.yaml", text};
  }
  scenario_case what;
  scenario_source source;

  sim_run run() const { return run_in_sim(what, source, {}); }
};

void hundred_agents(benchmark::State& state, const char* quiet_time) {
  const recorded scenario{quiet_time};
  double world_seconds = 0, steps = 0;
  for (auto _ : state) {
    const sim_run ran = scenario.run();
    if (judge(ran.tape).outcome != verdict::pass) state.SkipWithError("the run did not pass");
    world_seconds = std::chrono::duration<double>(ran.world_time).count();
    steps += static_cast<double>(ran.steps);
  }
  state.counters["virtual_seconds"] = world_seconds;
  state.counters["steps/s"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
}
void hundred_agents_for_a_day(benchmark::State& state) { hundred_agents(state, quiet_day); }
BENCHMARK(hundred_agents_for_a_day)->Iterations(1)->Unit(benchmark::kSecond);
void hundred_agents_for_ten_minutes(benchmark::State& state) {
  std::string shorter = quiet_day;
  shorter.replace(shorter.find("wait: 24h"), std::string_view{"wait: 24h"}.size(), "wait: 10m");
  hundred_agents(state, shorter.c_str());
}
BENCHMARK(hundred_agents_for_ten_minutes)->Iterations(1)->Unit(benchmark::kMillisecond);

/// What a run is judged for beside what it costs to run.
void judge_transcript(benchmark::State& state) {
  const recorded scenario{many_commands};
  const double begun = cpu_seconds();
  const sim_run ran = scenario.run();
  const double run_seconds = cpu_seconds() - begun;
  const double judge_begun = cpu_seconds();
  for (auto _ : state) {
    const judgement judged = judge(ran.tape);
    if (judged.outcome != verdict::pass) state.SkipWithError("the run did not pass");
    benchmark::DoNotOptimize(judged.findings.size());
  }
  const double judge_seconds = (cpu_seconds() - judge_begun) / static_cast<double>(state.iterations());
  const auto records = static_cast<std::int64_t>(ran.tape.records().size());
  state.SetItemsProcessed(state.iterations() * records);
  state.counters["records"] = static_cast<double>(records);
  state.counters["share_of_the_run"] = judge_seconds / run_seconds;
}
BENCHMARK(judge_transcript)->Unit(benchmark::kMillisecond);

/// Reading it back from its file, which `kitfox judge` does first.
void read_transcript(benchmark::State& state) {
  const std::string text = recorded{many_commands}.run().tape.print();
  std::string why;
  std::int64_t records = 0;
  for (auto _ : state) {
    const auto tape = transcript::parse(text, why);
    if (!tape) state.SkipWithError(why.c_str());
    records += static_cast<std::int64_t>(tape->records().size());
  }
  state.SetItemsProcessed(records);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(read_transcript)->Unit(benchmark::kMillisecond);

}  // namespace
