#include "fakes/kube/pod_log_request.hpp"

#include <algorithm>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/list_options.hpp"

namespace kitfox::kube {

namespace {

using runtime::http::target_parts;

/// What one step of a stream sends at most.
constexpr std::size_t step_bytes_max = 64 * 1024;

status_cause out_of_range(const char* field, std::int64_t value, const char* rule) {
  return {"FieldValueInvalid", "Invalid value: " + std::to_string(value) + ": " + rule, field};
}

// ValidatePodLogOptions.
std::vector<status_cause> contradictions(const pod_log_options& options,
                                         std::optional<std::int64_t> since_seconds) {
  std::vector<status_cause> causes;
  if (options.tail_lines && *options.tail_lines < 0) {
    causes.push_back(out_of_range("tailLines", *options.tail_lines, "must be greater than or equal to 0"));
  }
  if (options.limit_bytes && *options.limit_bytes < 1) {
    causes.push_back(out_of_range("limitBytes", *options.limit_bytes, "must be greater than 0"));
  }
  if (since_seconds && options.since_time) {
    causes.push_back({"FieldValueForbidden",
                      "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified", "[]"});
  } else if (since_seconds && *since_seconds < 1) {
    causes.push_back(out_of_range("sinceSeconds", *since_seconds, "must be greater than 0"));
  }
  return causes;
}

std::vector<std::string> container_names(const json& pod) {
  std::vector<std::string> names;
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
    const json& containers = value_at(pod, {"spec", list});
    if (!containers.is_array()) continue;
    for (const json& container : containers) names.emplace_back(text_at(container, {"name"}));
  }
  return names;
}

class log_stream final : public answer_stream {
 public:
  log_stream(const pod_logs& logs, log_name name, pod_log_options options, runtime::wall_time now)
      : logs_{logs}, name_{std::move(name)}, options_{std::move(options)} {
    if (options_.since) options_.since_time = now - *options_.since;
    if (options_.limit_bytes) bytes_left_ = static_cast<std::size_t>(*options_.limit_bytes);
    next_index_ = first_index();
  }

  stream_step next(instant) override {
    const container_log* log = logs_.find(name_);
    stream_step step;
    if (log != nullptr && started_ && log->run != run_) log = log_of_ended_run();
    if (log == nullptr) {
      step.kind = started_ ? stream_step::kinds::end : idle();
      return step;
    }
    if (!started_) run_ = log->run;
    started_ = true;
    next_index_ = std::max(next_index_, log->first_index);
    while (next_index_ < log->end_index() && bytes_left_ > 0 && step.bytes.size() < step_bytes_max) {
      append(step.bytes, log->lines[next_index_ - log->first_index]);
      ++next_index_;
    }
    if (!step.bytes.empty()) {
      step.kind = stream_step::kinds::send;
    } else if (bytes_left_ > 0 && log->open) {
      step.kind = idle();
    }
    return step;
  }

 private:
  [[nodiscard]] bool follows() const { return options_.extent == pod_log_options::extents::follow; }
  [[nodiscard]] stream_step::kinds idle() const {
    return follows() ? stream_step::kinds::wait : stream_step::kinds::end;
  }

  // A follower sees one run to its end, also when the next has begun meanwhile.
  [[nodiscard]] const container_log* log_of_ended_run() const {
    log_name previous = name_;
    previous.instance = log_instance::previous;
    const container_log* log = logs_.find(previous);
    return log != nullptr && log->run == run_ ? log : nullptr;
  }

  // The first line that is new enough and within the tail.
  [[nodiscard]] std::uint64_t first_index() const {
    const container_log* log = logs_.find(name_);
    if (log == nullptr) return 0;
    std::uint64_t index = log->first_index;
    if (options_.since_time) {
      const auto old = std::find_if(log->lines.rbegin(), log->lines.rend(),
                                    [&](const log_line& line) { return line.time < *options_.since_time; });
      index += static_cast<std::uint64_t>(log->lines.rend() - old);
    }
    if (options_.tail_lines && static_cast<std::uint64_t>(*options_.tail_lines) < log->end_index() - index) {
      index = log->end_index() - static_cast<std::uint64_t>(*options_.tail_lines);
    }
    return index;
  }

  void append(std::string& bytes, const log_line& line) {
    std::string text;
    if (options_.stamp == pod_log_options::stamps::each_line) text = print_time_nanos(line.time) + " ";
    text += line.text;
    text += '\n';
    if (text.size() > bytes_left_) text.resize(bytes_left_);
    bytes_left_ -= text.size();
    bytes += text;
  }

  const pod_logs& logs_;
  log_name name_;
  pod_log_options options_;
  std::size_t bytes_left_ = static_cast<std::size_t>(-1);
  std::uint64_t next_index_ = 0;
  std::uint64_t run_ = 0;
  bool started_ = false;
};

}  // namespace

outcome<pod_log_options> parse_log_options(std::string_view pod, const target_parts& target) {
  pod_log_options options;
  options.container = target.get("container").value_or("");
  if (go_query_flag(target.get("follow"))) options.extent = pod_log_options::extents::follow;
  if (go_query_flag(target.get("previous"))) options.instance = log_instance::previous;
  if (go_query_flag(target.get("timestamps"))) options.stamp = pod_log_options::stamps::each_line;
  const auto since = number_parameter(target, "sinceSeconds");
  if (!since) return since.error();
  const auto tail = number_parameter(target, "tailLines");
  if (!tail) return tail.error();
  const auto limit = number_parameter(target, "limitBytes");
  if (!limit) return limit.error();
  options.tail_lines = *tail;
  options.limit_bytes = *limit;
  if (const auto text = target.get("sinceTime"); text && !text->empty()) {
    options.since_time = parse_time(*text);
    if (!options.since_time) {
      return bad_request("parsing time " + go_quote(*text) +
                         " as \"2006-01-02T15:04:05Z07:00\": cannot parse");
    }
  }
  if (auto causes = contradictions(options, *since); !causes.empty()) {
    return invalid("", "PodLogOptions", pod, std::move(causes));
  }
  // Longer ago than 64-bit nanoseconds reach is as good as no limit.
  constexpr std::int64_t seconds_max = 9'000'000'000;
  if (*since && **since < seconds_max) options.since = std::chrono::seconds{**since};
  return options;
}

outcome<std::string> choose_container(const json& pod, std::string_view asked) {
  const std::string name{text_at(pod, {"metadata", "name"})};
  const std::vector<std::string> names = container_names(pod);
  if (!asked.empty()) {
    if (std::find(names.begin(), names.end(), asked) != names.end()) return std::string{asked};
    return bad_request("container " + std::string{asked} + " is not valid for pod " + name);
  }
  if (names.size() == 1) return names.front();
  std::string choices;
  for (const std::string& choice : names) choices.append(choices.empty() ? "" : " ").append(choice);
  std::string message = "a container name must be specified for pod " + name;
  if (!choices.empty()) message += ", choose one of: [" + choices + "]";
  return bad_request(std::move(message));
}

std::optional<status_error> log_refusal(const json& pod, std::string_view container,
                                        const pod_log_options& options, const container_log* log) {
  if (log != nullptr) return std::nullopt;
  const std::string name{text_at(pod, {"metadata", "name"})};
  if (options.instance == log_instance::previous) {
    return bad_request("previous terminated container " + go_quote(container) + " in pod " + go_quote(name) +
                       " not found");
  }
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    const json& statuses = value_at(pod, {"status", list});
    if (!statuses.is_array()) continue;
    for (const json& status : statuses) {
      const std::string_view waiting = text_at(status, {"state", "waiting", "reason"});
      if (text_at(status, {"name"}) != container || waiting.empty()) continue;
      if (number_at(status, {"restartCount"}) > 0) continue;
      return bad_request("container " + go_quote(container) + " in pod " + go_quote(name) +
                         " is waiting to start: " + std::string{waiting});
    }
  }
  return std::nullopt;
}

std::unique_ptr<answer_stream> make_log_stream(const pod_logs& logs, log_name name, pod_log_options options,
                                               runtime::wall_time now) {
  return std::make_unique<log_stream>(logs, std::move(name), std::move(options), now);
}

}  // namespace kitfox::kube
