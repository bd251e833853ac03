#pragma once
#include <functional>
#include <map>
#include <set>
#include <span>

#include "fakes/kube/api_server.hpp"
#include "fakes/kube/cluster_controllers.hpp"
#include "fakes/kube/container_fsm.hpp"
#include "fakes/kube/pod_launch.hpp"
#include "fakes/kube/resource_usage.hpp"

namespace kitfox::kube {

/// One question to a container. Ports are of this machine, since a container has no network of its own.
struct probe_request {
  enum class kinds { exec, http, tcp };
  kinds kind = kinds::exec;
  std::vector<std::string> command;                              ///< Of exec.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Of exec.
  std::string directory;                                         ///< Of exec.
  std::uint16_t port = 0;
  std::string path;  ///< Of http; any status from 200 to 399 is a yes.
  runtime::duration timeout = std::chrono::seconds{1};
};

/// What is to be done for a pod. `run` names one run of one container in all that is told about it.
struct kubelet_action {
  enum class kinds {
    start,      ///< Make `launch` run; tell on_started() or on_start_failed().
    terminate,  ///< SIGTERM to the process.
    kill,       ///< SIGKILL to all of its group.
    probe,      ///< Ask, and tell on_probed().
    forget,     ///< Remove `folder`: the pod is gone, and so are its processes.
  };
  kinds kind;
  std::uint64_t run = 0;
  container_launch launch{};
  probe_kind probe = probe_kind::readiness;
  probe_request question{};
  std::string folder{};
};

/// Runs the pods of the only node, node_name: what they are to start, ask and end as actions, and what comes
/// of it as statuses, events and logs in the API. It starts nothing and reads no clock; run_pods.hpp does
/// both. Part of an api_server, whose answer_request() must not be under way in any of these calls.
class kubelet {
 public:
  static constexpr const char* node_name = "kitfox";

  explicit kubelet(api_server::state& cluster) : cluster_{cluster} {}

  /// Where the API server is for its pods. Call it before the first advance().
  void advertise(runtime::endpoint service) { service_ = std::move(service); }
  /// Called when there is something for advance() to do; it must not be called from inside of it.
  void on_work(std::function<void()> listener) { listener_ = std::move(listener); }
  /// A pod may have changed. From the controllers.
  void see(const object_place& pod);

  /// What is to be done now, each once and in this order; afterwards at deadline(), on_work(), and after each
  /// of what is told below.
  [[nodiscard]] std::vector<kubelet_action> advance(instant now);
  [[nodiscard]] runtime::mono_time deadline();

  void on_started(std::uint64_t run, instant now);
  void on_start_failed(std::uint64_t run, const std::string& why, instant now);
  void on_output(std::uint64_t run, std::string_view line, instant now);
  /// `exit_code`: 128 plus the signal, where one ended it.
  void on_ended(std::uint64_t run, int exit_code, instant now);
  /// `said`: what a failed probe printed, for the event.
  void on_probed(std::uint64_t run, probe_kind kind, bool succeeded, std::string_view said, instant now);
  /// The resources that a running container used last; for metrics.k8s.io.
  void on_usage(std::uint64_t run, container_usage usage);

 private:
  struct container_mirror {
    json spec;
    container_fsm fsm;
    container_launch launch{};
    std::uint64_t run = 0;
    const char* list = "containers";  ///< The field of the pod's spec that it is from.
  };
  struct pod_mirror {
    object_place place;
    object_ptr object;  ///< As last seen.
    std::vector<container_mirror> containers;
    std::vector<container_mirror> init;  ///< One after the other, before the containers.
    bool gone = false;                   ///< From the API, before its processes.
    bool leaving = false;

    /// Those whose turn it is: the first init container that has not done its work, or all containers; none
    /// where an init container has failed for good.
    [[nodiscard]] std::span<container_mirror> current();
    [[nodiscard]] bool has_ended() const;
  };
  struct found_run {
    pod_mirror* pod = nullptr;
    container_mirror* container = nullptr;
  };

  void look_at(const object_place& place, instant now);
  void adopt(const object_ptr& pod, const object_place& place, instant now);
  void stop(pod_mirror& pod, runtime::duration grace, instant now);
  void step(pod_mirror& pod, instant now, std::vector<kubelet_action>& out);
  bool start(pod_mirror& pod, container_mirror& container, instant now, std::vector<kubelet_action>& out);
  void report(pod_mirror& pod, instant now);
  void tell(const pod_mirror& pod, const container_mirror& container, const char* type, const char* reason,
            std::string message, runtime::wall_time now);
  [[nodiscard]] found_run find(std::uint64_t run);
  [[nodiscard]] log_name log_of(const pod_mirror& pod, const container_mirror& container) const;

  api_server::state& cluster_;
  runtime::endpoint service_;
  std::function<void()> listener_;
  std::set<object_place> touched_;
  std::map<std::string, pod_mirror, std::less<>> pods_;  ///< By uid.
  std::uint64_t runs_ = 0;
};

/// Reads restartPolicy, probes and grace period of a pod's container.
[[nodiscard]] container_plan plan_of(const json& pod, const json& container);
/// What a probe of a container asks; paths as they are for `launch`.
[[nodiscard]] probe_request probe_of(const json& container, probe_kind kind, const container_launch& launch);

}  // namespace kitfox::kube
