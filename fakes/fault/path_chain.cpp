#include "fakes/fault/path_chain.hpp"

#include <algorithm>
#include <utility>

#include "fakes/fault/gate.hpp"
#include "fakes/fault/wire.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

/// It begins when a request or event has come that it does not look for itself.
bool needs_gate(const planned_fault& plan) {
  return !plan.kind->selects_itself && (plan.applies_to.needs_request() || plan.applies_to.needs_event());
}

}  // namespace

bool path_stage::concerns_bytes(side from) const noexcept {
  return !of || sees_all || concerns(of->plan.applies_to.way, from);
}

/// Sets the time for one call from outside, and cleans up after the outermost one.
class path_chain::call_scope {
 public:
  call_scope(path_chain& chain, runtime::mono_time now) : chain_{chain} {
    KITFOX_ASSERT(now >= chain.now_ || !chain.begun_);
    chain.now_ = now;
    ++chain.depth_;
  }
  ~call_scope() {
    if (--chain_.depth_ == 0) chain_.tidy();
  }
  call_scope(const call_scope&) = delete;
  call_scope& operator=(const call_scope&) = delete;

 private:
  path_chain& chain_;
};

path_chain::path_chain(link& owner, std::uint64_t connection_id, std::uint64_t number)
    : link_{owner},
      connection_id_{connection_id},
      number_{number},
      window_bytes_{owner.settings_.properties.window_bytes} {
  auto wire_stage = std::make_unique<path_stage>();
  wire_stage->body = std::make_unique<wire>(owner.settings_.properties);
  stages_.push_back(std::move(wire_stage));
  // owners: see link::faults_
  for (const std::shared_ptr<active_fault>& one : owner.faults_) {
    if (takes(*one)) add_stage(one, stages_.end());
  }
}

path_chain::~path_chain() { link_.forget(*this); }

bool path_chain::takes(const active_fault& one) const {
  const match& wanted = one.plan.applies_to;
  if (wanted.connections == taken::established && !begun_) return false;
  if (wanted.connections == taken::fresh && begun_) return false;
  return takes_number(one);
}

bool path_chain::takes_changed(const active_fault& one) const {
  const taken wanted = one.plan.applies_to.connections;
  const bool dialled_since = number_ > one.dials_before;
  if (wanted != taken::any && (wanted == taken::fresh) != dialled_since) return false;
  return takes_number(one);
}

bool path_chain::takes_number(const active_fault& one) const {
  const match& wanted = one.plan.applies_to;
  if (!wanted.connection.contains(number_)) return false;
  if (!wanted.new_connection.unrestricted() &&
      (number_ <= one.dials_before || !wanted.new_connection.contains(number_ - one.dials_before))) {
    return false;
  }
  if (wanted.probability >= 1.0) return true;
  const auto draw = link_.random_->child("probability/" + one.plan.name)->child(std::to_string(number_));
  return draw->unit() < wanted.probability;
}

// owners: see link::faults_
path_stage& path_chain::add_stage(const std::shared_ptr<active_fault>& of, stage_list::iterator before) {
  auto stage = std::make_unique<path_stage>();
  stage->of = of;
  const planned_fault& plan = of->plan;
  stage->body = plan.kind->make(plan.values);
  stage->sees_all = plan.kind->selects_itself;
  if (needs_gate(plan)) {
    stage->body = std::make_unique<gate>(std::move(stage->body), plan.applies_to);
    stage->sees_all = true;
  }
  return **stages_.insert(before, std::move(stage));
}

path::dial_decision path_chain::on_dial(runtime::mono_time now) {
  const call_scope scope{*this, now};
  dial_decision decision;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    fault_context context{*this, *stages_[i]};
    stages_[i]->body->on_dial(decision, context);
  }
  if (decision.answer == dial_answer::proceed) begins_at_ = now + decision.delay;
  return decision;
}

void path_chain::begin(runtime::mono_time now) {
  if (begun_ || over_) return;
  KITFOX_ASSERT(begins_at_.has_value());
  now_ = std::max(now_, std::min(now, *begins_at_));
  begins_at_.reset();
  begun_ = true;
  begun_at_ = now_;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    fault_context context{*this, *stages_[i]};
    stages_[i]->body->on_begin(context);
  }
  now_ = now;
}

tls_answer path_chain::on_tls(runtime::mono_time now) {
  const call_scope scope{*this, now};
  tls_answer answer = tls_answer::proceed;
  for (std::size_t i = 0; i < stages_.size() && answer == tls_answer::proceed; ++i) {
    fault_context context{*this, *stages_[i]};
    answer = stages_[i]->body->on_tls(context);
  }
  return answer;
}

void path_chain::on_bytes(side from, std::string_view bytes, runtime::mono_time now) {
  const call_scope scope{*this, now};
  begin(now);
  if (over_ || bytes.empty()) return;
  if (from == side::server) tracker_.observe(from, bytes);
  forward(nullptr, from, std::string{bytes});
}

void path_chain::on_end(side from, end_kind how, runtime::mono_time now) {
  const call_scope scope{*this, now};
  begin(now);
  if (over_) return;
  if (how == end_kind::rst) gone_[slot(from)] = true;
  said_end_[slot(from)] = true;
  forward_end(nullptr, from, how);
}

void path_chain::on_timer(runtime::mono_time now) {
  const call_scope scope{*this, now};
  if (begins_at_ && *begins_at_ <= now) begin(now);
  while (!over_) {
    path_stage* due = nullptr;
    for (const auto& stage : stages_) {
      if (stage->wake && *stage->wake <= now && (due == nullptr || *stage->wake < *due->wake))
        due = stage.get();
    }
    if (due == nullptr) return;
    due->wake.reset();
    fault_context context{*this, *due};
    due->body->on_timer(context);
  }
}

std::optional<runtime::mono_time> path_chain::next_timer() const {
  if (over_) return std::nullopt;
  std::optional<runtime::mono_time> first = begins_at_;
  for (const auto& stage : stages_) {
    if (stage->wake && (!first || *stage->wake < *first)) first = stage->wake;
  }
  return first;
}

std::optional<path_action> path_chain::next_action() {
  if (actions_.empty()) return std::nullopt;
  path_action action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

std::size_t path_chain::held(side from) const {
  if (over_) return 0;
  std::size_t sum = 0;
  for (const auto& stage : stages_) {
    if (!stage->severed) sum += stage->body->held(from);
  }
  return sum;
}

// owners: see link::faults_
bool path_chain::insert(const std::shared_ptr<active_fault>& added, runtime::mono_time now) {
  const call_scope scope{*this, std::max(now, now_)};
  if (begins_at_ && *begins_at_ <= now) begin(now);
  if (over_ || !takes(*added)) return false;
  path_stage& stage = add_stage(added, stages_.end());
  fault_context context{*this, stage};
  if (begun_) stage.body->on_begin(context);
  return true;
}

bool path_chain::heal(fault_id id, runtime::mono_time now) {
  const call_scope scope{*this, std::max(now, now_)};
  const auto found = find_stage(id);
  if (found == stages_.end()) return false;
  heal(**found);
  return true;
}

path_chain::stage_list::iterator path_chain::find_stage(fault_id id) {
  return std::find_if(stages_.begin(), stages_.end(),
                      [id](const auto& stage) { return stage->of && stage->of->id == id && !stage->healed; });
}

void path_chain::heal(path_stage& stage) {
  stage.healed = true;
  fault_context context{*this, stage};
  if (begun_) stage.body->on_heal(context);
}

// owners: see link::faults_
bool path_chain::replace(const std::shared_ptr<active_fault>& changed, runtime::mono_time now) {
  const call_scope scope{*this, std::max(now, now_)};
  if (begins_at_ && *begins_at_ <= now) begin(now);
  if (over_) return false;
  auto place = find_stage(changed->id);
  const path_stage* before = nullptr;
  const bool wanted = takes_changed(*changed);
  if (place == stages_.end()) {
    if (!wanted) return false;
    // Where it would stand if it had taken the connection from the beginning: ids rise along a path.
    place = std::find_if(stages_.begin(), stages_.end(),
                         [&](const auto& stage) { return stage->of && stage->of->id > changed->id; });
  } else if (!wanted) {
    heal(**place);
    return true;
  } else {
    path_stage& stage = **place;
    const bool same_gate = needs_gate(stage.of->plan) == needs_gate(changed->plan);
    stage.of = changed;
    fault_context context{*this, stage};
    if (stage.severed) return true;
    if (begun_ && same_gate && stage.body->on_change(changed->plan.values, context)) return true;
    stage.healed = true;
    if (begun_) stage.body->on_replaced(context);
    if (over_) return true;
    // Nothing was added or taken away meanwhile, so the place is still good.
    before = &stage;
    ++place;
  }
  path_stage& fresh = add_stage(changed, place);
  if (before != nullptr) {
    fresh.passed = before->passed;
    fresh.fired_once = before->fired_once;
  }
  fault_context context{*this, fresh};
  if (begun_) fresh.body->on_begin(context);
  return true;
}

void path_chain::set_wire(const link_properties& properties, runtime::mono_time now) {
  const call_scope scope{*this, std::max(now, now_)};
  window_bytes_ = properties.window_bytes;
  // The first stage is always the wire.
  static_cast<wire&>(*stages_.front()->body).set(properties);
}

}  // namespace kitfox::fault
