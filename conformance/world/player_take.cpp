// From a verb to the function that carries it out, and back again for steps that undo themselves.
#include "conformance/world/names.hpp"
#include "conformance/world/player.hpp"

namespace kitfox::conformance {
namespace {

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

}  // namespace

player::outcome player::report(step_result result) { co_return result; }

player::outcome player::report(runtime::error_code failure, const char* what) {
  step_result result;
  result.ok = !failure;
  result.harness = !result.ok;
  if (failure) result.why = std::string{what} + ": " + failure.message();
  return report(std::move(result));
}

player::outcome player::pause(runtime::duration span) {
  step_result result;
  const runtime::error_code failure = co_await world_.harness().clock().sleep_for(span);
  result.ok = !failure;
  co_return result;
}

player::outcome player::take(std::size_t index) {
  outcome chosen = std::visit(
      overloaded{
          [&](const await_verb& v) { return await_state(v); },
          [&](const wait_verb& v) { return pause(v.span); },
          [&](const comment_verb&) { return report(step_result{}); },
          [&](const fault_verb& v) { return plant(index, v); },
          [&](const heal_verb& v) {
            world_.links().heal(v, world_.harness().clock().now());
            return report(step_result{});
          },
          [&](const revoke_verb& v) { return revoke(v); },
          [&](const issue_key_verb& v) { return issue(v); },
          [&](const rotate_verb& v) { return rotate(v); },
          [&](const wrong_secret_verb& v) { return use_wrong_secret(v); },
          [&](const kill_verb& v) { return act_on(nodes_of(v.nodes), node_action::kill, v.sockets); },
          [&](const restart_verb& v) { return restart(v); },
          [&](const pause_verb& v) {
            return act_on(nodes_of(v.nodes), node_action::pause, socket_fate::fin);
          },
          [&](const resume_verb& v) {
            return act_on(nodes_of(v.nodes), node_action::resume, socket_fate::fin);
          },
          [&](const stop_verb& v) { return act_on(nodes_of(v.nodes), node_action::stop, socket_fate::fin); },
          [&](const start_verb& v) { return start_nodes(v.nodes); },
          [&](const scale_verb& v) { return scale(v); },
          [&](const clock_verb& v) { return set_clock(v); },
          [&](const drain_verb&) {
            return act_on({{node_set::what::gateway, 0, 0}}, node_action::stop, socket_fate::fin);
          },
          [&](const kubernetes_verb& v) { return report(script_kubernetes(index, v)); },
          [&](const set_rbac_verb& v) { return set_rbac(v); },
          [&](const can_i_verb& v) { return ask_may(index, v); },
          [&](const auth_backend_verb& v) {
            effect met = plan_effect(index, v.to != auth_backend_verb{}.to, gateway_node);
            return report(world_.set_auth_backend(v, std::move(met)), "auth_backend");
          },
          [&](const audit_store_verb& v) {
            effect met = plan_effect(index, v.to != audit_store_verb{}.to, gateway_node);
            return report(world_.set_audit_store(v, std::move(met)), "audit_store");
          },
          [&](const dns_verb& v) {
            effect met = plan_effect(index, v.with != dns_verb::answer::right, v.links.text);
            return report(world_.set_dns(v, std::move(met)), "dns");
          },
          [&](const execute_verb& v) { return execute(index, v); },
          [&](const ask_verb& v) { return ask(index, v); },
          [&](const cancel_verb& v) {
            if (const auto found = calls_of_step_.find(v.step); found != calls_of_step_.end())
              found->second->cancel();
            return report(step_result{});
          },
          [&](const send_verb& v) { return send(index, v); },
      },
      what_.steps[index].action);
  return chosen;
}

effect player::plan_effect(std::size_t index, bool disturbs, std::string_view where) {
  if (!disturbs) return {};
  planned_.insert(index);
  return effects_.plan(index, what_.steps[index].verb_name, where);
}

void player::undo_effect(std::size_t index) {
  if (planned_.erase(index) > 0) effects_.heal(index, what_.steps[index].verb_name);
}

void player::undo(std::size_t index) {
  const step& one = what_.steps[index];
  undo_effect(index);
  if (std::holds_alternative<fault_verb>(one.action)) {
    world_.links().heal_step(index, world_.harness().clock().now());
  } else if (const auto* kubernetes = std::get_if<kubernetes_verb>(&one.action)) {
    unscript_kubernetes(index, *kubernetes);
  } else if (std::holds_alternative<auth_backend_verb>(one.action)) {
    const runtime::error_code failure = world_.set_auth_backend({}, {});
    if (failure && failure_.empty()) failure_ = failure.message();
  } else if (std::holds_alternative<audit_store_verb>(one.action)) {
    const runtime::error_code failure = world_.set_audit_store({}, {});
    if (failure && failure_.empty()) failure_ = failure.message();
  } else if (const auto* dns = std::get_if<dns_verb>(&one.action)) {
    dns_verb right = *dns;
    right.with = dns_verb::answer::right;
    const runtime::error_code failure = world_.set_dns(right, {});
    if (failure && failure_.empty()) failure_ = failure.message();
  } else if (const auto* clock = std::get_if<clock_verb>(&one.action)) {
    for (const node_ref& node : nodes_of(clock->nodes)) {
      const runtime::error_code failure = world_.set_clock(node, -clock->jump, 1.0);
      if (failure && failure_.empty()) failure_ = failure.message();
    }
  }
}

}  // namespace kitfox::conformance
