#include "fakes/sim/simulation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "fakes/sim/world.hpp"
#include "runtime/assert.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::sim {

using runtime::mono_time;

namespace {
scheduler::options scheduler_options(const simulation_options& settings, const runtime::entropy& seed) {
  return {settings.order == schedule::seeded ? seed.child("schedule") : nullptr,
          settings.limits.instant_steps_max, settings.limits.trace_records_max};
}
}  // namespace

simulation::core::core(simulation_options given)
    : settings{std::move(given)},
      seed{runtime::make_seeded_entropy(settings.seed)},
      scheduler{scheduler_options(settings, *seed)},
      wire{scheduler, settings} {}

simulation::simulation(simulation_options options) : core_{std::make_unique<core>(std::move(options))} {}

simulation::~simulation() { shut_down(); }

mono_time simulation::now() const noexcept { return core_->scheduler.now(); }
runtime::wall_time simulation::wall_now() const noexcept {
  return core_->settings.epoch + now().time_since_epoch();
}
std::uint64_t simulation::steps() const noexcept { return core_->scheduler.steps(); }
name_table& simulation::names() noexcept { return core_->wire.names(); }
const sim::trace& simulation::trace() const noexcept { return core_->scheduler.trace(); }
std::size_t simulation::connections() const noexcept { return core_->wire.connections(); }
void simulation::on_link_changed(std::uint64_t connection) { core_->wire.on_link_changed(connection); }
void simulation::use_paths(path_source& source) noexcept { core_->settings.paths = &source; }
void simulation::arm(timer& one, mono_time when) { core_->scheduler.arm(one, when); }
void simulation::disarm(timer& one) noexcept { core_->scheduler.disarm(one); }

sim_host& simulation::start_host(std::string name, host_options options) {
  KITFOX_ASSERT(core_->hosts.size() < core_->settings.limits.hosts_max);
  core_->hosts.push_back(std::make_unique<sim_host>(*this, std::move(name), options));
  return *core_->hosts.back();
}

sim_host* simulation::find_host(std::string_view name) noexcept {
  for (const auto& one : core_->hosts)
    if (one->name() == name && one->current_state() != sim_host::state::killed) return one.get();
  return nullptr;
}

std::unique_ptr<runtime::entropy> simulation::random(std::string_view name) const {
  return core_->seed->child("world")->child(name);
}

std::vector<std::string> simulation::host_labels() const {
  std::vector<std::string> labels;
  for (const auto& one : core_->scheduler.nodes()) labels.push_back(one->label);
  return labels;
}

run_outcome simulation::run_until(mono_time until) {
  run_outcome outcome =
      core_->scheduler.run([] { return false; }, until, scheduler::when_idle::jump_to_limit);
  if (outcome.end == run_end::time_limit) outcome.end = run_end::done;
  return outcome;
}

run_outcome simulation::run_until(const std::function<bool()>& condition, mono_time limit) {
  return core_->scheduler.run(condition, limit, scheduler::when_idle::report_stuck);
}

namespace {
runtime::task<void> note_end(runtime::task<void> body, bool& ended) {
  co_await std::move(body);
  ended = true;
}
}  // namespace

run_outcome simulation::run(sim_host& on, std::string name, runtime::task<void> body, mono_time limit) {
  bool ended = false;
  // A group left by a task that cannot end must not be destroyed, so it is not on the stack.
  auto group = std::make_unique<runtime::task_group>(on);
  group->spawn(name, note_end(std::move(body), ended));
  run_outcome outcome = run_until([&group] { return group->size() == 0; }, limit);
  if (outcome.done() && ended) return outcome;
  if (outcome.done()) {
    outcome.end = run_end::stuck;  // its host was killed before it began
    outcome.names = {on.label() + ": " + name};
  }
  for (std::string& stayed : shut_down()) outcome.names.push_back("did not end: " + std::move(stayed));
  if (group->size() != 0) static_cast<void>(group.release());
  return outcome;
}

std::vector<std::string> simulation::run_until_ended(sim_host& killed) {
  KITFOX_ASSERT(killed.current_state() == sim_host::state::killed);
  const node& where = killed.internals().where;
  const std::uint64_t last = where.steps + core_->settings.limits.end_steps_max;
  auto left = core_->scheduler.settle([&where, last] { return where.tasks.empty() || where.steps >= last; });
  for (std::string& name : where.task_names()) left.push_back(std::move(name));
  return left;
}

std::vector<std::string> simulation::shut_down() {
  for (const auto& one : core_->hosts) one->kill(kill_mode::silent);
  auto left = core_->scheduler.settle([] { return false; });
  core_->wire.drop_paths();
  for (std::string& name : core_->scheduler.task_names()) left.push_back(std::move(name));
  return left;
}

}  // namespace kitfox::sim
