#include "fakes/fault/link.hpp"

#include <algorithm>

#include "fakes/fault/path_chain.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

bool refuses_all(const planned_fault& plan) {
  const match& wanted = plan.applies_to;
  return plan.kind->refuses_dials && wanted.connections != taken::established &&
         wanted.connection.unrestricted() && wanted.new_connection.unrestricted() &&
         wanted.probability >= 1.0;
}

}  // namespace

link::link(options settings, const runtime::entropy& random, firing_observer* firings,
           changed_callback changed)
    : settings_{std::move(settings)},
      random_{random.child("link/" + settings_.name)},
      firings_{firings},
      changed_{std::move(changed)} {
  KITFOX_ASSERT(settings_.properties.jitter <= settings_.properties.latency);
  KITFOX_ASSERT(settings_.properties.window_bytes > 0);
}

link::~link() { KITFOX_ASSERT(open_.empty()); }

std::unique_ptr<path> link::open(std::uint64_t connection_id) {
  const std::uint64_t number = ++connections_;
  auto chain = std::make_unique<path_chain>(*this, connection_id, number);
  open_.emplace(number, chain.get());
  return chain;
}

result<fault_id> link::add(planned_fault plan, runtime::mono_time now) {
  KITFOX_ASSERT(plan.kind != nullptr);
  const auto taken = [&](const auto& one) { return one->plan.name == plan.name; };
  if (std::any_of(faults_.begin(), faults_.end(), taken)) return errc::name_taken;
  const fault_id id{++faults_added_};
  // owners: see faults_
  auto added = std::make_shared<active_fault>();
  added->plan = std::move(plan);
  added->id = id;
  added->dials_before = connections_;
  faults_.push_back(added);
  std::erase(unfired_, added->plan.name);
  std::vector<std::uint64_t> touched;
  for (const auto& [number, chain] : open_) {
    if (chain->insert(added, now)) touched.push_back(chain->connection_id());
  }
  tell_changed(touched);
  return id;
}

error_code link::remove(fault_id id, runtime::mono_time now) {
  const auto found =
      std::find_if(faults_.begin(), faults_.end(), [id](const auto& one) { return one->id == id; });
  if (found == faults_.end()) return errc::no_such_fault;
  // owners: see faults_
  const std::shared_ptr<active_fault> gone = *found;
  faults_.erase(found);
  std::vector<std::uint64_t> touched;
  for (const auto& [number, chain] : open_) {
    if (chain->heal(id, now)) touched.push_back(chain->connection_id());
  }
  if (!gone->has_fired && unfired_.size() < settings_.unfired_names_max) unfired_.push_back(gone->plan.name);
  tell_changed(touched);
  return {};
}

error_code link::replace(fault_id id, planned_fault plan, runtime::mono_time now) {
  const auto found =
      std::find_if(faults_.begin(), faults_.end(), [id](const auto& one) { return one->id == id; });
  if (found == faults_.end()) return errc::no_such_fault;
  KITFOX_ASSERT(plan.kind == (*found)->plan.kind && plan.name == (*found)->plan.name);
  // owners: see faults_
  auto changed = std::make_shared<active_fault>(**found);
  changed->plan = std::move(plan);
  changed->closed_listener = changed->closed_listener && refuses_all(changed->plan);
  *found = changed;
  std::vector<std::uint64_t> touched;
  for (const auto& [number, chain] : open_) {
    if (chain->replace(changed, now)) touched.push_back(chain->connection_id());
  }
  tell_changed(touched);
  return {};
}

void link::remove_all(runtime::mono_time now) {
  while (!faults_.empty()) {
    const error_code failure = remove(faults_.front()->id, now);
    KITFOX_ASSERT(!failure);
  }
}

void link::set_properties(const link_properties& properties, runtime::mono_time now) {
  KITFOX_ASSERT(properties.jitter <= properties.latency && properties.window_bytes > 0);
  settings_.properties = properties;
  std::vector<std::uint64_t> touched;
  for (const auto& [number, chain] : open_) {
    chain->set_wire(properties, now);
    touched.push_back(chain->connection_id());
  }
  tell_changed(touched);
}

bool link::refuses_every_dial() const {
  return std::any_of(faults_.begin(), faults_.end(), [](const auto& one) { return refuses_all(one->plan); });
}

void link::on_listener_closed(runtime::mono_time now) {
  for (const auto& one : faults_) {
    if (one->closed_listener || !refuses_all(one->plan)) continue;
    one->closed_listener = true;
    one->has_fired = true;
    if (firings_ == nullptr) continue;
    firings_->on_fired({one->plan.name, 0, "nothing listens", 0, now, now, {}, settings_.name});
  }
}

std::vector<std::string> link::never_fired() const {
  std::vector<std::string> names = unfired_;
  for (const auto& one : faults_) {
    if (!one->has_fired) names.push_back(one->plan.name);
  }
  return names;
}

void link::forget(path_chain& chain) noexcept { open_.erase(chain.number()); }

void link::tell_changed(const std::vector<std::uint64_t>& touched) {
  if (changed_) {
    for (const std::uint64_t connection : touched) changed_(connection);
  }
  if (settings_.faults_changed) settings_.faults_changed();
}

}  // namespace kitfox::fault
