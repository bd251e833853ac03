#include "agent/agent_metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <vector>

namespace kitfox::agent {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class families {
 public:
  void gauge(const char* name, const char* help, double value) {
    ClientMetric metric;
    metric.gauge.value = value;
    add(name, help, MetricType::Gauge).push_back(metric);
  }
  void counter(const char* name, const char* help, std::uint64_t value) {
    add(name, help, MetricType::Counter).push_back(counted(value));
  }
  std::vector<ClientMetric>& add(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = std::string{"kitfox_agent_"} + name;
    family.help = help;
    family.type = type;
    all_.push_back(std::move(family));
    return all_.back().metric;
  }
  static ClientMetric counted(std::uint64_t value) {
    ClientMetric metric;
    metric.counter.value = static_cast<double>(value);
    return metric;
  }
  static ClientMetric counted(const char* label, std::string_view value_of_label, std::uint64_t value) {
    ClientMetric metric = counted(value);
    metric.label.push_back({label, std::string{value_of_label}});
    return metric;
  }
  [[nodiscard]] std::string print() const { return prometheus::TextSerializer{}.Serialize(all_); }

 private:
  std::vector<MetricFamily> all_;
};

}  // namespace

void agent_metrics::count_command(std::optional<protocol::command_error> error) {
  if (!error) {
    ++commands_ok;
    return;
  }
  const auto place = std::ranges::find(protocol::command_errors, *error);
  ++commands_failed[static_cast<std::size_t>(place - protocol::command_errors.begin())];
  if (*error == protocol::command_error::denied) ++denials;
}

std::string print_metrics(const agent_metrics& metrics, runtime::mono_time now) {
  families out;
  out.gauge("connected", "1 while the gateway has confirmed the stream, else 0.", metrics.connected ? 1 : 0);
  // Absent while there is no stream: an age without a stream would mean nothing.
  if (metrics.last_byte)
    out.gauge("last_byte_age_seconds", "Time since the last byte of the stream.",
              runtime::in_seconds(now - *metrics.last_byte));
  out.gauge("backoff_seconds", "Length of the current pause before the next attempt, 0 if there is none.",
            runtime::in_seconds(metrics.backoff));
  auto& reconnects =
      out.add("reconnects_total", "Ended attempts and streams, by reason.", MetricType::Counter);
  for (std::size_t index = 0; index < agent_metrics::reasons; ++index)
    reconnects.push_back(
        families::counted("reason", to_string(static_cast<end_reason>(index)), metrics.reconnects[index]));
  auto& commands = out.add("commands_total", "Answered commands, by outcome.", MetricType::Counter);
  commands.push_back(families::counted("code", "ok", metrics.commands_ok));
  for (std::size_t index = 0; index < protocol::command_errors.size(); ++index)
    commands.push_back(families::counted("code", protocol::to_string(protocol::command_errors[index]),
                                         metrics.commands_failed[index]));
  out.counter("denials_total", "Commands that Kubernetes refused for lack of permission.", metrics.denials);
  out.counter("response_retries_total", "Repeated posts of answers.", metrics.response_retries);
  out.counter("responses_undelivered_total", "Answers that were given up.", metrics.responses_undelivered);
  out.counter("events_skipped_total", "Events of the stream that could not be read.", metrics.events_skipped);
  return out.print();
}

}  // namespace kitfox::agent
