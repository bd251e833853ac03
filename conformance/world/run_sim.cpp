#include "conformance/world/run_sim.hpp"

#include "conformance/world/player.hpp"

namespace kitfox::conformance {
namespace {

runtime::task<void> play(player& by, play_outcome& out) { out = co_await by.run(nullptr); }

}  // namespace

sim_run run_in_sim(const scenario_case& one, const scenario_source& source, const sim_run_options& options) {
  recorder tape{runtime::mono_time{}};
  sim::simulation_options settings;
  settings.seed = options.seed;
  settings.order = options.order;
  settings.limits.trace_records_max = options.trace_records_max;
  sim_run out;
  {
    sim_world world{one.what, settings, tape, options.subjects};
    sim::simulation& simulation = world.simulation();
    tape.add(make_header(one, source, options.seed, {}), simulation.now());
    play_outcome played;
    player by{world, one.what, options.seed};
    const sim::run_outcome end = simulation.run(world.harness_host(), "scenario", play(by, played));
    record footer;
    footer.name = std::string{to_string(end.end)};
    footer.more = {{"steps", simulation.steps()}};
    std::string failure = played.harness_failure;
    if (!end.done()) failure = sim::print_outcome(end);
    if (failure.empty() && !world.stuck().empty())
      failure = "a task did not end with its process: " + world.stuck().front();
    if (failure.empty() && !tape.complete()) failure = "more records than a transcript may hold";
    if (!failure.empty()) footer.more["harness_failure"] = failure;
    tape.finish(std::move(footer), simulation.now());
    out.trace_hash = simulation.trace().hash();
    out.world_time = simulation.now().time_since_epoch();
    out.steps = simulation.steps();
    out.trace = {simulation.trace().records().begin(), simulation.trace().records().end()};
    out.host_labels = simulation.host_labels();
  }
  out.tape = std::move(tape).take();
  return out;
}

}  // namespace kitfox::conformance
