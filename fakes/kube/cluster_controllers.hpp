#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "fakes/kube/api_server.hpp"

namespace kitfox::kube {

/// Where an object is.
struct object_place {
  const resource_type* type = nullptr;
  std::string ns, name;
  auto operator<=>(const object_place&) const = default;
};

/// What the controllers of a cluster have still to look at, and who owns what. Private to the server.
class controller_backlog {
 public:
  explicit controller_backlog(cluster_controllers running)
      : workloads_{running == cluster_controllers::workloads ||
                   running == cluster_controllers::running_pods} {}
  /// Takes note of a write.
  void note(const store_change& change);

  [[nodiscard]] bool empty() const noexcept { return changes_.empty(); }
  [[nodiscard]] store_change take();
  /// Objects whose ownerReferences name that uid.
  [[nodiscard]] std::vector<object_place> dependents_of(std::string_view uid) const;

 private:
  void count_owners(const store_change& change);

  bool workloads_;
  std::deque<store_change> changes_;
  std::map<std::string, std::vector<object_place>, std::less<>> dependents_;  // by the owner's uid
};

/// Lets the controllers do what the writes since the last call ask for: the garbage collector
/// (ownerReferences, foreground and orphaning deletion), the end of namespaces, and what a kubelet says when
/// a pod's grace period begins: that it is gone, or, where pods run, the kubelet itself. At most
/// api_limits::controller_steps_max at a time; the next call does the rest.
void run_controllers(api_server::state& state, runtime::wall_time now);

/// Writes into each ClusterRole with an aggregationRule the rules that it grants, where controllers run at
/// all. Part of run_controllers().
void write_aggregated_rules(api_server::state& state);

}  // namespace kitfox::kube
