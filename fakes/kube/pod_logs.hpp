#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/clock.hpp"

namespace kitfox::kube {

/// Which run of a container: the current one, or the one before its last restart.
enum class log_instance { current, previous };

struct log_name {
  std::string ns, pod;
  std::string container;  ///< Empty: any container of the pod without a log of its own.
  log_instance instance = log_instance::current;
  auto operator<=>(const log_name&) const = default;
};

struct log_line {
  runtime::wall_time time;
  std::string text;  ///< Any bytes but a line feed.
};

struct log_limits {
  /// Of one container; over it the oldest lines go, as the kubelet's rotation does.
  std::size_t bytes_per_container_max = 16 * 1024 * 1024;
};

/// The log of one run of one container.
struct container_log {
  std::deque<log_line> lines;
  std::uint64_t first_index = 0;  ///< Of lines.front(), counted from the first line ever.
  std::size_t bytes = 0;
  bool open = true;       ///< More may come; followers wait.
  std::uint64_t run = 0;  ///< Tells the runs of a container apart.

  [[nodiscard]] std::uint64_t end_index() const noexcept { return first_index + lines.size(); }
};

/// The log texts of all pods: what the kubelets are to kube-apiserver. Not thread-safe.
class pod_logs {
 public:
  explicit pod_logs(log_limits limits = {}) : limits_{limits} {}

  void append(const log_name& name, log_line line);
  /// Appends every line of `text`, the first at `start`, each next one `step` later.
  void append_text(const log_name& name, std::string_view text, runtime::wall_time start,
                   runtime::duration step);
  /// The container starts: its log so far is that of the previous run, and the current one is empty.
  void begin_run(const log_name& name);
  /// The container ended: followers get what is there and are then finished. No effect on unknown names.
  void close(const log_name& name);
  /// Forgets all logs of a pod.
  void erase_pod(std::string_view ns, std::string_view pod);
  /// Null when nothing was ever written.
  [[nodiscard]] const container_log* find(const log_name& name) const;

  /// Called after each of the above. One listener.
  void on_change(std::function<void()> listener) { listener_ = std::move(listener); }

 private:
  void changed() const;
  log_limits limits_;
  std::map<log_name, container_log> logs_;
  std::function<void()> listener_;
};

}  // namespace kitfox::kube
