#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/sim/skewed_time.hpp"
#include "runtime/host.hpp"

namespace kitfox::sim {

class simulation;

/// How the sockets of a killed process end.
enum class kill_mode {
  fin,     ///< The kernel closes them (SIGKILL): FIN, or RST where bytes were left unread.
  rst,     ///< The kernel resets them.
  silent,  ///< The machine is gone: nothing is sent, nothing answers until a host of that name starts again.
};

struct host_options {
  /// Where the host's events go until it is killed; empty: nowhere. Must outlive the simulation.
  runtime::event_sink* events = nullptr;
  /// What the machine's wall clock is ahead of the world's at the start.
  runtime::duration wall_offset{};
  /// What the machine trusts where TLS options name no authority (print_authority()); empty: nothing.
  std::string authorities_pem;
};

/// One process on a machine of the simulated world. Made and kept by simulation::start_host(), also after
/// it was killed, so that references to it never dangle. A machine that starts again is another sim_host of
/// the same name.
class sim_host final : public runtime::host {
 public:
  enum class state { running, paused, killed };
  struct core;

  sim_host(simulation& world, std::string name, const host_options& options);
  ~sim_host() override;

  // runtime::host
  [[nodiscard]] runtime::asio::any_io_executor executor() override;
  [[nodiscard]] runtime::clock& clock() override;
  [[nodiscard]] runtime::network& network() override;
  /// Follows from the seed, the name and the number of starts of that name, so that a restart draws anew.
  [[nodiscard]] runtime::entropy& entropy() override;
  [[nodiscard]] runtime::event_sink& events() override;
  std::uint64_t on_task_started(std::string_view name, runtime::asio::cancellation_signal& stop) override;
  void on_task_ended(std::uint64_t id) override;

  [[nodiscard]] const std::string& name() const noexcept;
  /// Name and number of the start: "gateway#2".
  [[nodiscard]] const std::string& label() const noexcept;
  /// The address that the name resolves to; the same at every start.
  [[nodiscard]] const std::string& address() const noexcept;
  [[nodiscard]] state current_state() const noexcept;
  /// Names of the tasks that run, in order of starting.
  [[nodiscard]] std::vector<std::string> running_tasks() const;
  /// Byte streams that are open.
  [[nodiscard]] std::size_t open_streams() const noexcept;

  /// Ends the process at this instant: its sockets end as `mode` says and nothing it does afterwards leaves
  /// it. Its memory is safe: every pending and future operation of its tasks ends with errc::cancelled, and
  /// every task is asked to stop. Wait for their end with ended() before destroying what they refer to.
  void kill(kill_mode mode);
  /// After kill(): waits, without time passing, until all tasks have ended, and returns the names of those
  /// which still run after the host has had simulation_limits::end_steps_max turns. For a coroutine of
  /// another host; from outside use simulation::run_until_ended().
  [[nodiscard]] runtime::task<std::vector<std::string>> ended();

  /// Stops the process (SIGSTOP): its handlers and timers wait, its kernel still receives. Idempotent.
  void pause();
  void resume();

  /// The machine's clock: see skewed_time. Sleeping tasks are woken by the changed clock.
  void jump_clock(time_line line, runtime::duration by);
  void set_clock_drift(std::int64_t ppb);
  void strobe_clock(runtime::duration by, runtime::duration half_period);
  void stop_clock_strobe();

  [[nodiscard]] core& internals() noexcept { return *core_; }

 private:
  void clock_changed(std::uint64_t by);
  std::unique_ptr<core> core_;
};

}  // namespace kitfox::sim
