#include "agent/kube_access.hpp"

#include <fmt/format.h>

#include <charconv>

#include "runtime/tls/tls.hpp"

namespace kitfox::agent {

namespace {

bool is_port(const std::string& text) {
  std::uint32_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65'535;
}

}  // namespace

result<kube_access> in_cluster_access(const kube_environment& pod, files& disk, std::string& complaint) {
  const std::string& host = pod.service_host;
  const std::string& port = pod.service_port;
  if (host.empty() || port.empty()) {
    complaint =
        "Kubernetes access: neither KUBECONFIG nor KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are "
        "set; run in a pod, or name a kubeconfig (KUBECONFIG or --kubeconfig)";
    return agent_errc::no_kubernetes_access;
  }
  if (!is_port(port)) {
    complaint = "KUBERNETES_SERVICE_PORT: expected a port number, 1 to 65535";
    return agent_errc::no_kubernetes_access;
  }
  kube_access access;
  const bool is_v6 = host.find(':') != std::string::npos;
  access.server_url =
      is_v6 ? fmt::format("https://[{}]:{}", host, port) : fmt::format("https://{}:{}", host, port);
  access.token_path = pod.service_account_dir + "/token";
  const std::string authority = pod.service_account_dir + "/ca.crt";
  auto authorities = disk.read(authority);
  if (!authorities) {
    complaint = fmt::format("{}: {}; the pod needs a mounted service account", authority,
                            authorities.error().message());
    return authorities.error();
  }
  access.authorities_pem = std::move(*authorities);
  access.authorities_source = authority;
  if (const auto token = disk.read(access.token_path); !token) {
    complaint = fmt::format("{}: {}; the pod needs a mounted service account", access.token_path,
                            token.error().message());
    return token.error();
  }
  return access;
}

std::string wrong_with_certificates(const kube_access& access) {
  runtime::tls_client_options trust;
  trust.authorities_pem = access.authorities_pem;
  const bool without_authorities = trust.authorities_pem.empty();
  if (!without_authorities && !runtime::tls::make_client(trust))
    return access.authorities_source + ": expected the API server's authorities as PEM";
  if (access.client_certificate_pem.empty()) return {};
  trust.certificate_pem = access.client_certificate_pem;
  trust.private_key_pem = access.client_key_pem;
  // Anything that is trusted will do: the system's authorities are not looked at here.
  if (without_authorities) trust.authorities_pem = trust.certificate_pem;
  if (!runtime::tls::make_client(trust))
    return access.client_source + ": expected a certificate and its private key as PEM";
  return {};
}

result<kube_access> find_kube_access(const kube_environment& pod, files& disk, std::string& complaint) {
  if (pod.kubeconfig_path.empty()) return in_cluster_access(pod, disk, complaint);
  const auto text = disk.read(pod.kubeconfig_path);
  if (!text) {
    complaint =
        fmt::format("{}: {} (KUBECONFIG or --kubeconfig)", pod.kubeconfig_path, text.error().message());
    return text.error();
  }
  return parse_kubeconfig(*text, pod.kubeconfig_path, pod.context, disk, complaint);
}

}  // namespace kitfox::agent
