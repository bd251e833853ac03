#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/sim/name_table.hpp"
#include "fakes/sim/path_source.hpp"
#include "fakes/sim/run_outcome.hpp"
#include "fakes/sim/sim_host.hpp"
#include "fakes/sim/straight_path.hpp"
#include "fakes/sim/timer_queue.hpp"
#include "fakes/sim/trace.hpp"

namespace kitfox::sim {

/// The order of what happens in one instant.
enum class schedule {
  fifo,  ///< As it was posted.
  /// Drawn from the seed: which timer of the instant fires next, and which host runs next. Handlers of one
  /// host keep their order, as on a real single-threaded host.
  seeded,
};

struct simulation_limits {
  std::uint64_t instant_steps_max =
      2'000'000;                          ///< Handlers and timers in one instant before it is a livelock.
  std::uint64_t end_steps_max = 200'000;  ///< Handlers that a killed host may run until its tasks end.
  std::size_t hosts_max = 100'000;        ///< Starts of hosts in one simulation.
  std::size_t names_max = 100'000;        ///< Names in the name table.
  std::size_t receive_window_bytes = 64 * 1024;  ///< Bytes delivered to a stream and not yet read.
  std::size_t backlog_max = 128;                 ///< Connections of one listener waiting for accept().
  std::size_t streams_per_host_max = 100'000;    ///< Open streams of one host: errc::out_of_resources beyond.
  std::size_t trace_records_max = 0;             ///< Trace records kept; 0 keeps only the hash.
};

struct simulation_options {
  std::uint64_t seed = 1;
  schedule order = schedule::fifo;
  /// Civil time when the simulation starts: 2026-01-01T00:00:00Z.
  runtime::wall_time epoch{std::chrono::seconds{1'767'225'600}};
  /// What connections run through; empty: straight paths with the options below.
  path_source* paths = nullptr;
  straight_path_options straight{};
  /// Told all that happens between hosts, with true simulation time; may be empty. It may add faults to
  /// links and kill hosts, and must outlive the simulation.
  fault::wire_observer* observer = nullptr;
  runtime::duration name_delay{};  ///< How long a name takes to resolve.
  simulation_limits limits{};
};

/// A deterministic world in virtual time: hosts, their clocks, the network between them, and the one loop
/// that runs all of it on the calling thread. Everything follows from the options and from what the owner
/// does between runs. Simulations share nothing; several may live side by side, one thread each.
class simulation {
 public:
  struct core;

  explicit simulation(simulation_options options = {});
  /// Shuts down what still runs. Destroy what tasks refer to only after they have ended.
  ~simulation();
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  /// True time: what a perfect clock started with the simulation shows.
  [[nodiscard]] runtime::mono_time now() const noexcept;
  [[nodiscard]] runtime::wall_time wall_now() const noexcept;
  /// Handlers and timers run so far.
  [[nodiscard]] std::uint64_t steps() const noexcept;

  /// Starts a process. The host lives as long as the simulation. There must be no live host of that name. At
  /// its first start a name is given an address and an entry in names().
  sim_host& start_host(std::string name, host_options options = {});
  /// The live host of that name, or nullptr.
  [[nodiscard]] sim_host* find_host(std::string_view name) noexcept;
  [[nodiscard]] name_table& names() noexcept;
  /// A generator of its own for each name, which follows from the seed. Hosts and the schedule have theirs.
  [[nodiscard]] std::unique_ptr<runtime::entropy> random(std::string_view name) const;

  /// Fires `one` at `when`, or now if that has passed. Arming again moves it.
  void arm(timer& one, runtime::mono_time when);
  void disarm(timer& one) noexcept;

  /// Runs all that happens up to and including `until`. Outcomes: done, livelock, failed.
  [[nodiscard]] run_outcome run_until(runtime::mono_time until);
  [[nodiscard]] run_outcome run_for(runtime::duration span) { return run_until(now() + span); }
  /// Runs until `condition` holds; it is asked whenever the ready handlers have run, and first before any.
  [[nodiscard]] run_outcome run_until(const std::function<bool()>& condition, runtime::mono_time limit);
  /// Runs `body` on `on` as a task of that name until it ends. After any outcome but done the world is over:
  /// every host has been killed and its tasks have ended, so what they refer to may be destroyed.
  [[nodiscard]] run_outcome run(sim_host& on, std::string name, runtime::task<void> body,
                                runtime::mono_time limit = runtime::mono_time::max());
  /// After sim_host::kill(), from outside a run: see sim_host::ended().
  [[nodiscard]] std::vector<std::string> run_until_ended(sim_host& killed);
  /// Kills every host and runs until their tasks have ended, without time passing. Returns the names of
  /// those that have not, as "host: task". Afterwards no connection has a path any more, so that links may be
  /// destroyed before the simulation.
  std::vector<std::string> shut_down();

  /// From now on connections run through `source`, as if it had been given in the options.
  void use_paths(path_source& source) noexcept;
  /// Tells that the path of a connection was changed from outside; unknown ids are ignored. Fits
  /// fault::link::changed_callback.
  void on_link_changed(std::uint64_t connection);
  /// Connections with at least one open end, or with bytes on the way.
  [[nodiscard]] std::size_t connections() const noexcept;

  [[nodiscard]] const sim::trace& trace() const noexcept;
  /// Labels of the hosts by number, as print_trace_record() wants them.
  [[nodiscard]] std::vector<std::string> host_labels() const;

  [[nodiscard]] core& internals() noexcept { return *core_; }

 private:
  std::unique_ptr<core> core_;
};

}  // namespace kitfox::sim
