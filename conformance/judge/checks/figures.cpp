// OBS-2, OBS-3, RBC-3: what a gateway says of itself in figures, against what was seen.
#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/open_streams.hpp"
#include "conformance/judge/prometheus_text.hpp"

namespace kitfox::conformance {
namespace {

/// One reading of a gateway's metrics, and the life of the gateway that gave it.
struct reading {
  instant t = 0, counted_from = 0;
  prometheus_text text;
};

std::vector<reading> readings_of(const evidence& about) {
  std::vector<reading> out;
  for (const exchange& one : about.exchanges) {
    const bool of_metrics = about.connections[one.connection].to == "gateway" && one.method == "GET" &&
                            one.path().ends_with("/metrics") && one.status_sent == 200;
    if (!of_metrics || !one.answered || one.answer == nullptr) continue;
    reading fresh;
    fresh.t = *one.answered;
    for (const process& gateway : about.processes) {
      if (gateway.kind == "gateway" && gateway.alive_at(fresh.t)) fresh.counted_from = gateway.started;
    }
    fresh.text = parse_prometheus_text(one.answer->text, one.answer->facts().contains("body_bytes"));
    if (fresh.text.error.empty()) out.push_back(std::move(fresh));
  }
  return out;
}

bool is_called(const prometheus_sample& one, std::string_view last) {
  return one.name == last || one.name.ends_with("_" + std::string{last});
}

std::optional<double> value_of(const prometheus_text& from, std::string_view last) {
  for (const prometheus_sample& one : from.samples) {
    if (is_called(one, last) && one.labels.empty()) return one.value;
  }
  return std::nullopt;
}

/// The sum over a family; of the samples alone whose label has a value, where one is given.
std::optional<double> sum_of(const prometheus_text& from, std::string_view last, std::string_view label,
                             std::string_view wanted = {}) {
  std::optional<double> sum;
  for (const prometheus_sample& one : from.samples) {
    if (!is_called(one, last)) continue;
    const bool counts = std::ranges::any_of(one.labels, [&](const auto& each) {
      return each.first == label && (wanted.empty() || each.second == wanted);
    });
    if (counts) sum = sum.value_or(0) + one.value;
  }
  return sum;
}

std::string number(double value) { return std::to_string(static_cast<long long>(value)); }

/// OBS-2: gauges tell the truth.
void judge_gauges(const evidence& about, findings& out) {
  for (const reading& one : readings_of(about)) {
    const auto connected = value_of(one.text, "connected");
    const open_streams open = open_streams_at(about, one.t, [](const stream&) { return true; });
    out.evaluated("OBS-2");
    if (!connected || *connected < static_cast<double>(open.surely) ||
        *connected > static_cast<double>(open.surely + open.perhaps))
      out.fail("OBS-2", "gateway", "connected " + std::to_string(open.surely),
               connected ? number(*connected) : "no such gauge", one.t);
    std::size_t unfinished = 0;
    for (const exchange& call : about.exchanges) {
      const bool runs = call.method == "POST" && call.path() == "/internal/execute" && call.arrived &&
                        *call.arrived <= one.t + settled_after &&
                        call.answered.value_or(about.end + 2 * settled_after) >= one.t - settled_after;
      if (runs) ++unfinished;
    }
    const auto in_flight = value_of(one.text, "commands_in_flight");
    if (!in_flight || *in_flight > static_cast<double>(unfinished))
      out.fail("OBS-2", "gateway", "commands_in_flight of at most " + std::to_string(unfinished),
               in_flight ? number(*in_flight) : "no such gauge", one.t);
  }
}

/// Things that were seen so often since the gateway began, and that it must have counted by now.
struct tally {
  double connects = 0, ends = 0, answers = 0;
  std::map<std::string, double> outcomes;  ///< Of commands, by code.
};

tally tally_of(const evidence& about, const reading& until) {
  tally out;
  const auto counts = [&](std::optional<instant> t) {
    return t && *t >= until.counted_from && *t <= until.t - settled_after;
  };
  std::set<std::string> answered;
  for (const stream& one : about.streams) {
    if (about.connections[one.connection].to != "gateway") continue;
    if (one.connected_sent && counts(one.connected_sent)) out.connects += 1;
    if (one.connected_sent && *one.connected_sent >= until.counted_from && counts(one.over_at_gateway))
      out.ends += 1;
  }
  for (const exchange& one : about.exchanges) {
    if (!counts(one.answered) || one.status_sent != 200 || one.method != "POST" || one.answer == nullptr)
      continue;
    if (one.target.find("/agent/response/") != std::string::npos) out.answers += 1;
    if (one.path() != "/internal/execute") continue;
    const nlohmann::json& body = about.body_of(*one.answer);
    if (!body.is_object() || !body.value("request_id", nlohmann::json{}).is_string()) continue;
    if (!answered.insert(body["request_id"].get<std::string>()).second) continue;  // the same call again
    const nlohmann::json code = body.value("error_code", nlohmann::json{});
    out.outcomes[body.value("ok", false) ? "ok" : code.is_string() ? code.get<std::string>() : ""] += 1;
  }
  return out;
}

void judge_at_least(findings& out, std::string_view id, const reading& one, const std::string& name,
                    std::optional<double> value, double seen) {
  constexpr requirement_role side = requirement_role::gateway;
  out.evaluated(id, 1, side);
  if (!value)
    out.fail(id, "gateway", "a metric " + name, "none", one.t, side);
  else if (*value < seen)
    out.fail(id, "gateway", name + " of at least " + number(seen), number(*value), one.t, side);
}

/// OBS-3, RBC-3: what must be counted is, and no less than was seen.
void judge_counters(const evidence& about, findings& out) {
  for (const reading& one : readings_of(about)) {
    const tally seen = tally_of(about, one);
    judge_at_least(out, "OBS-3", one, "connects_total{result}", sum_of(one.text, "connects_total", "result"),
                   seen.connects);
    judge_at_least(out, "OBS-3", one, "disconnects_total{reason}",
                   sum_of(one.text, "disconnects_total", "reason"), seen.ends);
    judge_at_least(out, "OBS-3", one, "responses_total{verdict}",
                   sum_of(one.text, "responses_total", "verdict"), seen.answers);
    for (const char* name : {"audit_failures_total", "command_queue_depth", "commands_in_flight",
                             "dispatch_seconds_count", "command_seconds_count", "revocation_seconds_count"})
      judge_at_least(out, "OBS-3", one, name, value_of(one.text, name), 0);
    if (!sum_of(one.text, "commands_total", "code"))
      out.fail("OBS-3", "gateway", "a metric commands_total{code}", "none", one.t);
    for (const auto& [code, count] : seen.outcomes) {
      const std::string_view id = code == "denied" ? "RBC-3" : "OBS-3";
      judge_at_least(out, id, one, "commands_total{code=\"" + code + "\"}",
                     sum_of(one.text, "commands_total", "code", code), count);
    }
  }
}

constexpr std::string_view gauge_ids[] = {"OBS-2"};
constexpr std::string_view counter_ids[] = {"OBS-3", "RBC-3"};
constexpr requirement_check figure_table[] = {{"gauges", gauge_ids, judge_gauges},
                                              {"counters", counter_ids, judge_counters}};

}  // namespace

std::span<const requirement_check> figure_checks() { return figure_table; }

}  // namespace kitfox::conformance
