// ISO-2: nothing crosses from tenant to tenant, not even that something exists.
#include <algorithm>
#include <map>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

/// No byte that leaves a tenant holds another's canary.
void judge_canaries(const evidence& about, findings& out) {
  std::map<std::string, std::string> owner;  // canary to team
  std::map<std::string, std::string> team_of_cluster;
  const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
  for (const auto& [label, fact] : clusters.items()) {
    owner[fact.value("canary", "")] = fact.value("team", "");
    team_of_cluster[label] = fact.value("team", "");
  }
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (on.to != "gateway" || on.from == "caller" || one.request == nullptr || one.request->canaries.empty())
      continue;
    const std::string& mine = team_of_cluster[on.from.substr(0, on.from.rfind('/'))];
    for (const std::string& canary : one.request->canaries) {
      const auto found = owner.find(canary);
      if (found == owner.end()) continue;
      out.evaluated("ISO-2");
      if (found->second != mine)
        out.fail("ISO-2", on.from, "no canary of team " + found->second, canary, one.sent.value_or(0));
    }
  }
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.tenant.empty()) continue;
    if (owner.size() > 1) out.evaluated("ISO-2");
    for (const auto& [canary, team] : owner) {
      if (canary.empty() || call.ended->text.find(canary) == std::string::npos) continue;
      out.evaluated("ISO-2");
      if (team != call.tenant)
        out.fail("ISO-2", "call " + call.begun->id + " of " + call.tenant, "no canary of team " + team,
                 canary, call.ended->t);
    }
  }
}

/// What a caller can tell an answer by, with what is its own to every call taken out.
std::string shape_of(const caller_call& call) {
  std::string out = "HTTP " + std::to_string(call.ended->status);
  nlohmann::json body = nlohmann::json::parse(call.ended->text, nullptr, false);
  if (body.is_discarded()) return out + " " + call.ended->text.substr(0, 120);
  if (body.is_object() && body.contains("request_id")) body["request_id"] = "";
  return out + " " + body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::string> asked_for(const caller_call& call) {
  if (call.ended == nullptr || call.tenant.empty() || call.begun->name == "send") return std::nullopt;
  return call.tenant + " " + call.command + " " +
         call.begun->facts().value("params", nlohmann::json{}).dump();
}

/// The same call for another tenant's cluster and for one that nobody has is answered in the same words.
void judge_indistinguishable(const evidence& about, findings& out) {
  const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
  std::map<std::string, const caller_call*> invented;
  for (const caller_call& call : about.calls) {
    if (const auto what = asked_for(call); what && call.cluster.empty()) invented.try_emplace(*what, &call);
  }
  for (const caller_call& call : about.calls) {
    const auto what = asked_for(call);
    if (!what || call.cluster.empty() || !clusters.contains(call.cluster)) continue;
    if (clusters[call.cluster].value("team", "") == call.tenant) continue;
    const auto beside = invented.find(*what);
    if (beside == invented.end()) continue;
    out.evaluated("ISO-2");
    const std::string seen = shape_of(call), expected = shape_of(*beside->second);
    if (seen != expected)
      out.fail("ISO-2", "call " + call.begun->id + " of " + call.tenant,
               "the answer that an invented cluster gets: " + expected, seen, call.ended->t);
  }
}

constexpr std::string_view tenant_ids[] = {"ISO-2"};
constexpr requirement_check tenancy_table[] = {{"canaries", tenant_ids, judge_canaries},
                                               {"indistinguishable", tenant_ids, judge_indistinguishable}};

}  // namespace

std::span<const requirement_check> tenancy_checks() { return tenancy_table; }

}  // namespace kitfox::conformance
