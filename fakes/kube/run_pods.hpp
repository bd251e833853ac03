#pragma once
#include <map>
#include <memory>

#include "fakes/kube/kubelet.hpp"
#include "runtime/child_process.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::kube {

struct run_pods_options {
  runtime::duration usage_period =
      std::chrono::seconds{2};  ///< From one look at what containers use to the next.
  runtime::duration first_look = std::chrono::seconds{1};  ///< At what a container uses, from its start.
  /// What containers have to end in when run() ends, from SIGTERM to SIGKILL.
  runtime::duration farewell = std::chrono::seconds{3};
};

/// Makes child processes of what a kubelet wants to run, and tells it what becomes of them. No process of a
/// pod outlives run(), nor, if this program is killed, the program (runtime/last_will.hpp). Lives on a real
/// host. Not thread-safe.
class pod_runner {
 public:
  /// Both must outlive the runner.
  pod_runner(runtime::host& on, kubelet& node, run_pods_options options = {});
  ~pod_runner();
  pod_runner(const pod_runner&) = delete;
  pod_runner& operator=(const pod_runner&) = delete;

  /// Runs pods until stop(), then ends all of them.
  [[nodiscard]] runtime::task<void> run();
  void stop();

 private:
  struct container {
    std::unique_ptr<runtime::child_process> process;
    runtime::duration cpu_time{0};
    runtime::mono_time looked_at{};
  };
  void perform(kubelet_action action);
  void start(std::uint64_t run, const container_launch& launch);
  [[nodiscard]] runtime::task<void> await_end(std::uint64_t run);
  [[nodiscard]] runtime::task<void> ask(std::uint64_t run, probe_kind kind, probe_request question);
  [[nodiscard]] runtime::task<void> await_work();
  [[nodiscard]] runtime::task<runtime::error_code> await_bell();
  [[nodiscard]] runtime::task<void> end_all();
  void look_at_usage();
  void ring();
  [[nodiscard]] instant now() const;

  runtime::host& host_;
  kubelet& node_;
  run_pods_options options_;
  std::map<std::uint64_t, container> containers_;  ///< By run.
  runtime::task_group tasks_;
  runtime::notifier bell_;
  bool rung_ = true;
  bool stopped_ = false;
  runtime::mono_time usage_due_{};
};

}  // namespace kitfox::kube
