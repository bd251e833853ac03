#include "conformance/subject/subject_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {
namespace {

/// What the steps look at, found once.
struct agents_way {
  explicit agents_way(const transcript& of) : about{of} {
    for (const process& one : about.processes)
      if (one.kind == "agent" && agent == nullptr) agent = &one;
    for (const connection& one : about.connections) {
      if (agent == nullptr || one.from != agent->node) continue;
      (one.to == "gateway" ? to_gateway : to_kubernetes).push_back(&one);
    }
  }
  [[nodiscard]] const exchange* first_request(const std::vector<const connection*>& on) const {
    for (const connection* one : on)
      if (!one->exchanges.empty()) return &about.exchanges[one->exchanges.front()];
    return nullptr;
  }
  [[nodiscard]] const exchange* opening() const {
    for (const exchange& one : about.exchanges)
      if (without_prefix(one.path()) == "/agent/connect") return &one;
    return nullptr;
  }
  [[nodiscard]] bool connected() const {
    return std::ranges::any_of(about.streams, [](const stream& one) { return one.connected.has_value(); });
  }

  evidence about;
  const process* agent = nullptr;
  std::vector<const connection*> to_gateway, to_kubernetes;
};

/// Each returns what is wrong, or nothing.
std::string starts(const agents_way& seen, const transcript& of) {
  const nlohmann::json& end = of.records().back().more;
  if (end.is_object() && end.contains("harness_failure") && seen.to_gateway.empty())
    return end.value("harness_failure", "");
  if (seen.agent == nullptr) return "it was not started";
  if (!seen.agent->exited || seen.agent->told_to_stop || !seen.to_gateway.empty()) return {};
  return fmt::format("it exited with {} before it dialled; is `command` right, and what does its log say?",
                     seen.agent->exit_code);
}

std::string dials(const agents_way& seen) {
  if (!seen.to_gateway.empty()) return {};
  return "nothing was dialled in 30 s; the program must take the gateway's address from "
         "INCIDENTFOX_GATEWAY_URL, or "
         "be given it as ${INCIDENTFOX_GATEWAY_URL} in `command` or `environment`";
}

std::string trusts(const agents_way& seen) {
  if (seen.first_request(seen.to_gateway) != nullptr) return {};
  for (const connection* one : seen.to_gateway)
    if (!one->tls_failure.empty())
      return fmt::format(
          "the TLS handshake failed ({}); the program must trust the authority in SSL_CERT_FILE, or "
          "be given it as ${{SSL_CERT_FILE}}",
          one->tls_failure);
  return "it dialled, but no request came; does it speak TLS, and trust the authority in SSL_CERT_FILE?";
}

std::string asks(const agents_way& seen) {
  if (seen.opening() != nullptr) return {};
  const exchange* const first = seen.first_request(seen.to_gateway);
  return fmt::format(
      "its first request is {} {}; expected GET /gateway/agent/connect: the path of INCIDENTFOX_GATEWAY_URL "
      "is part of the address",
      first->method, first->target);
}

std::string is_let_in(const agents_way& seen) {
  if (seen.connected()) return {};
  const exchange& opening = *seen.opening();
  if (opening.status_sent == 401)
    return opening.key.empty()
               ? "401: no key that was issued came in \"Authorization: Bearer\"; the program must send "
                 "INCIDENTFOX_API_KEY, or be given it as ${INCIDENTFOX_API_KEY}"
               : "401: the key came damaged";
  if (opening.status_sent != 200)
    return fmt::format("the gateway answered {}; is the cluster's name INCIDENTFOX_CLUSTER_NAME?",
                       opening.status_sent);
  return "the stream was opened, but the event \"connected\" did not reach it before it left";
}

std::string reads_cluster(const agents_way& seen) {
  if (seen.to_kubernetes.empty())
    return "it never dialled the API server; the program must take KUBECONFIG, or be given it as "
           "${KUBECONFIG}";
  const exchange* const first = seen.first_request(seen.to_kubernetes);
  if (first == nullptr)
    return "it dialled the API server, but no request came; the kubeconfig names the authority to trust";
  for (const exchange& one : seen.about.exchanges)
    if (seen.about.connections[one.connection].to == "kubernetes" && one.status_sent == 200) return {};
  return fmt::format("the API server answered {} to {}; the kubeconfig holds the token to send",
                     first->status_sent, first->target);
}

std::string answers(const agents_way& seen) {
  for (const auto& [id, one] : seen.about.commands)
    if (!one.responses.empty()) return {};
  return "it was sent list_namespaces and posted no answer to /agent/response/ID in 10 s";
}

std::string ends(const agents_way& seen, const std::string& signal) {
  if (seen.agent->exited) return {};
  return fmt::format(
      "it runs on 5 s after {}; a wrapper in `command` must pass the signal on, or exec the program; "
      "stop.signal in the subject file names another signal",
      signal);
}

std::string shows_readiness(const agents_way& seen) {
  if (std::ranges::any_of(seen.agent->logs, [](const record* one) { return one->name == "readiness"; }))
    return {};
  return "`takes` names probe_file, but the file named by KITFOX_PROBE_FILE never appeared";
}

}  // namespace

bool answered_a_command(const transcript& of) {
  const evidence about{of};
  return std::ranges::any_of(about.commands, [](const auto& one) { return !one.second.responses.empty(); });
}

std::vector<subject_check_step> check_agent(const transcript& of, const subject& whose) {
  const agents_way seen{of};
  check_steps steps;
  steps.add("starts", [&] { return starts(seen, of); });
  steps.add("dials the gateway", [&] { return dials(seen); });
  steps.add("trusts its certificate", [&] { return trusts(seen); });
  steps.add("asks for the event stream", [&] { return asks(seen); });
  steps.add("is let in", [&] { return is_let_in(seen); });
  steps.vital = false;
  if (whose.program.does_take(std::string{probe_file_name}))
    steps.add("keeps the probe file", [&] { return shows_readiness(seen); });
  steps.add("reads the cluster", [&] { return reads_cluster(seen); });
  steps.add("answers a command", [&] { return answers(seen); });
  steps.add("ends on " + whose.program.stop_signal, [&] { return ends(seen, whose.program.stop_signal); });
  return std::move(steps).take();
}

}  // namespace kitfox::conformance
