// OBS-1: metrics that monitoring can read, and that no caller can blow up.
#include <set>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/prometheus_text.hpp"

namespace kitfox::conformance {
namespace {

/// What callers and agents choose themselves, or are given one by one: as label values these grow without
/// bound.
std::set<std::string> chosen_by_others(const evidence& about) {
  std::set<std::string> out;
  const auto put = [&](std::string text) {
    if (text.size() >= 4) out.insert(std::move(text));
  };
  const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
  for (const auto& [label, fact] : clusters.items()) {
    put(label);
    put(fact.value("team", ""));
  }
  for (const auto& [id, key] : about.keys) put(id);
  for (const stream& one : about.streams) put(one.instance);
  for (const auto& [id, one] : about.commands) {
    if (!one.sent.empty()) put(id);
  }
  return out;
}

void judge_metrics(const evidence& about, findings& out) {
  std::optional<std::set<std::string>> chosen;
  for (const exchange& one : about.exchanges) {
    if (about.connections[one.connection].to != "gateway" || !one.path().ends_with("/metrics")) continue;
    if (one.status != 200 || one.answer == nullptr || one.method != "GET") continue;
    out.evaluated("OBS-1");
    const instant t = one.received.value_or(one.answer->t);
    const std::string type = one.answer->facts().value("content-type", "");
    if (!type.starts_with("text/plain; version=0.0.4"))
      out.fail("OBS-1", "gateway", "Content-Type: text/plain; version=0.0.4", type, t);
    const bool cut = one.answer->facts().contains("body_bytes");
    const prometheus_text read = parse_prometheus_text(one.answer->text, cut);
    if (!read.error.empty()) out.fail("OBS-1", "gateway", "Prometheus text, version 0.0.4", read.error, t);
    if (read.samples.empty() && read.error.empty())
      out.fail("OBS-1", "gateway", "at least one sample", "none", t);
    if (!chosen) chosen = chosen_by_others(about);
    for (const prometheus_sample& sample : read.samples) {
      for (const auto& [name, value] : sample.labels) {
        if (chosen->contains(value))
          out.fail("OBS-1", "gateway", "no label value that callers or agents control",
                   sample.name + "{" + name + "=\"" + value + "\"}", t);
      }
    }
  }
}

constexpr std::string_view metric_ids[] = {"OBS-1"};
constexpr requirement_check metrics_table[] = {{"metrics", metric_ids, judge_metrics}};

}  // namespace

std::span<const requirement_check> metrics_checks() { return metrics_table; }

}  // namespace kitfox::conformance
