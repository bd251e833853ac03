#pragma once
#include <string>
#include <vector>

#include "conformance/live/kube_admin.hpp"

namespace kitfox::conformance {

/// Finds out when a real API server's authorizer has taken in all roles and bindings that were written. It
/// learns of them by four watches, each in the order of writing: once it decides by those written last, it
/// knows all before. Not thread-safe.
class rbac_marker {
 public:
  static constexpr runtime::duration settle_timeout = std::chrono::seconds{20};
  /// Writes marks of its own, named kitfox-settled, some of them in the namespace `ns`. `by` must outlive it.
  rbac_marker(runtime::host& on, kube_admin& by, std::string ns, nlohmann::json labels = nullptr)
      : host_{on}, admin_{by}, ns_{std::move(ns)}, labels_(std::move(labels)) {}

  /// Errors: timed_out, protocol_error when the server refuses a mark, and those of the way there.
  [[nodiscard]] runtime::task<runtime::error_code> settle();
  /// What it wrote, for its owner to take out.
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  [[nodiscard]] runtime::task<runtime::error_code> put(std::string path, nlohmann::json body);
  [[nodiscard]] runtime::task<runtime::error_code> write(bool everywhere, std::string mark);
  /// Errors: resource_unavailable_try_again, when the authorizer does not know the mark yet.
  [[nodiscard]] runtime::task<runtime::error_code> find(bool everywhere, std::string mark);

  runtime::host& host_;
  kube_admin& admin_;
  std::string ns_;
  nlohmann::json labels_;
  std::uint64_t marks_ = 0;
};

}  // namespace kitfox::conformance
