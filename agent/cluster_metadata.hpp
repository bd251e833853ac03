#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "agent/kube_client.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::agent {

/// What accompanies a connect; what is not known is left out.
struct cluster_facts {
  std::optional<std::string> kubernetes_version{};
  std::optional<std::int64_t> node_count{};
  std::optional<std::int64_t> namespace_count{};
};

/// Gathers facts about the cluster beside the connection, never in its way: at the start, and when asked
/// while what it has is older than metadata_options::refresh.
class cluster_metadata {
 public:
  /// Both references must outlive it.
  cluster_metadata(runtime::host& on, kube_client& client, const metadata_options& options);

  /// Gathers until cancelled.
  [[nodiscard]] runtime::task<void> run();
  /// Waits until the first gathering ended, `startup_wait` at most.
  [[nodiscard]] runtime::task<void> wait_for_first();
  /// Call it whenever a connect may be near; does something only if the facts are old.
  void refresh_if_old();
  [[nodiscard]] const cluster_facts& facts() const noexcept { return facts_; }

 private:
  [[nodiscard]] runtime::task<void> gather();
  [[nodiscard]] runtime::task<runtime::error_code> gathered();

  runtime::host& host_;
  kube_client& client_;
  metadata_options options_;
  cluster_facts facts_;
  bool wanted_ = true;
  std::optional<runtime::mono_time> gathered_at_;
  runtime::notifier changed_;
};

}  // namespace kitfox::agent
