#pragma once
#include <memory>
#include <optional>

#include "fakes/kube/api_answer.hpp"
#include "fakes/kube/pod_logs.hpp"
#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// Query parameters of pods/NAME/log (v1.PodLogOptions), decoded and checked.
struct pod_log_options {
  enum class extents { until_now, follow };
  enum class stamps { none, each_line };
  std::string container;
  extents extent = extents::until_now;
  log_instance instance = log_instance::current;
  stamps stamp = stamps::none;
  std::optional<runtime::duration> since;
  std::optional<runtime::wall_time> since_time;
  std::optional<std::int64_t> tail_lines, limit_bytes;
};

/// Errors: 400 malformed numbers, 422 values out of range, in the words of kube-apiserver 1.20.
[[nodiscard]] outcome<pod_log_options> parse_log_options(std::string_view pod,
                                                         const runtime::http::target_parts& target);

/// Which container's log is meant. Errors: 400 no such container, or several to choose from.
[[nodiscard]] outcome<std::string> choose_container(const json& pod, std::string_view asked);

/// Why a kubelet would refuse: the container has not started, or has no previous run. Empty: it would not.
[[nodiscard]] std::optional<status_error> log_refusal(const json& pod, std::string_view container,
                                                      const pod_log_options& options,
                                                      const container_log* log);

/// The log as far as it is there, and, if followed, as it grows. `logs` must outlive the stream.
[[nodiscard]] std::unique_ptr<answer_stream> make_log_stream(const pod_logs& logs, log_name name,
                                                             pod_log_options options, runtime::wall_time now);

}  // namespace kitfox::kube
