#include "gateway/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <map>

#include "protocol/error_list.hpp"

namespace kitfox::gateway {

std::string_view to_string(agent_refusal why) noexcept {
  switch (why) {
    case agent_refusal::key_invalid:
      return "key_invalid";
    case agent_refusal::request_malformed:
      return "request_malformed";
    case agent_refusal::rate_limited:
      return "rate_limited";
    case agent_refusal::quota_exceeded:
      return "quota_exceeded";
    case agent_refusal::key_store_down:
      return "key_store_down";
    case agent_refusal::draining:
      return "draining";
  }
  return "unknown";
}

std::string_view to_string(response_verdict verdict) noexcept {
  switch (verdict) {
    case response_verdict::accepted:
      return "accepted";
    case response_verdict::duplicate:
      return "duplicate";
    case response_verdict::late:
      return "late";
    case response_verdict::unknown:
      return "unknown";
    case response_verdict::foreign:
      return "foreign";
    case response_verdict::expired:
      return "expired";
  }
  return "unknown";
}

namespace {
using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

constexpr std::array refusals{agent_refusal::key_invalid,    agent_refusal::request_malformed,
                              agent_refusal::rate_limited,   agent_refusal::quota_exceeded,
                              agent_refusal::key_store_down, agent_refusal::draining};
constexpr std::array ends{stream_end::client_gone, stream_end::write_failed,    stream_end::write_stalled,
                          stream_end::replaced,    stream_end::revoked,         stream_end::max_age,
                          stream_end::drained,     stream_end::outbox_overflow, stream_end::stopped};
constexpr std::array verdicts{response_verdict::accepted, response_verdict::duplicate,
                              response_verdict::late,     response_verdict::unknown,
                              response_verdict::foreign,  response_verdict::expired};
const prometheus::Histogram::BucketBoundaries latencies{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

}  // namespace

struct metrics::state {
  prometheus::Registry registry;
  prometheus::Gauge& connected = gauge("connected", "Open agent streams.");
  prometheus::Gauge& in_flight = gauge("commands_in_flight", "Commands not yet finished.");
  prometheus::Gauge& queued = gauge("command_queue_depth", "Commands in an outbox, not yet sent.");
  prometheus::Gauge& audit_pending = gauge("audit_pending", "Audit records not yet durable.");
  prometheus::Counter& audit_failures =
      counters("audit_failures_total", "Failed writes of the audit, and lost records.").Add({});
  prometheus::Counter& caller_refusals =
      counters("caller_refusals_total", "Calls without a valid credential or tenant.").Add({});
  prometheus::Histogram& dispatch =
      histogram("dispatch_seconds", "From a call's arrival until its command was written to a stream.");
  prometheus::Histogram& total = histogram("command_seconds", "From a call's arrival to its end.");
  prometheus::Histogram& revocation =
      histogram("revocation_seconds", "From a revoke call until its streams were closed.");
  std::map<std::string_view, prometheus::Counter*> connects, disconnects, commands, responses;

  state() {
    auto& connect = counters("connects_total", "Connects of agents by result.");
    connects["accepted"] = &connect.Add({{"result", "accepted"}});
    for (const agent_refusal why : refusals) add(connects, connect, "result", to_string(why));
    auto& disconnect = counters("disconnects_total", "Ended agent streams by reason.");
    for (const stream_end why : ends) add(disconnects, disconnect, "reason", to_string(why));
    auto& command = counters("commands_total", "Finished commands by code.");
    add(commands, command, "code", "ok");
    for (const protocol::command_error code : protocol::command_errors)
      add(commands, command, "code", to_string(code));
    auto& response = counters("responses_total", "Responses of agents by verdict.");
    for (const response_verdict verdict : verdicts) add(responses, response, "verdict", to_string(verdict));
  }

  static std::string name(std::string_view last) { return "kitfox_gateway_" + std::string{last}; }
  prometheus::Gauge& gauge(std::string_view last, const std::string& help) {
    return BuildGauge().Name(name(last)).Help(help).Register(registry).Add({});
  }
  prometheus::Family<prometheus::Counter>& counters(std::string_view last, const std::string& help) {
    return BuildCounter().Name(name(last)).Help(help).Register(registry);
  }
  prometheus::Histogram& histogram(std::string_view last, const std::string& help) {
    return BuildHistogram().Name(name(last)).Help(help).Register(registry).Add({}, latencies);
  }
  static void add(std::map<std::string_view, prometheus::Counter*>& all,
                  prometheus::Family<prometheus::Counter>& family, const std::string& label,
                  std::string_view word) {
    all[word] = &family.Add({{label, std::string{word}}});
  }
};

metrics::metrics() : state_{std::make_unique<state>()} {}
metrics::~metrics() = default;

void metrics::count_connect() { state_->connects.at("accepted")->Increment(); }
void metrics::count_refusal(agent_refusal why) { state_->connects.at(to_string(why))->Increment(); }
void metrics::count_disconnect(stream_end why) { state_->disconnects.at(to_string(why))->Increment(); }
void metrics::count_response(response_verdict verdict) {
  state_->responses.at(to_string(verdict))->Increment();
}
void metrics::count_command(std::string_view code, runtime::duration took) {
  state_->commands.at(code)->Increment();
  state_->total.Observe(runtime::in_seconds(took));
}
void metrics::observe_dispatch(runtime::duration took) {
  state_->dispatch.Observe(runtime::in_seconds(took));
}
void metrics::observe_revocation(runtime::duration took) {
  state_->revocation.Observe(runtime::in_seconds(took));
}
void metrics::count_caller_refusal() { state_->caller_refusals.Increment(); }

std::string metrics::print(const gauge_values& now) const {
  state_->connected.Set(static_cast<double>(now.connected));
  state_->in_flight.Set(static_cast<double>(now.commands_in_flight));
  state_->queued.Set(static_cast<double>(now.commands_queued));
  state_->audit_pending.Set(static_cast<double>(now.audit_pending));
  const double known = state_->audit_failures.Value();
  state_->audit_failures.Increment(static_cast<double>(now.audit_failures) - known);
  return prometheus::TextSerializer{}.Serialize(state_->registry.Collect());
}

}  // namespace kitfox::gateway
