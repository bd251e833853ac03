#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakes/sim/host_events.hpp"
#include "fakes/sim/scheduler.hpp"
#include "fakes/sim/sim_clock.hpp"
#include "fakes/sim/sim_host.hpp"
#include "fakes/sim/sim_network.hpp"
#include "fakes/sim/simulation.hpp"
#include "fakes/sim/wire.hpp"

namespace kitfox::sim {

/// The parts of a simulation, in the order in which they need one another.
struct simulation::core {
  explicit core(simulation_options given);
  simulation_options settings;
  std::unique_ptr<runtime::entropy> seed;
  sim::scheduler scheduler;
  std::vector<std::unique_ptr<sim_host>> hosts;
  sim::wire wire;
  std::uint64_t task_count = 0;
};

struct sim_host::core {
  core(simulation::core& of, sim::machine& on, node& at, const host_options& options);
  simulation::core& world;
  node& where;
  sim::machine& machine;
  sim_clock clock;
  sim::process process;
  sim_network network;
  std::unique_ptr<runtime::entropy> random;
  host_events events;
};

}  // namespace kitfox::sim
