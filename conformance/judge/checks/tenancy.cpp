// ISO-2: nothing crosses from tenant to tenant, not even that something exists.
#include <map>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

/// Whose canary is whose, and whose cluster.
class owners {
 public:
  explicit owners(const evidence& about) {
    const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
    for (const auto& [label, fact] : clusters.items()) {
      of_canary_[fact.value("canary", "")] = fact.value("team", "");
      of_cluster_[label] = fact.value("team", "");
    }
  }
  [[nodiscard]] std::size_t clusters() const { return of_cluster_.size(); }
  [[nodiscard]] std::string of_agent(const std::string& node) const {
    const auto found = of_cluster_.find(node.substr(0, node.rfind('/')));
    return found == of_cluster_.end() ? std::string{} : found->second;
  }
  /// `reader`, who belongs to `team`, was given these.
  void judge(const std::vector<std::string>& canaries, const std::string& team, const std::string& reader,
             instant t, findings& out) const {
    for (const std::string& canary : canaries) {
      const auto found = of_canary_.find(canary);
      if (found == of_canary_.end()) continue;
      out.evaluated("ISO-2");
      if (found->second != team) out.fail("ISO-2", reader, "no canary of team " + found->second, canary, t);
    }
  }

 private:
  std::map<std::string, std::string> of_canary_, of_cluster_;  // to team
};

/// No byte that leaves a tenant holds another's canary: neither what its agents say and are told, nor what
/// callers read.
void judge_canaries(const evidence& about, findings& out) {
  const owners known{about};
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (on.to != "gateway" || on.from == "caller") continue;
    const std::string team = known.of_agent(on.from);
    for (const record* said : {one.request, one.answer}) {
      if (said != nullptr) known.judge(said->canaries, team, on.from, said->t, out);
    }
  }
  for (const stream& one : about.streams) {
    const std::string& agent = about.connections[one.connection].from;
    const std::string team = known.of_agent(agent);
    for (const stream_event& told : one.sent) known.judge(told.seen->canaries, team, agent, told.t, out);
  }
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr) continue;
    const std::string tenant =
        call.tenant.empty() ? call.begun->facts().value("tenant", std::string{}) : call.tenant;
    if (known.clusters() > 1 && !tenant.empty()) out.evaluated("ISO-2");
    const std::string reader = "call " + call.begun->id + " of " + (tenant.empty() ? "nobody" : tenant);
    known.judge(call.ended->canaries, tenant, reader, call.ended->t, out);
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
               "the answer that an invented cluster gets: " + expected, seen, *call.ended);
  }
}

constexpr std::string_view tenant_ids[] = {"ISO-2"};
constexpr requirement_check tenancy_table[] = {{"canaries", tenant_ids, judge_canaries},
                                               {"indistinguishable", tenant_ids, judge_indistinguishable}};

}  // namespace

std::span<const requirement_check> tenancy_checks() { return tenancy_table; }

}  // namespace kitfox::conformance
