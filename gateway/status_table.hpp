#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/policy.hpp"
#include "gateway/route.hpp"
#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// What an agent said of itself and its cluster when it connected.
struct agent_facts {
  std::optional<std::string> agent_version{};
  std::optional<std::string> kubernetes_version{};
  std::optional<std::int64_t> node_count{};
};

/// What is known of a cluster beyond its open streams; kept while the gateway runs.
struct cluster_status_entry {
  /// The stream that `facts` and `connected_at` are of: the newest that is open, or the last one that was.
  session_id newest = 0;
  runtime::wall_time connected_at{};
  std::optional<runtime::wall_time> last_seen{};
  agent_facts facts{};
  /// Since the last connect somebody was refused who presented a whole key of this cluster, secret included.
  bool refused = false;
};

/// Last evidence of each cluster (LIV-4), for lists and the dashboard. A report about an older stream changes
/// nothing that a newer one said (HA-8), and once a stream has ended, what it said counts only as long as no
/// other is open. No I/O.
class status_table {
 public:
  /// Over `clusters_max` the cluster that was quiet longest is forgotten. `policy` must outlive this.
  status_table(const gateway_policy& policy, std::size_t clusters_max)
      : policy_{policy}, clusters_max_{clusters_max} {}
  void on_connected(const route& stream, agent_facts facts, runtime::wall_time now);
  /// No effect on a stream that is not open any more.
  void on_ended(const route& stream);
  void on_signal(std::string_view cluster_id, liveness_signal signal, runtime::wall_time now);
  void on_refused(std::string_view cluster_id);
  [[nodiscard]] const cluster_status_entry* find(std::string_view cluster_id) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_cluster_.size(); }

 private:
  struct told {
    runtime::wall_time connected_at;
    agent_facts facts;
  };
  struct node {
    cluster_status_entry status;
    std::map<session_id, told> open{};  ///< What each open stream said.
    std::list<std::string>::iterator place;
  };
  node& touch(std::string_view cluster_id);
  static void show_newest(node& of);
  const gateway_policy& policy_;
  std::size_t clusters_max_;
  std::map<std::string, node, std::less<>> by_cluster_;
  std::list<std::string> recent_;  ///< Most recently touched first.
};

}  // namespace kitfox::gateway
