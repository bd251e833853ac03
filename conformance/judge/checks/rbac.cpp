// RBC-*: what the agent asks of Kubernetes, and what it makes of a no.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/refusal_codes.hpp"

namespace kitfox::conformance {
namespace {

/// RBC-4: only reads, no secrets, nobody else's name.
void judge_reads_only(const evidence& about, findings& out) {
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (on.to != "kubernetes" || !one.sent) continue;
    out.evaluated("RBC-4");
    const bool reads = one.method == "GET";
    const bool review = one.path().find("/selfsubject") != std::string_view::npos;
    const bool secrets =
        one.path().ends_with("/secrets") || one.path().find("/secrets/") != std::string_view::npos;
    const bool impersonates = one.request != nullptr && one.request->more.is_object() &&
                              one.request->more.contains("impersonate-user");
    if ((reads || review) && !secrets && !impersonates) continue;
    out.fail("RBC-4", on.from, "reads of what the shipped role grants",
             one.method + " " + one.target + (impersonates ? " as somebody else" : ""),
             {*one.sent, one.request});
  }
}

struct kube_answer {
  instant t = 0;
  int status = 0;
  const exchange* call = nullptr;
};

/// What each agent did, so that one command is compared with its agent's others alone.
struct agent_work {
  std::vector<const command*> commands;
  std::vector<const exchange*> calls;
};

std::map<std::string, agent_work> work_by_agent(const evidence& about) {
  std::map<std::string, agent_work> out;
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty()) continue;
    out[about.connections[about.streams[one.delivered_on.front()].connection].from].commands.push_back(&one);
  }
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (on.to == "kubernetes") out[on.from].calls.push_back(&one);
  }
  return out;
}

/// The last answer of the API server to an agent between a command's delivery and its response, when the
/// agent had no other command meanwhile, so that it can only belong to that command.
std::optional<kube_answer> answer_behind(const evidence& about, const agent_work& work, const command& what,
                                         const exchange& response) {
  if (what.delivered.empty() || !response.sent) return std::nullopt;
  const instant from = what.delivered.front().t, until = *response.sent;
  for (const command* other : work.commands) {
    if (other == &what) continue;
    instant settled = about.end;
    for (const std::size_t index : other->responses) {
      settled = std::min(settled, about.exchanges[index].sent.value_or(about.end));
    }
    if (other->delivered.front().t <= until && settled >= from) return std::nullopt;
  }
  std::optional<kube_answer> last;
  for (const exchange* call : work.calls) {
    if (!call->received || !call->sent) continue;
    // The census of nodes and namespaces runs beside commands and is no part of them.
    const bool of_census =
        call->path() == "/version" || call->path() == "/api/v1/nodes" || call->path() == "/api/v1/namespaces";
    const bool asked_for =
        what.name == "list_nodes" || what.name == "list_namespaces" || what.name == "cluster_info";
    if (of_census && !asked_for) continue;
    if (*call->sent >= from && *call->received <= until)
      last = kube_answer{*call->received, call->status, call};
  }
  return last;
}

/// What an answer of the API server asked its client to wait; empty where it did not, or named a date.
std::optional<std::int64_t> pause_asked(const exchange& call) {
  if (call.answer == nullptr || !call.answer->more.is_object()) return std::nullopt;
  const std::string text = call.answer->more.value("retry-after", "");
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoll(text);
}

/// RBC-2: whoever asked the agent learns how long the API server wants to be left alone.
void judge_pause(const kube_answer& behind, const nlohmann::json& body, const std::string& agent, instant t,
                 findings& out) {
  const auto asked = pause_asked(*behind.call);
  if (!asked) return;
  out.evaluated("RBC-2");
  const nlohmann::json detail = body.value("error_detail", nlohmann::json{});
  const nlohmann::json told =
      detail.is_object() ? detail.value("retry_after_seconds", nlohmann::json{}) : nlohmann::json{};
  if (told.is_number() && told.get<double>() == static_cast<double>(*asked)) return;
  out.fail("RBC-2", agent, "error_detail with retry_after_seconds " + std::to_string(*asked),
           told.is_null() ? "none" : told.dump(), t);
}

/// RBC-1, RBC-2: the API server's refusal is told apart and never as an empty success.
void judge_mapping(const evidence& about, findings& out) {
  const auto work = work_by_agent(about);
  for (const auto& [id, one] : about.commands) {
    if (one.responses.empty()) continue;
    const exchange& response = about.exchanges[one.responses.front()];
    const auto mine = work.find(about.connections[response.connection].from);
    if (mine == work.end()) continue;
    const auto behind = answer_behind(about, mine->second, one, response);
    if (!behind || behind->status < 400 || response.request == nullptr) continue;
    const nlohmann::json& body = about.body_of(*response.request);
    if (!body.is_object()) continue;
    const std::string code = body.contains("error_code") && body["error_code"].is_string()
                                 ? body["error_code"].get<std::string>()
                                 : "";
    const bool ok = body.value("ok", false);
    const std::string& agent = about.connections[response.connection].from;
    if (behind->status == 403) {
      out.evaluated("RBC-1");
      const nlohmann::json detail = body.value("error_detail", nlohmann::json::object());
      if (ok || code != "denied") {
        out.fail("RBC-1", agent, "error_code denied for a 403 of the API server",
                 ok ? "ok: " + body.value("result", nlohmann::json{}).dump().substr(0, 80) : code,
                 {*response.sent, response.request});
      } else if (!detail.is_object() || detail.value("code", 0) != 403 ||
                 detail.value("message", "").empty() || !detail.contains("verb") ||
                 !detail.contains("resource")) {
        out.fail("RBC-1", agent, "error_detail with code 403, verb, resource and the API server's message",
                 detail.dump().substr(0, 160), {*response.sent, response.request});
      }
      continue;
    }
    out.evaluated("RBC-2");
    const auto fitting = codes_for(behind->status);
    if (ok || (!fitting.empty() && std::ranges::find(fitting, code) == fitting.end())) {
      out.fail("RBC-2", agent,
               fmt::format("error_code {} for a {} of the API server",
                           fitting.empty() ? "of a failure" : fmt::format("{}", fmt::join(fitting, " or ")),
                           behind->status),
               ok ? "ok" : code, {*response.sent, response.request});
    }
    judge_pause(*behind, body, agent, *response.sent, out);
  }
}

/// RBC-5: what is passed on is short.
void judge_trimmed(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      const nlohmann::json& body = about.request_body(response);
      if (!body.is_object() || !body.contains("error_detail") || !body["error_detail"].is_object()) continue;
      out.evaluated("RBC-5");
      const std::size_t size = body["error_detail"].value("message", "").size();
      if (size > 1024)
        out.fail("RBC-5", about.connections[response.connection].from, "a message of at most 1 KiB",
                 std::to_string(size) + " bytes", {response.sent.value_or(0), response.request});
    }
  }
}

constexpr std::string_view read_ids[] = {"RBC-4"};
constexpr std::string_view map_ids[] = {"RBC-1", "RBC-2"};
constexpr std::string_view trim_ids[] = {"RBC-5"};
constexpr requirement_check rbac_table[] = {{"reads-only", read_ids, judge_reads_only},
                                            {"denials", map_ids, judge_mapping},
                                            {"trimmed-messages", trim_ids, judge_trimmed}};

}  // namespace

std::span<const requirement_check> rbac_checks() { return rbac_table; }

}  // namespace kitfox::conformance
