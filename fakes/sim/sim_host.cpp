#include "fakes/sim/sim_host.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fakes/sim/world.hpp"
#include "runtime/assert.hpp"

namespace kitfox::sim {

sim_host::core::core(simulation::core& of, sim::machine& on, node& at, const host_options& options)
    : world{of},
      where{at},
      machine{on},
      clock{of.scheduler, at, of.settings.epoch + options.wall_offset},
      process{at, clock, on},
      network{of.wire, process, options.authorities_pem},
      random{of.seed->child("host")->child(on.name)->child(std::to_string(on.starts))},
      events{of.scheduler, at, options.events} {}

sim_host::sim_host(simulation& world, std::string name, const host_options& options) {
  simulation::core& of = world.internals();
  machine& on = of.wire.machine_named(name);
  KITFOX_ASSERT(on.running == nullptr);
  node& where = of.scheduler.add_node(name + '#' + std::to_string(++on.starts));
  core_ = std::make_unique<core>(of, on, where, options);
  on.running = &core_->process;
  on.silent = false;
  of.scheduler.record(trace_kind::host_started, where.number, on.starts, hash_bytes(name));
}

sim_host::~sim_host() = default;

runtime::asio::any_io_executor sim_host::executor() { return sim::executor{core_->where}; }
runtime::clock& sim_host::clock() { return core_->clock; }
runtime::network& sim_host::network() { return core_->network; }
runtime::entropy& sim_host::entropy() { return *core_->random; }
runtime::event_sink& sim_host::events() { return core_->events; }

std::uint64_t sim_host::on_task_started(std::string_view name, runtime::asio::cancellation_signal& stop) {
  node& where = core_->where;
  const std::uint64_t id = ++core_->world.task_count;
  where.tasks[id] = {std::string{name}, &stop};
  core_->world.scheduler.record(trace_kind::task_started, where.number, id, hash_bytes(name));
  // A task of a dead process is stopped before it begins, but after its starter has returned.
  if (where.now == node::state::killed) {
    core_->world.scheduler.post(where, handler{[&where, id] {
                                  const auto found = where.tasks.find(id);
                                  if (found != where.tasks.end())
                                    found->second.stop->emit(runtime::asio::cancellation_type::terminal);
                                }});
  }
  return id;
}

void sim_host::on_task_ended(std::uint64_t id) {
  core_->where.tasks.erase(id);
  core_->world.scheduler.record(trace_kind::task_ended, core_->where.number, id);
}

const std::string& sim_host::name() const noexcept { return core_->machine.name; }
const std::string& sim_host::label() const noexcept { return core_->where.label; }
const std::string& sim_host::address() const noexcept { return core_->machine.address; }

sim_host::state sim_host::current_state() const noexcept {
  switch (core_->where.now) {
    case node::state::running:
      return state::running;
    case node::state::paused:
      return state::paused;
    case node::state::killed:
      break;
  }
  return state::killed;
}

std::vector<std::string> sim_host::running_tasks() const { return core_->where.task_names(); }
std::size_t sim_host::open_streams() const noexcept { return core_->process.streams; }

void sim_host::kill(kill_mode mode) {
  node& where = core_->where;
  if (where.now == node::state::killed) return;
  scheduler& time = core_->world.scheduler;
  time.record(trace_kind::host_killed, where.number, static_cast<std::uint64_t>(mode));
  if (where.now == node::state::paused) time.resume(where);
  where.now = node::state::killed;
  core_->world.wire.detach(core_->process, mode);
  abandon_all(where);
  for (const auto& [id, one] : where.tasks) one.stop->emit(runtime::asio::cancellation_type::terminal);
}

runtime::task<std::vector<std::string>> sim_host::ended() {
  KITFOX_ASSERT(core_->where.now == node::state::killed);
  const auto executor = co_await runtime::asio::this_coro::executor;
  // Each time round, every handler that was ready has had its turn.
  std::uint64_t turns = core_->world.settings.limits.end_steps_max;
  while (!core_->where.tasks.empty() && turns-- != 0)
    co_await runtime::asio::post(executor, runtime::asio::use_awaitable);
  co_return running_tasks();
}

void sim_host::pause() {
  if (core_->where.now != node::state::running) return;
  core_->world.scheduler.record(trace_kind::host_paused, core_->where.number, 0);
  core_->world.scheduler.pause(core_->where);
}

void sim_host::resume() {
  if (core_->where.now != node::state::paused) return;
  core_->world.scheduler.record(trace_kind::host_resumed, core_->where.number, 0);
  core_->world.scheduler.resume(core_->where);
}

void sim_host::jump_clock(time_line line, runtime::duration by) {
  core_->clock.skew().jump(line, by, core_->world.scheduler.now());
  clock_changed(static_cast<std::uint64_t>(by.count()));
}

void sim_host::set_clock_drift(std::int64_t ppb) {
  core_->clock.skew().set_drift(ppb, core_->world.scheduler.now());
  clock_changed(static_cast<std::uint64_t>(ppb));
}

void sim_host::strobe_clock(runtime::duration by, runtime::duration half_period) {
  core_->clock.skew().strobe(by, half_period, core_->world.scheduler.now());
  clock_changed(static_cast<std::uint64_t>(by.count()));
}

void sim_host::stop_clock_strobe() {
  core_->clock.skew().stop_strobe();
  clock_changed(0);
}

void sim_host::clock_changed(std::uint64_t by) {
  core_->world.scheduler.record(trace_kind::clock_changed, core_->where.number, 0, by);
  core_->clock.rearm();
}

}  // namespace kitfox::sim
