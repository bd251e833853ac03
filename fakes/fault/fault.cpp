#include "fakes/fault/fault.hpp"

#include <utility>

#include "fakes/fault/path_chain.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {

void fault::on_dial(path::dial_decision&, fault_context&) {}
tls_answer fault::on_tls(fault_context&) { return tls_answer::proceed; }
void fault::on_begin(fault_context&) {}
void fault::on_bytes(side from, std::string bytes, fault_context& context) {
  context.pass(from, std::move(bytes));
}
void fault::on_end(side from, end_kind how, fault_context& context) { context.pass_end(from, how); }
void fault::on_timer(fault_context&) {}
void fault::on_heal(fault_context&) {}
bool fault::on_change(const arguments&, fault_context&) { return false; }
void fault::on_replaced(fault_context& context) { on_heal(context); }
std::size_t fault::held(side) const { return 0; }
bool fault::lives_on() const { return false; }

runtime::mono_time fault_context::now() const noexcept { return chain_.now_; }
runtime::entropy& fault_context::random() { return chain_.random_of(stage_); }
std::uint64_t fault_context::offset(side from) const noexcept { return stage_.passed[slot(from)]; }

bool fault_context::concerns_sender(side from) const noexcept {
  return stage_.of == nullptr || concerns(stage_.of->plan.applies_to.way, from);
}

runtime::mono_time fault_context::established_at() const noexcept { return chain_.begun_at_; }
std::size_t fault_context::window_bytes() const noexcept { return chain_.window_bytes_; }
std::deque<std::string>& fault_context::memory() {
  KITFOX_ASSERT(stage_.of != nullptr);
  return stage_.of->memory;
}

void fault_context::pass(side from, std::string bytes) {
  if (bytes.empty()) return;
  stage_.passed[slot(from)] += bytes.size();
  chain_.forward(&stage_, from, std::move(bytes));
}
void fault_context::pass_end(side from, end_kind how) { chain_.forward_end(&stage_, from, how); }
void fault_context::reset(side to) { chain_.reset(to); }
void fault_context::cut(end_kind how) { chain_.cut(stage_, how); }
void fault_context::wake_at(runtime::mono_time when) { stage_.wake = when; }
void fault_context::cancel_wake() { stage_.wake.reset(); }

void fault_context::fired(std::string what, side from, runtime::mono_time planned, std::string event) {
  if (!stage_.of) return;
  stage_.of->has_fired = true;
  if (chain_.link_.firings_ == nullptr) return;
  chain_.link_.firings_->on_fired({stage_.of->plan.name, chain_.connection_id_, std::move(what), offset(from),
                                   planned, now(), std::move(event), chain_.link_.name()});
}

void fault_context::fired_once(std::string_view what, side from) {
  if (!std::exchange(stage_.fired_once, true)) fired(std::string{what}, from);
}

bool fault_context::selects_request(std::string_view method, std::string_view target) {
  KITFOX_ASSERT(stage_.of != nullptr);
  const match& wanted = stage_.of->plan.applies_to;
  return wanted.fits_request(method, target) && wanted.request.contains(++stage_.of->requests);
}

bool fault_context::selects_ongoing(std::string_view method, std::string_view target) const {
  KITFOX_ASSERT(stage_.of != nullptr);
  const match& wanted = stage_.of->plan.applies_to;
  return wanted.fits_request(method, target) && wanted.request.unrestricted();
}

bool fault_context::selects_event(std::string_view type) {
  KITFOX_ASSERT(stage_.of != nullptr);
  const match& wanted = stage_.of->plan.applies_to;
  if (wanted.event_type.empty() ? type == "comment" : wanted.event_type != type) return false;
  return wanted.event.contains(++stage_.of->events);
}

const http_tracker& fault_context::http_so_far() const { return chain_.tracker_; }

}  // namespace kitfox::fault
