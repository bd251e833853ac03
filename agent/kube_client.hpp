#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "agent/http_pool.hpp"
#include "agent/kube_failure.hpp"
#include "agent/kube_token.hpp"

namespace kitfox::agent {

/// One read of the Kubernetes API. Every part is percent-encoded on its way into the target.
struct kube_read {
  std::string verb = "get";          ///< As RBAC sees it; goes into failures.
  std::string group_version = "v1";  ///< "v1", or "apps/v1".
  std::string namespace_name{};      ///< Empty: all, or not namespaced.
  std::string resource{};            ///< "pods".
  std::string name{};                ///< Empty: the collection.
  std::string subresource{};         ///< "log".
  std::vector<std::pair<std::string, std::string>> query{};
};

/// Reads from a Kubernetes API server over few kept connections. Never writes.
class kube_client {
 public:
  /// `on` and `disk` must outlive the client. Errors: agent_errc::no_kubernetes_access for a bad server URL,
  /// runtime::errc::tls_configuration_invalid.
  [[nodiscard]] static result<std::unique_ptr<kube_client>> make(runtime::host& on, const kube_access& access,
                                                                 files& disk, const kube_options& options);

  /// The object or list as JSON, without managedFields. The failure's subject is filled in.
  [[nodiscard]] runtime::task<kube_result<nlohmann::json>> read(kube_read what, runtime::mono_time deadline);
  /// The body as it came: for logs. Empty for 204.
  [[nodiscard]] runtime::task<kube_result<std::string>> read_text(kube_read what,
                                                                  runtime::mono_time deadline);
  /// GET /version.
  [[nodiscard]] runtime::task<kube_result<nlohmann::json>> version(runtime::mono_time deadline);

  [[nodiscard]] const kube_options& options() const noexcept { return options_; }

 private:
  kube_client(runtime::host& on, const kube_access& access, files& disk, const kube_options& options,
              runtime::http::url server, std::shared_ptr<runtime::tls_client> tls);
  [[nodiscard]] runtime::task<kube_result<std::string>> fetch(std::string target, std::string accept,
                                                              kube_subject subject,
                                                              runtime::mono_time deadline);
  [[nodiscard]] runtime::task<kube_result<runtime::http::response>> exchange(std::string target,
                                                                             std::string accept,
                                                                             kube_subject subject,
                                                                             runtime::mono_time deadline);

  runtime::host& host_;
  kube_options options_;
  runtime::http::url server_;
  kube_token token_;
  http_pool pool_;
};

/// The request target of a read below `prefix`.
[[nodiscard]] std::string target_of(const kube_read& what, const std::string& prefix);

/// JSON of an API answer, with `managedFields` left out while parsing: it is often half of an object.
/// Errors: kube_failure::kind::malformed.
[[nodiscard]] kube_result<nlohmann::json> parse_answer(std::string_view body, const kube_subject& subject);

}  // namespace kitfox::agent
