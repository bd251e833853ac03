// The stores of a simulated gateway: what a scenario breaks in them, and what is seen of them.
#include "conformance/world/failable_keys.hpp"
#include "conformance/world/sim_world.hpp"
#include "conformance/world/watched_audit.hpp"

namespace kitfox::conformance {

void sim_world::watch_audit() {
  using recording = watched_audit::recording;
  const recording how = concerns_audit(what_) ? recording::on : recording::off;
  watched_audit_ = std::make_unique<watched_audit>(*audit_, tape_, harness_.clock(), how);
  audit_sink_ = watched_audit_.get();
  if (subjects_.around_audit == nullptr) return;
  varied_audit_ = subjects_.around_audit(*watched_audit_);
  audit_sink_ = varied_audit_.get();
}

runtime::error_code sim_world::set_auth_backend(const auth_backend_verb& to, effect met) {
  key_source_->state = to;
  key_source_->met = std::move(met);
  return {};
}

runtime::error_code sim_world::set_audit_store(const audit_store_verb& to, effect met) {
  watched_audit_->met = std::move(met);
  watched_audit_->works = to.to == audit_store_verb::state::up;
  return {};
}

}  // namespace kitfox::conformance
