// LIV-4, HA-8: what a gateway says of its clusters in lists, against what was seen.
#include <algorithm>
#include <map>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/open_streams.hpp"

namespace kitfox::conformance {
namespace {

/// What one list says of one cluster.
struct listed_cluster {
  instant t = 0;
  std::string label;
  nlohmann::json entry;
};

std::string last_part(const std::string& label) { return label.substr(label.rfind('/') + 1); }

/// The cluster of the scenario that an entry is about; empty where a name stands for several.
std::string label_of(const evidence& about, const nlohmann::json& entry) {
  const std::string name = entry.value("cluster_name", nlohmann::json{}).is_string()
                               ? entry["cluster_name"].get<std::string>()
                               : "";
  std::string found;
  const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
  for (const auto& [label, fact] : clusters.items()) {
    if (last_part(label) != name) continue;
    if (!found.empty()) return {};
    found = label;
  }
  return found;
}

std::vector<listed_cluster> entries_of(const evidence& about, std::string_view route) {
  std::vector<listed_cluster> out;
  for (const exchange& one : about.exchanges) {
    if (about.connections[one.connection].to != "gateway" || one.method != "GET" || !one.answered ||
        one.status_sent != 200 || one.path() != route || one.answer == nullptr)
      continue;
    const nlohmann::json& body = about.body_of(*one.answer);
    const nlohmann::json* rows = body.is_array() ? &body : nullptr;
    if (body.is_object() && body.contains("clusters")) rows = &body["clusters"];
    if (rows == nullptr || !rows->is_array()) continue;
    for (const nlohmann::json& row : *rows) {
      if (!row.is_object()) continue;
      const std::string label = label_of(about, row);
      if (!label.empty()) out.push_back({*one.answered, label, row});
    }
  }
  return out;
}

/// Something in (from, until] told the gateway that an agent of the cluster is there: a request of it, or
/// bytes of the gateway that it took.
bool heard_from(const evidence& about, const std::string& cluster, instant from, instant until) {
  const auto inside = [&](std::optional<instant> t) { return t && *t > from && *t <= until; };
  for (const exchange& one : about.exchanges) {
    const auto key = about.keys.find(one.key);
    if (key != about.keys.end() && key->second.cluster == cluster && inside(one.arrived)) return true;
  }
  for (const stream& one : about.streams) {
    if (one.cluster != cluster) continue;
    const connection& on = about.connections[one.connection];
    if (inside(one.over_at_gateway)) return true;
    if (std::ranges::any_of(on.delivered_activity, [&](instant t) { return inside(t); })) return true;
    // Within a run of heartbeats only its ends are known.
    const bool run = std::ranges::any_of(one.quiet_delivered, [&](const record* quiet) {
      return quiet->first <= until && quiet->last > from;
    });
    if (run) return true;
  }
  return false;
}

/// LIV-4: "last seen" stands still while nothing comes from the agent.
void judge_last_seen(const evidence& about, findings& out) {
  std::map<std::string, listed_cluster> before;
  for (listed_cluster& now : entries_of(about, "/internal/clusters")) {
    const auto earlier = before.find(now.label);
    if (earlier != before.end() && !heard_from(about, now.label, earlier->second.t - settled_after, now.t)) {
      out.evaluated("LIV-4");
      const nlohmann::json was = earlier->second.entry.value("last_heartbeat", nlohmann::json{});
      const nlohmann::json is = now.entry.value("last_heartbeat", nlohmann::json{});
      if (was != is)
        out.fail("LIV-4", now.label,
                 "last_heartbeat " + was.dump() + ", as nothing came from the agent since", is.dump(), now.t);
    }
    before[now.label] = std::move(now);
  }
}

/// HA-8: the dashboard's state is that of the newest stream.
void judge_status(const evidence& about, findings& out) {
  for (const listed_cluster& one : entries_of(about, "/api/v1/team/k8s-clusters")) {
    const open_streams open =
        open_streams_at(about, one.t, [&](const stream& each) { return each.cluster == one.label; });
    if (open.surely == 0 && open.perhaps > 0) continue;
    out.evaluated("HA-8");
    const std::string status =
        one.entry.value("status", nlohmann::json{}).is_string() ? one.entry["status"].get<std::string>() : "";
    if ((status == "connected") != (open.surely > 0))
      out.fail("HA-8", one.label, open.surely > 0 ? "connected" : "not connected", "\"" + status + "\"",
               one.t);
  }
}

constexpr std::string_view seen_ids[] = {"LIV-4"};
constexpr std::string_view state_ids[] = {"HA-8"};
constexpr requirement_check listing_table[] = {{"last-seen", seen_ids, judge_last_seen},
                                               {"listed-status", state_ids, judge_status}};

}  // namespace

std::span<const requirement_check> listing_checks() { return listing_table; }

}  // namespace kitfox::conformance
