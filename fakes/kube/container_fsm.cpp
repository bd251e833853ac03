#include "fakes/kube/container_fsm.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::kube {

namespace {

constexpr std::array every_probe{probe_kind::startup, probe_kind::readiness, probe_kind::liveness};
constexpr int exit_code_of_failed_start = 128;  // as containerd has it

}  // namespace

container_action container_fsm::next(runtime::mono_time now) {
  using kinds = container_action::kinds;
  switch (phase_) {
    case phases::waiting:
      if (stopped_) {
        phase_ = phases::finished;
        return {};
      }
      if (now < due_) return {};
      if (restarting_) {
        backoff_ = forgets_backoff(now) ? plan_.limits.backoff_initial
                                        : std::min(backoff_ * 2, plan_.limits.backoff_max);
        backoff_since_ = now;
      }
      phase_ = phases::starting;
      return {kinds::start, {}};
    case phases::starting:
    case phases::finished:
      return {};
    case phases::running:
      break;
  }
  if (is_stopping()) {
    if (!asked_to_end_) {
      asked_to_end_ = true;
      return {kinds::terminate, {}};
    }
    if (killed_ || now < kill_at_) return {};
    killed_ = true;
    return {kinds::kill, {}};
  }
  for (const probe_kind kind : every_probe) {
    probe_state& state = state_of(kind);
    if (!is_asked_now(kind) || now < state.due) continue;
    state.asked = true;
    return {kinds::probe, kind};
  }
  return {};
}

runtime::mono_time container_fsm::deadline() const noexcept {
  if (phase_ == phases::waiting) return stopped_ ? runtime::mono_time{} : due_;
  if (phase_ != phases::running) return runtime::mono_time::max();
  if (is_stopping()) {
    if (!asked_to_end_) return {};
    return killed_ ? runtime::mono_time::max() : kill_at_;
  }
  runtime::mono_time first = runtime::mono_time::max();
  for (const probe_kind kind : every_probe) {
    if (is_asked_now(kind)) first = std::min(first, probes_[static_cast<std::size_t>(kind)].due);
  }
  return first;
}

void container_fsm::on_started(instant now) {
  KITFOX_ASSERT(phase_ == phases::starting);
  phase_ = phases::running;
  if (report_.end) report_.last = std::exchange(report_.end, std::nullopt);
  if (restarting_) ++report_.restarts;
  report_.shape = container_report::shapes::running;
  report_.reason.clear();
  report_.message.clear();
  report_.since = now.wall;
  for (const probe_kind kind : every_probe) {
    probe_state& state = state_of(kind);
    state = {};
    if (const auto& settings = plan_.probes[static_cast<std::size_t>(kind)]) {
      state.due = now.mono + settings->initial_delay;
    }
  }
  judge_readiness();
}

void container_fsm::on_start_failed(std::string message, instant now) {
  KITFOX_ASSERT(phase_ == phases::starting);
  if (report_.end) report_.last = std::exchange(report_.end, std::nullopt);
  if (restarting_) ++report_.restarts;
  end({exit_code_of_failed_start, "StartError", std::move(message), now.wall, now.wall}, now);
}

void container_fsm::on_start_refused(std::string reason, std::string message, instant now) {
  KITFOX_ASSERT(phase_ == phases::starting);
  phase_ = phases::waiting;
  if (report_.end) report_.last = std::exchange(report_.end, std::nullopt);
  report_.shape = container_report::shapes::waiting;
  report_.reason = std::move(reason);
  report_.message = std::move(message);
  due_ = now.mono + plan_.limits.refused_retry;
}

void container_fsm::on_ended(int exit_code, instant now) {
  KITFOX_ASSERT(phase_ == phases::running);
  end({exit_code, exit_code == 0 ? "Completed" : "Error", {}, report_.since, now.wall}, now);
}

void container_fsm::end(container_end how, instant now) {
  const int exit_code = how.exit_code;
  condemned_ = asked_to_end_ = killed_ = false;
  kill_at_ = runtime::mono_time::max();
  report_.ready = report_.started = false;
  report_.shape = container_report::shapes::terminated;
  report_.reason.clear();
  report_.message.clear();
  report_.end = std::move(how);
  if (stopped_ || !restarts_after(exit_code)) {
    phase_ = phases::finished;
    return;
  }
  phase_ = phases::waiting;
  restarting_ = true;
  // The first end, and the first in a long time, are followed by a start as soon as they are seen.
  if (forgets_backoff(now.mono)) {
    due_ = now.mono + plan_.limits.relist_period;
    return;
  }
  due_ = now.mono + backoff_;
  report_.shape = container_report::shapes::waiting;
  report_.reason = "CrashLoopBackOff";
  report_.last = std::exchange(report_.end, std::nullopt);
}

void container_fsm::on_probed(probe_kind kind, bool succeeded, runtime::mono_time now) {
  probe_state& state = state_of(kind);
  if (phase_ != phases::running || !state.asked) return;
  const probe_settings& settings = *plan_.probes[static_cast<std::size_t>(kind)];
  state.asked = false;
  state.due = std::max(now, state.due + settings.period);
  state.successes = succeeded ? state.successes + 1 : 0;
  state.failures = succeeded ? 0 : state.failures + 1;
  if (state.successes >= settings.success_threshold) state.passed = true;
  if (state.failures >= settings.failure_threshold) {
    state.passed = false;
    if (kind != probe_kind::readiness && !is_stopping()) {
      condemned_ = true;
      kill_at_ = now + plan_.grace;
    }
  }
  judge_readiness();
}

void container_fsm::on_stop(runtime::duration grace, runtime::mono_time now) {
  const runtime::mono_time end_at = now + grace;
  kill_at_ = std::min(kill_at_, end_at);  // a second deletion can only shorten it
  stopped_ = true;
  if (phase_ == phases::waiting) phase_ = phases::finished;
}

bool container_fsm::has(probe_kind kind) const noexcept {
  return plan_.probes[static_cast<std::size_t>(kind)].has_value();
}

container_fsm::probe_state& container_fsm::state_of(probe_kind kind) noexcept {
  return probes_[static_cast<std::size_t>(kind)];
}

bool container_fsm::is_asked_now(probe_kind kind) const noexcept {
  if (!has(kind) || probes_[static_cast<std::size_t>(kind)].asked) return false;
  const bool begun = !has(probe_kind::startup) || probes_[0].passed;
  return kind == probe_kind::startup ? !begun : begun;
}

bool container_fsm::restarts_after(int exit_code) const noexcept {
  switch (plan_.policy) {
    case restart_policy::always:
      return true;
    case restart_policy::on_failure:
      return exit_code != 0;
    case restart_policy::never:
      break;
  }
  return false;
}

bool container_fsm::forgets_backoff(runtime::mono_time now) const noexcept {
  return backoff_.count() == 0 || now - backoff_since_ > plan_.limits.backoff_forgotten_after;
}

void container_fsm::judge_readiness() {
  const auto passed = [&](probe_kind kind) { return !has(kind) || state_of(kind).passed; };
  report_.started = passed(probe_kind::startup);
  report_.ready = report_.started && passed(probe_kind::readiness);
}

}  // namespace kitfox::kube
