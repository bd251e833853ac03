#pragma once
#include <string>

namespace kitfox::kube {

struct kubeconfig_entry {
  std::string server;           ///< "https://127.0.0.1:6443".
  std::string authorities_pem;  ///< Whom to trust.
  std::string user = "admin";
  std::string token;
  std::string ns;  ///< Default namespace; may be empty.
};

/// A kubeconfig file (v1.Config) with one cluster, one user and one context, all named kitfox.
[[nodiscard]] std::string print_kubeconfig(const kubeconfig_entry& entry);

}  // namespace kitfox::kube
