// RTE-*, HA-*: to the right cluster, by the right stream.
#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

const std::string& node_of_stream(const evidence& about, std::size_t stream) {
  return about.connections[about.streams[stream].connection].from;
}

/// RTE-1: a command reaches only the cluster that it names.
void judge_misroutes(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.cluster.empty() || call.ended->status != 200) continue;
    const nlohmann::json& answer = about.body_of(*call.ended);
    if (!answer.is_object() || !answer.contains("request_id") || !answer["request_id"].is_string()) continue;
    const auto found = about.commands.find(answer["request_id"].get<std::string>());
    if (found == about.commands.end() || found->second.delivered_on.empty()) continue;
    out.evaluated("RTE-1");
    for (const std::size_t stream : found->second.delivered_on) {
      const std::string& node = node_of_stream(about, stream);
      // A hand-made agent is of the cluster whose key it has.
      if (node == "caller" && about.streams[stream].cluster == call.cluster) continue;
      if (node.substr(0, node.rfind('/')) == call.cluster) continue;
      out.fail("RTE-1", "call " + call.begun->id, "delivery to " + call.cluster, "delivered to " + node,
               found->second.delivered.front());
    }
  }
}

/// Whose clusters are whose, as the scenario has it; a call for another team's is ISO-2's matter.
bool asks_for_its_own(const evidence& about, const caller_call& call) {
  const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
  const auto fact = clusters.find(call.cluster);
  if (fact == clusters.end() || call.tenant.empty()) return true;
  return fact->value("team", call.tenant) == call.tenant;
}

/// RTE-2, HA-1: with a live, healthy stream a cluster is routable; without one its caller is told so at once.
void judge_routable(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.cluster.empty() || call.ended->status != 200) continue;
    if (!asks_for_its_own(about, call)) continue;
    const nlohmann::json& answer = about.body_of(*call.ended);
    if (!answer.is_object()) continue;
    const bool unavailable =
        answer.value("error_code", nlohmann::json{}).is_string() && answer["error_code"] == "unavailable";
    const instant from = call.begun->t, until = call.ended->t;
    bool steady = false, any = false, undisturbed = true;
    for (const stream& one : about.streams) {
      if (one.cluster != call.cluster || !one.connected_sent) continue;
      const auto key = about.keys.find(one.key);
      const bool revoked =
          key != about.keys.end() && key->second.revoke_begun && *key->second.revoke_begun <= until;
      const instant over = one.over_at_gateway.value_or(about.end + 1);
      const instant client_over = one.over_at_agent.value_or(about.end + 1);
      const bool overlaps = one.connected.value_or(about.end) <= until && over >= from;
      // That a stream is over takes its time from where it is read to where calls are routed.
      any = any || overlaps || (*one.connected_sent <= until && over + seconds(0.1) >= from);
      // A stream that both ends hold, with traffic flowing, long enough for the gateway to have seen it.
      steady = steady || (!revoked && one.connected && *one.connected + seconds(1) <= from &&
                          over > until + seconds(1) && client_over > until + seconds(1));
      // The gateway may have chosen another stream of the cluster, one that a fault had cut.
      undisturbed = undisturbed && (!overlaps || !about.connections[one.connection].disturbed_by(until));
    }
    if (steady) {
      const bool told_by_gateway = unavailable && until - from < seconds(2);
      const bool delivered = answer.contains("request_id") && answer["request_id"].is_string() &&
                             about.commands.contains(answer["request_id"].get<std::string>()) &&
                             !about.commands.at(answer["request_id"].get<std::string>()).sent.empty();
      bool paused = false;
      for (const process& p : about.processes) {
        paused = paused || (p.kind != "caller" && ((p.paused && *p.paused <= until) ||
                                                   (p.told_to_stop && *p.told_to_stop <= until)));
      }
      if (paused || !undisturbed) continue;
      out.evaluated("HA-1");
      if (told_by_gateway && !delivered)
        out.fail("HA-1", "gateway", "cluster " + call.cluster + " routable while its stream is open",
                 "unavailable", until);
    } else if (!any) {
      out.evaluated("RTE-2");
      const instant bound = seconds(call.begun->facts().value("wait", 0.0)) + seconds(0.1);
      if (unavailable && until - from > bound) {
        out.too_late("RTE-2", "call " + call.begun->id, "unavailable within " + print_span(bound),
                     "after " + print_span(until - from), from, until - from - bound);
      }
    }
  }
}

/// RTE-4: two instances with one key do not evict each other.
void judge_no_eviction(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const connection& on = about.connections[one.connection];
    if (!one.connected) continue;
    for (const stream& other : about.streams) {
      const connection& beside = about.connections[other.connection];
      if (&other == &one || other.key != one.key || beside.from == on.from || !other.connected_sent) continue;
      const instant over = one.over_at_gateway.value_or(about.end + 1);
      if (*other.connected_sent <= *one.connected || *other.connected_sent > over) continue;
      out.evaluated("RTE-4");
      if (on.ended_by_server_first() && over - *other.connected_sent < seconds(2)) {
        bool reason = on.disturbed_by(over);
        const auto key = about.keys.find(one.key);
        reason = reason ||
                 (key != about.keys.end() && key->second.revoke_begun && *key->second.revoke_begun <= over);
        for (const process& p : about.processes) {
          if (p.kind == "gateway" &&
              ((p.told_to_stop && *p.told_to_stop <= over) || (p.killed && *p.killed <= over)))
            reason = true;
        }
        const bool aged = over - one.connected_sent.value_or(0) >
                          seconds(about.facts().value("max_stream_age", 3600.0) * 0.8);
        if (!reason && !aged)
          out.fail("RTE-4", on.from, "its stream kept when " + beside.from + " connects with the same key",
                   "closed after " + print_span(over - *other.connected_sent), over);
      }
    }
  }
}

/// HA-2: an instance that comes back is let in at once, and its old stream is closed within 1 s.
void judge_replacement(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    for (const stream& newer : about.streams) {
      if (&newer == &one || newer.instance.empty() || newer.instance != one.instance || newer.key != one.key)
        continue;
      if (!newer.connected_sent || !one.connected_sent || *newer.connected_sent <= *one.connected_sent)
        continue;
      const instant over = one.over_at_gateway.value_or(about.end + 1);
      if (over <= *newer.connected_sent) continue;
      if (about.end < *newer.connected_sent + seconds(1)) continue;
      out.evaluated("HA-2");
      const instant late = over - *newer.connected_sent;
      if (late > seconds(1)) {
        out.too_late("HA-2", about.connections[one.connection].from,
                     "the old stream of an instance closed within 1 s of its new one",
                     over > about.end ? "still open" : "after " + print_span(late), *newer.connected_sent,
                     late - seconds(1));
      }
    }
  }
}

constexpr std::string_view misroute_ids[] = {"RTE-1"};
constexpr std::string_view routable_ids[] = {"HA-1", "RTE-2"};
constexpr std::string_view eviction_ids[] = {"RTE-4"};
constexpr std::string_view replace_ids[] = {"HA-2"};
constexpr requirement_check routing_table[] = {{"misroutes", misroute_ids, judge_misroutes},
                                               {"routable", routable_ids, judge_routable},
                                               {"no-eviction", eviction_ids, judge_no_eviction},
                                               {"replacement", replace_ids, judge_replacement}};

}  // namespace

std::span<const requirement_check> routing_checks() { return routing_table; }

}  // namespace kitfox::conformance
