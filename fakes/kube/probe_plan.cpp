#include "fakes/kube/kubelet.hpp"

#include <algorithm>

namespace kitfox::kube {

namespace {

const char* field_of(probe_kind kind) {
  switch (kind) {
    case probe_kind::startup:
      return "startupProbe";
    case probe_kind::readiness:
      return "readinessProbe";
    case probe_kind::liveness:
      break;
  }
  return "livenessProbe";
}

std::chrono::seconds seconds_at(const json& probe, const char* field, std::int64_t otherwise) {
  constexpr std::int64_t seconds_max = 86'400;  // a day is as good as never here
  return std::chrono::seconds{std::clamp<std::int64_t>(number_at(probe, {field}, otherwise), 0, seconds_max)};
}

std::uint16_t port_of(const json& container, const json& port) {
  if (port.is_number_integer()) return port.get<std::uint16_t>();
  const json& ports = value_at(container, {"ports"});
  if (!port.is_string() || !ports.is_array()) return 0;
  for (const json& one : ports) {
    if (value_at(one, {"name"}) == port) return static_cast<std::uint16_t>(number_at(one, {"containerPort"}));
  }
  return 0;
}

}  // namespace

container_plan plan_of(const json& pod, const json& container) {
  container_plan plan;
  const std::string_view policy = text_at(pod, {"spec", "restartPolicy"});
  if (policy == "Never") plan.policy = restart_policy::never;
  if (policy == "OnFailure") plan.policy = restart_policy::on_failure;
  plan.grace = seconds_at(value_at(pod, {"spec"}), "terminationGracePeriodSeconds", 30);
  for (const probe_kind kind : {probe_kind::startup, probe_kind::readiness, probe_kind::liveness}) {
    const json& probe = value_at(container, {field_of(kind)});
    if (!probe.is_object()) continue;
    probe_settings settings;
    settings.initial_delay = seconds_at(probe, "initialDelaySeconds", 0);
    settings.period = std::max(seconds_at(probe, "periodSeconds", 10), std::chrono::seconds{1});
    settings.success_threshold = number_at(probe, {"successThreshold"}, 1);
    settings.failure_threshold = number_at(probe, {"failureThreshold"}, 3);
    plan.probes[static_cast<std::size_t>(kind)] = settings;
  }
  return plan;
}

probe_request probe_of(const json& container, probe_kind kind, const container_launch& launch) {
  const json& probe = value_at(container, {field_of(kind)});
  probe_request out;
  out.timeout = std::max(seconds_at(probe, "timeoutSeconds", 1), std::chrono::seconds{1});
  for (const std::string& word : texts_at(probe, {"exec", "command"}))
    out.command.push_back(rewrite_mounted(launch, word));
  if (!out.command.empty()) {
    out.environment = launch.environment;
    out.directory = launch.directory;
    return out;
  }
  const bool http = value_at(probe, {"httpGet"}).is_object();
  // Over TLS there is no certificate to trust: that somebody listens is all that is asked.
  const bool plain = http && text_at(probe, {"httpGet", "scheme"}) != "HTTPS";
  out.kind = plain ? probe_request::kinds::http : probe_request::kinds::tcp;
  out.port = port_of(container, value_at(probe, {http ? "httpGet" : "tcpSocket", "port"}));
  out.path = text_at(probe, {"httpGet", "path"});
  if (out.path.empty()) out.path = "/";
  return out;
}

}  // namespace kitfox::kube
