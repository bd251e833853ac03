#pragma once
#include <array>
#include <optional>
#include <string>

#include "fakes/kube/api_answer.hpp"

namespace kitfox::kube {

enum class restart_policy { always, on_failure, never };
enum class probe_kind { startup, readiness, liveness };

/// How often a container is asked, and how many answers in a row count (v1.Probe).
struct probe_settings {
  runtime::duration initial_delay{0};
  runtime::duration period = std::chrono::seconds{10};
  std::int64_t success_threshold = 1;
  std::int64_t failure_threshold = 3;
};

/// The kubelet's constants (pkg/kubelet/kubelet.go, client-go/util/flowcontrol/backoff.go).
struct restart_limits {
  runtime::duration backoff_initial = std::chrono::seconds{10};  ///< Doubled by each restart.
  runtime::duration backoff_max = std::chrono::minutes{5};
  runtime::duration backoff_forgotten_after = std::chrono::minutes{10};  ///< Of running without an end.
  runtime::duration relist_period = std::chrono::seconds{1};   ///< From an end until the kubelet looks.
  runtime::duration refused_retry = std::chrono::seconds{10};  ///< From a refused start to the next try.
};

struct container_plan {
  restart_policy policy = restart_policy::always;
  std::array<std::optional<probe_settings>, 3> probes;  ///< By probe_kind.
  runtime::duration grace = std::chrono::seconds{30};   ///< From SIGTERM to SIGKILL.
  restart_limits limits;
};

/// How one run of a container ended.
struct container_end {
  int exit_code = 0;  ///< 128 plus the signal, where one ended it.
  std::string reason;
  std::string message;
  runtime::wall_time started, finished;
};

/// What a container's status says (v1.ContainerStatus).
struct container_report {
  enum class shapes { waiting, running, terminated };
  shapes shape = shapes::waiting;
  std::string reason = "ContainerCreating";  ///< Of waiting.
  std::string message;                       ///< Of waiting.
  runtime::wall_time since{};                ///< Of running.
  std::optional<container_end> end;          ///< Of terminated.
  std::optional<container_end> last;         ///< Of the run before.
  std::int64_t restarts = 0;
  bool ready = false;
  bool started = false;
};

struct container_action {
  enum class kinds { none, start, terminate, kill, probe };
  kinds kind = kinds::none;
  probe_kind probe = probe_kind::readiness;  ///< With `probe`.
};

/// The life of one container as a kubelet leads it: start, probes, end, back-off, restart. No process and no
/// clock in it. Whoever runs it asks next() until `none`, performs each action once, and tells what came of
/// it by the on_ functions; after each of those, and at deadline(), next() is to be asked again.
class container_fsm {
 public:
  container_fsm(container_plan plan, runtime::mono_time now) : plan_{plan}, due_{now} {}

  [[nodiscard]] container_action next(runtime::mono_time now);
  [[nodiscard]] runtime::mono_time deadline() const noexcept;

  /// After `start`, one of these: it runs; it could not be run (its exit code is then 128); or it was not
  /// even tried, for a reason that stands in the status and may pass.
  void on_started(instant now);
  void on_start_failed(std::string message, instant now);
  void on_start_refused(std::string reason, std::string message, instant now);
  void on_ended(int exit_code, instant now);
  /// Of the probe that was asked for; what comes after the container's end is ignored.
  void on_probed(probe_kind kind, bool succeeded, runtime::mono_time now);
  /// The pod is to go: the container gets `grace` to end, and is not started again.
  void on_stop(runtime::duration grace, runtime::mono_time now);

  [[nodiscard]] const container_report& report() const noexcept { return report_; }
  /// It does not run and never will again.
  [[nodiscard]] bool finished() const noexcept { return phase_ == phases::finished; }
  /// A probe said often enough that the container is to be started again, and it has not ended yet.
  [[nodiscard]] bool is_condemned() const noexcept { return condemned_; }
  /// Time from the last end to the next start; the back-off that its status tells.
  [[nodiscard]] runtime::duration backoff() const noexcept { return backoff_; }

 private:
  enum class phases { waiting, starting, running, finished };
  struct probe_state {
    runtime::mono_time due{};
    bool asked = false;  ///< And not answered yet.
    bool passed = false;
    std::int64_t successes = 0, failures = 0;
  };
  [[nodiscard]] bool has(probe_kind kind) const noexcept;
  [[nodiscard]] probe_state& state_of(probe_kind kind) noexcept;
  [[nodiscard]] bool is_asked_now(probe_kind kind) const noexcept;
  [[nodiscard]] bool is_stopping() const noexcept { return stopped_ || condemned_; }
  [[nodiscard]] bool restarts_after(int exit_code) const noexcept;
  [[nodiscard]] bool forgets_backoff(runtime::mono_time now) const noexcept;
  void end(container_end how, instant now);
  void judge_readiness();

  container_plan plan_;
  container_report report_;
  phases phase_ = phases::waiting;
  runtime::mono_time due_;  ///< Of the next start.
  runtime::duration backoff_{0};
  runtime::mono_time backoff_since_{};  ///< When it grew last.
  bool restarting_ = false;             ///< The next start follows an end.
  std::array<probe_state, 3> probes_;
  bool stopped_ = false, condemned_ = false, asked_to_end_ = false, killed_ = false;
  runtime::mono_time kill_at_ = runtime::mono_time::max();
};

}  // namespace kitfox::kube
