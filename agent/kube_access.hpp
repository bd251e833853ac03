#pragma once
#include <string>

#include "agent/errc.hpp"
#include "agent/files.hpp"

namespace kitfox::agent {

/// Where a Kubernetes API server is and how to be let in. Holds secrets: never print it.
struct kube_access {
  std::string server_url{};       ///< "https://10.96.0.1:443"; http only to loopback.
  std::string authorities_pem{};  ///< Empty: the system's.
  std::string client_certificate_pem{}, client_key_pem{};  ///< Both or neither.
  std::string token{};                                     ///< Empty: none, or by `token_path`.
  std::string token_path{};  ///< Read again when it may have been rotated; wins over `token`.
  /// Where authorities and client certificate were read, by file and field, for complaints.
  std::string authorities_source{}, client_source{};
};

/// The pieces of the environment that lead to the API server.
struct kube_environment {
  std::string kubeconfig_path;             ///< KUBECONFIG, or by flag; empty: in-cluster.
  std::string context;                     ///< Instead of the kubeconfig's current-context; empty: that one.
  std::string service_host, service_port;  ///< KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT.
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
};

/// Access by kubeconfig if a path is given, else in-cluster. On failure `complaint` is one line that says
/// what is wrong, where, and what would be right, without a secret. Errors: the agent_errc of files,
/// kubeconfig and access.
[[nodiscard]] result<kube_access> find_kube_access(const kube_environment& pod, files& disk,
                                                   std::string& complaint);

/// What keeps OpenSSL from using the authorities or the client certificate, in one line with file and field;
/// empty: nothing. find_kube_access() leaves it open, since a simulation's certificates are none of
/// OpenSSL's.
[[nodiscard]] std::string wrong_with_certificates(const kube_access& access);

/// Access of a pod: service account token and authority, server by the two variables.
[[nodiscard]] result<kube_access> in_cluster_access(const kube_environment& pod, files& disk,
                                                    std::string& complaint);

/// Reads a kubeconfig: clusters (server, certificate-authority[-data]), users (token, tokenFile,
/// client-certificate[-data], client-key[-data]), contexts. Relative paths are relative to `path`'s folder.
/// Client certificate and key need each other; insecure-skip-tls-verify, exec and auth-provider are refused.
[[nodiscard]] result<kube_access> parse_kubeconfig(const std::string& text, const std::string& path,
                                                   const std::string& context, files& disk,
                                                   std::string& complaint);

}  // namespace kitfox::agent
