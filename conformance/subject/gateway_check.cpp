// How far a gateway got in conformance/subject/check-gateway.yaml.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/evidence.hpp"
#include "conformance/subject/subject_check.hpp"

namespace kitfox::conformance {
namespace {

/// What the steps look at, found once.
struct gateways_way {
  explicit gateways_way(const transcript& of) : about{of} {
    const nlohmann::json& end = of.records().back().more;
    if (end.is_object()) harness_failure = end.value("harness_failure", "");
    for (const process& one : about.processes)
      if (one.kind == "gateway") gateway = &one;
  }
  [[nodiscard]] const record* step_ended(std::string_view name) const {
    for (const record* one : about.steps)
      if (one->kind == record_kind::step_ended && one->name == name && one->more.contains("ok")) return one;
    return nullptr;
  }
  [[nodiscard]] const caller_call* call(std::string_view name) const {
    for (const caller_call& one : about.calls)
      if (one.begun->name == name && one.ended != nullptr) return &one;
    return nullptr;
  }

  evidence about;
  const process* gateway = nullptr;
  std::string harness_failure;
};

/// Each returns what is wrong, or nothing.
std::string is_there(const gateways_way& seen) {
  return seen.harness_failure.starts_with("the world did not come up") ? seen.harness_failure : "";
}

std::string makes_key(const gateways_way& seen) {
  if (!seen.about.keys.empty()) return {};
  return seen.harness_failure.empty() ? "no key was made" : seen.harness_failure;
}

std::string lets_in(const gateways_way& seen) {
  if (std::ranges::any_of(seen.about.streams, [](const stream& one) { return one.connected.has_value(); }))
    return {};
  const exchange* opening = nullptr;
  for (const exchange& one : seen.about.exchanges)
    if (without_prefix(one.path()) == "/agent/connect" && !one.key.empty()) opening = &one;
  if (opening == nullptr)
    return "no agent got as far as a request; is `reach.agents` its agents' listener, and TLS as the URL "
           "says?";
  if (opening->status_sent == 401 || opening->status_sent == 403)
    return fmt::format("{} to the key that was made; is the place `keys.answer.key` the whole key?",
                       opening->status_sent);
  if (opening->status_sent == 200)
    return "it answered 200, and the event \"connected\" did not come within 10 s";
  return opening->status_sent == 0 ? fmt::format("no answer to {} {}", opening->method, opening->path())
                                   : fmt::format("{} to {} {}; is the path of `reach.agents` right?",
                                                 opening->status_sent, opening->method, opening->path());
}

std::string carries(const gateways_way& seen) {
  const caller_call* const call = seen.call("list_namespaces");
  if (call == nullptr) return "no command was sent";
  const record& answer = *call->ended;
  if (answer.status == 200) {
    const nlohmann::json& body = seen.about.body_of(answer);
    if (body.is_object() && body.value("ok", false)) return {};
    return "POST /internal/execute answered 200 with " + answer.text.substr(0, 200) +
           "; is the place `keys.answer.cluster_id` what callers name a cluster by?";
  }
  const std::string failure = answer.more.is_object() ? answer.more.value("failure", "") : "";
  if (answer.status == 0)
    return "POST /internal/execute: " + (failure.empty() ? "no answer" : failure) +
           "; is `reach.callers` its callers' listener?";
  const char* const hint = answer.status == 401 || answer.status == 403
                               ? "is `reach.credentials.caller` that of a caller of the team?"
                           : answer.status == 404
                               ? "is the place `keys.answer.cluster_id` what callers name a cluster by?"
                               : "expected 200";
  return fmt::format("POST /internal/execute answered {} {}; {}", answer.status, answer.text.substr(0, 200),
                     hint);
}

std::string refuses(const gateways_way& seen) {
  const caller_call* const call = seen.call("send");
  if (call != nullptr && call->ended->status == 401) return {};
  return fmt::format("a key that was never issued got {} from GET /gateway/agent/connect; expected 401",
                     call == nullptr ? 0 : call->ended->status);
}

std::string revokes(const gateways_way& seen) {
  const record* const step = seen.step_ended("revoke");
  if (step == nullptr) return "the run ended before";
  return step->more.value("ok", false) ? "" : step->more.value("why", "it failed");
}

std::string ends(const gateways_way& seen, const std::string& signal) {
  if (seen.gateway != nullptr && seen.gateway->exited) return {};
  return fmt::format(
      "it runs on 10 s after {} with no stream open; a wrapper in `command` must pass the signal on, "
      "or exec the program; stop.signal names another signal",
      signal);
}

}  // namespace

std::vector<subject_check_step> check_gateway(const transcript& of, const subject& whose) {
  const gateways_way seen{of};
  check_steps steps;
  steps.add(whose.program.reached ? "can be reached" : "starts and listens", [&] { return is_there(seen); });
  steps.add("makes a key", [&] { return makes_key(seen); });
  steps.add("lets an agent in with it", [&] { return lets_in(seen); });
  steps.add("carries a caller's command", [&] { return carries(seen); });
  steps.vital = false;
  steps.add("refuses a key that was never issued", [&] { return refuses(seen); });
  if (keys_of(whose.program).revoke) steps.add("revokes a cluster", [&] { return revokes(seen); });
  if (!whose.program.reached)
    steps.add("ends on " + whose.program.stop_signal, [&] { return ends(seen, whose.program.stop_signal); });
  return std::move(steps).take();
}

}  // namespace kitfox::conformance
