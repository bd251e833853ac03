#include "conformance/world/party_settings.hpp"

#include <nlohmann/json.hpp>

#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

template <class Options>
struct setter {
  std::string_view name;
  void (*set)(Options&, const setting_value&);
};

runtime::duration span(const setting_value& value) { return std::get<duration>(value); }
double number(const setting_value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}
template <class Number>
Number count(const setting_value& value) {
  return static_cast<Number>(std::get<std::int64_t>(value));
}

using policy = agent::agent_policy;
constexpr setter<policy> agent_setters[] = {
    {"backoff_initial", [](policy& p, const setting_value& v) { p.backoff.initial = span(v); }},
    {"backoff_factor", [](policy& p, const setting_value& v) { p.backoff.factor = number(v); }},
    {"backoff_cap", [](policy& p, const setting_value& v) { p.backoff.cap = span(v); }},
    {"healthy_after", [](policy& p, const setting_value& v) { p.backoff.healthy_after = span(v); }},
    {"session_spread", [](policy& p, const setting_value& v) { p.backoff.session_spread = span(v); }},
    {"floor_max", [](policy& p, const setting_value& v) { p.backoff.floor_max = span(v); }},
    {"slow_lane", [](policy& p, const setting_value& v) { p.backoff.slow_lane = span(v); }},
    {"dial_timeout", [](policy& p, const setting_value& v) { p.session.dial_timeout = span(v); }},
    {"head_timeout", [](policy& p, const setting_value& v) { p.session.head_timeout = span(v); }},
    {"connected_timeout", [](policy& p, const setting_value& v) { p.session.connected_timeout = span(v); }},
    {"heartbeat_interval", [](policy& p, const setting_value& v) { p.session.heartbeat_interval = span(v); }},
    {"watchdog_intervals",
     [](policy& p, const setting_value& v) { p.session.watchdog_intervals = count<std::uint32_t>(v); }},
    {"heartbeat_post_interval",
     [](policy& p, const setting_value& v) { p.session.heartbeat_post_interval = span(v); }},
    {"event_bytes_max",
     [](policy& p, const setting_value& v) { p.session.event_bytes_max = count<std::size_t>(v); }},
    {"workers", [](policy& p, const setting_value& v) { p.commands.workers = count<std::size_t>(v); }},
    {"queue_max", [](policy& p, const setting_value& v) { p.commands.queue_max = count<std::size_t>(v); }},
    {"drain_timeout", [](policy& p, const setting_value& v) { p.commands.drain_timeout = span(v); }},
    {"answers_kept",
     [](policy& p, const setting_value& v) { p.idempotency.entries_max = count<std::size_t>(v); }},
    {"body_bytes_max",
     [](policy& p, const setting_value& v) { p.responses.body_bytes_max = count<std::size_t>(v); }},
    {"response_try_timeout", [](policy& p, const setting_value& v) { p.responses.try_timeout = span(v); }},
    {"response_retry_initial",
     [](policy& p, const setting_value& v) { p.responses.retry_initial = span(v); }},
    {"response_retry_cap", [](policy& p, const setting_value& v) { p.responses.retry_cap = span(v); }},
    {"page_items",
     [](policy& p, const setting_value& v) { p.kubernetes.page_items = count<std::size_t>(v); }},
    {"log_bytes_max",
     [](policy& p, const setting_value& v) { p.kubernetes.log_bytes_max = count<std::size_t>(v); }},
};

using options = gateway::gateway_options;
constexpr setter<options> gateway_setters[] = {
    {"heartbeat_interval", [](options& o, const setting_value& v) { o.heartbeat_interval = span(v); }},
    {"max_stream_age", [](options& o, const setting_value& v) { o.max_stream_age = span(v); }},
    {"stream_age_jitter", [](options& o, const setting_value& v) { o.stream_age_jitter = number(v); }},
    {"drain_window", [](options& o, const setting_value& v) { o.drain_window = span(v); }},
    {"reconnect_hint_min", [](options& o, const setting_value& v) { o.reconnect_hint_min = span(v); }},
    {"reconnect_hint_max", [](options& o, const setting_value& v) { o.reconnect_hint_max = span(v); }},
    {"write_timeout", [](options& o, const setting_value& v) { o.limits.write_timeout = span(v); }},
    {"header_timeout", [](options& o, const setting_value& v) { o.limits.header_timeout = span(v); }},
    {"body_timeout", [](options& o, const setting_value& v) { o.limits.body_timeout = span(v); }},
    {"header_bytes_max",
     [](options& o, const setting_value& v) { o.limits.header_bytes_max = count<std::size_t>(v); }},
    {"body_bytes_max",
     [](options& o, const setting_value& v) { o.limits.body_bytes_max = count<std::size_t>(v); }},
    {"loss_grace", [](options& o, const setting_value& v) { o.limits.loss_grace = span(v); }},
    {"connects_per_key_max",
     [](options& o, const setting_value& v) { o.limits.connects_per_key_max = count<std::size_t>(v); }},
    {"connect_window", [](options& o, const setting_value& v) { o.limits.connect_window = span(v); }},
    {"sessions_per_key_max",
     [](options& o, const setting_value& v) { o.limits.sessions_per_key_max = count<std::size_t>(v); }},
    {"sessions_per_team_max",
     [](options& o, const setting_value& v) { o.limits.sessions_per_team_max = count<std::size_t>(v); }},
    {"commands_per_team_max",
     [](options& o, const setting_value& v) { o.limits.commands_per_team_max = count<std::size_t>(v); }},
    {"commands_per_cluster_max",
     [](options& o, const setting_value& v) { o.limits.commands_per_cluster_max = count<std::size_t>(v); }},
    {"command_rate_per_team",
     [](options& o, const setting_value& v) { o.limits.command_rate_per_team = count<std::size_t>(v); }},
    {"outbox_commands_max",
     [](options& o, const setting_value& v) { o.limits.outbox_commands_max = count<std::size_t>(v); }},
};

template <class Options, std::size_t Count>
void apply(const setting_list& settings, const setter<Options> (&setters)[Count], Options& to) {
  for (const named_setting& one : settings) {
    bool known = false;
    for (const auto& candidate : setters) {
      if (candidate.name != one.name) continue;
      candidate.set(to, one.value);
      known = true;
    }
    KITFOX_ASSERT(known);  // the schema admits no other name
  }
}

}  // namespace

void apply_settings(const setting_list& settings, agent::agent_policy& to) {
  apply(settings, agent_setters, to);
}
void apply_settings(const setting_list& settings, gateway::gateway_options& to) {
  apply(settings, gateway_setters, to);
}

std::vector<std::string> setting_names(party of) {
  std::vector<std::string> out;
  if (of == party::agent) {
    for (const auto& one : agent_setters) out.emplace_back(one.name);
  } else {
    for (const auto& one : gateway_setters) out.emplace_back(one.name);
  }
  return out;
}

nlohmann::json declared_backoff(const agent::agent_policy& of) {
  const auto in_seconds = [](runtime::duration d) { return std::chrono::duration<double>(d).count(); };
  return {{"initial", in_seconds(of.backoff.initial)},
          {"factor", of.backoff.factor},
          {"cap", in_seconds(of.backoff.cap)},
          {"session_spread", in_seconds(of.backoff.session_spread)},
          {"healthy_after", in_seconds(of.backoff.healthy_after)}};
}

}  // namespace kitfox::conformance
