// CMD-3: a command whose time is over is not started any more.
#include <algorithm>
#include <map>

#include "conformance/judge/answer_owed.hpp"
#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/kube_request.hpp"

namespace kitfox::conformance {
namespace {

/// What each command reads first, so that a call to the API server tells whose it is.
std::string_view resource_of(std::string_view command) {
  static constexpr std::pair<std::string_view, std::string_view> reads[] = {
      {"list_pods", "pods"},
      {"describe_pod", "pods"},
      {"get_pod_logs", "pods/log"},
      {"get_pod_events", "events"},
      {"list_events", "events"},
      {"describe_deployment", "deployments"},
      {"list_deployments", "deployments"},
      {"list_replicasets", "replicasets"},
      {"list_services", "services"},
      {"list_configmaps", "configmaps"},
      {"get_configmap", "configmaps"}};
  const auto found =
      std::find_if(std::begin(reads), std::end(reads), [&](const auto& one) { return one.first == command; });
  return found == std::end(reads) ? std::string_view{} : found->second;
}

/// One command at one agent, and until when it may be started.
struct pending {
  const command* what = nullptr;
  instant delivered = 0, deadline = 0;
  std::optional<instant> answered;
  bool expired = false;  ///< Answered so.
};

std::optional<pending> pending_of(const evidence& about, const command& one) {
  const auto time = time_of(one);
  if (!time || one.delivered.empty() || one.sent.empty()) return std::nullopt;
  pending out{&one, one.delivered.front().t, one.sent.front().t + *time, {}, false};
  for (const std::size_t index : one.responses) {
    const exchange& response = about.exchanges[index];
    if (!response.sent || (out.answered && *out.answered <= *response.sent)) continue;
    out.answered = response.sent;
    const nlohmann::json& body = about.request_body(response);
    // What the API server no longer keeps (410) has expired too, and is no matter of the command's time.
    const nlohmann::json detail =
        body.is_object() ? body.value("error_detail", nlohmann::json{}) : nlohmann::json{};
    const bool gone = detail.is_object() && detail.value("code", 0) == 410;
    out.expired = !gone && body.is_object() && body.contains("error_code") && body["error_code"] == "expired";
  }
  return out;
}

/// A call that only an expired command can be behind: every command of that kind which the agent still owes
/// an answer had run out of time, by more than a running one needs to be stopped.
void judge_calls(const evidence& about, const std::string& agent, const std::vector<pending>& owed,
                 std::string_view resource, findings& out) {
  constexpr instant stopping = seconds(1);
  for (const exchange& call : about.exchanges) {
    const connection& on = about.connections[call.connection];
    if (on.to != "kubernetes" || on.from != agent || !call.sent) continue;
    if (parse_kube_request(call.method, call.target).resource != resource) continue;
    bool any = false, in_time = false;
    instant latest = 0;
    for (const pending& one : owed) {
      if (one.delivered > *call.sent || (one.answered && *one.answered < *call.sent)) continue;
      any = true;
      in_time = in_time || *call.sent <= one.deadline + stopping;
      latest = std::max(latest, one.deadline);
    }
    if (!any || in_time) continue;
    out.too_late("CMD-3", agent, "no call to the API server for a command whose deadline has passed",
                 call.method + " " + call.target + " " + print_span(*call.sent - latest) + " after it",
                 {*call.sent, call.request}, *call.sent - latest - stopping, requirement_role::agent);
  }
}

/// A clock that the scenario moves makes deadlines relative to it.
bool clocks_were_moved(const evidence& about) {
  return std::any_of(about.steps.begin(), about.steps.end(),
                     [](const record* step) { return step->name == "clock"; });
}

/// What arrives after its deadline is answered `expired`. Agents know the time of the gateway to a second.
void judge_said_expired(const evidence& about, const pending& owed, const std::string& agent, findings& out) {
  constexpr instant answering = seconds(3);
  const command& what = *owed.what;
  const bool late = owed.delivered >= owed.deadline + seconds(1) + tolerance(about);
  if (!late || !what.message.contains("deadline")) return;
  const instant until = owed.delivered + answering;
  const connection& on = about.connections[about.streams[what.delivered_on.front()].connection];
  const bool watched = until < about.end && on.over_for_client().value_or(about.end) >= until;
  if (!watched || (owed.answered && owed.expired)) {
    if (owed.expired) out.evaluated("CMD-3", 1, requirement_role::agent);
    return;
  }
  out.evaluated("CMD-3", 1, requirement_role::agent);
  out.fail("CMD-3", agent, "the answer expired to " + what.id + ", which came after its deadline",
           owed.answered ? "another answer" : "none", owed.delivered, requirement_role::agent);
}

void judge_expired(const evidence& about, findings& out) {
  if (clocks_were_moved(about)) return;
  std::map<std::pair<std::string, std::string_view>, std::vector<pending>> by_kind;
  for (const auto& [id, one] : about.commands) {
    const auto owed = pending_of(about, one);
    if (!owed) continue;
    const std::string& agent = about.connections[about.streams[one.delivered_on.front()].connection].from;
    judge_said_expired(about, *owed, agent, out);
    if (owed->expired) {
      out.evaluated("CMD-3", 1, requirement_role::agent);
      if (*owed->answered < owed->deadline - tolerance(about))
        out.fail("CMD-3", agent, "an answer other than expired to " + id + " before its deadline",
                 "expired " + print_span(owed->deadline - *owed->answered) + " before it", *owed->answered,
                 requirement_role::agent);
    }
    if (!resource_of(one.name).empty()) by_kind[{agent, resource_of(one.name)}].push_back(*owed);
  }
  for (const auto& [whose, owed] : by_kind) {
    const bool ran_out = std::any_of(owed.begin(), owed.end(), [](const pending& one) {
      return !one.answered || *one.answered > one.deadline || one.expired;
    });
    if (ran_out) judge_calls(about, whose.first, owed, whose.second, out);
  }
}

constexpr std::string_view expired_ids[] = {"CMD-3"};
constexpr requirement_check deadline_table[] = {{"expired", expired_ids, judge_expired}};

}  // namespace

std::span<const requirement_check> deadline_checks() { return deadline_table; }

}  // namespace kitfox::conformance
