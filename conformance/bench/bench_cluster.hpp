#pragma once
#include <filesystem>
#include <memory>

#include "fakes/kube/serve_api.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::conformance {

/// A fake Kubernetes API server over TLS on loopback with nothing in it but the agent's rights, and the
/// kubeconfig of an agent. await stop() before this is destroyed.
class bench_cluster {
 public:
  explicit bench_cluster(runtime::host& on) : host_{on}, tasks_{on} {}
  /// Serves with a certificate of `by`, whose certificate lies in `authority_file`, and writes
  /// `kubeconfig_file`.
  [[nodiscard]] runtime::task<runtime::error_code> start(const pki::authority& by,
                                                         std::filesystem::path authority_file,
                                                         std::filesystem::path kubeconfig_file);
  [[nodiscard]] runtime::task<void> stop();

 private:
  runtime::host& host_;
  std::unique_ptr<kube::api_server> server_;
  std::unique_ptr<kube::api_service> service_;
  runtime::task_group tasks_;
};

}  // namespace kitfox::conformance
