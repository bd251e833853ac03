#pragma once
#include <memory>
#include <string>

#include "fakes/kube/pod_logs.hpp"
#include "fakes/kube/yaml_objects.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::conformance {

/// As much of a kubelet as an API server needs to show logs: `GET /containerLogs/NAMESPACE/POD/CONTAINER`
/// over TLS on loopback, answered from texts that it was given. It runs no pod and watches nothing. Not
/// thread-safe.
class stub_kubelet final : private runtime::http::handler {
 public:
  explicit stub_kubelet(runtime::host& on) : host_{on}, tasks_{on} {}

  /// Listens with a certificate of `by`, which the API server must have been told to trust.
  [[nodiscard]] runtime::task<runtime::error_code> start(const pki::authority& by);
  /// 0 before start().
  [[nodiscard]] std::uint16_t port() const { return server_ ? server_->local().port : std::uint16_t{0}; }
  /// What a container wrote, all of it.
  void keep(const kube::loaded_log& one);
  [[nodiscard]] runtime::task<void> stop();

 private:
  [[nodiscard]] runtime::task<void> answer_exchange(runtime::http::exchange& call) override;
  [[nodiscard]] runtime::http::response answer(const runtime::http::request& asked) const;

  runtime::host& host_;
  kube::pod_logs logs_;
  runtime::task_group tasks_;
  std::unique_ptr<runtime::http::server> server_;
};

}  // namespace kitfox::conformance
