// RSP-*: how answers travel back.
#include <algorithm>

#include "conformance/judge/answer_owed.hpp"
#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::string_view closed_list[] = {"denied",    "not_found",   "invalid",   "unknown_command",
                                            "busy",      "expired",     "cancelled", "timeout",
                                            "too_large", "unavailable", "internal"};

bool on_list(std::string_view code) {
  return std::find(std::begin(closed_list), std::end(closed_list), code) != std::end(closed_list);
}

const std::string& sender(const evidence& about, const exchange& one) {
  return about.connections[one.connection].from;
}

/// RSP-6: failures carry a code of the closed list.
void judge_codes(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    for (const std::size_t index : one.responses) {
      const nlohmann::json& body = about.request_body(about.exchanges[index]);
      if (!body.is_object() || body.value("ok", true) || sender(about, about.exchanges[index]) == "caller")
        continue;
      out.evaluated("RSP-6", 1, requirement_role::agent);
      const std::string code = body.contains("error_code") && body["error_code"].is_string()
                                   ? body["error_code"].get<std::string>()
                                   : "";
      if (!on_list(code))
        out.fail("RSP-6", sender(about, about.exchanges[index]), "an error_code of the closed list",
                 "\"" + code + "\"",
                 {about.exchanges[index].sent.value_or(0), about.exchanges[index].request},
                 requirement_role::agent);
    }
  }
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.ended->status != 200 || call.begun->name == "send") continue;
    const nlohmann::json& body = about.body_of(*call.ended);
    if (!body.is_object() || body.value("ok", true)) continue;
    out.evaluated("RSP-6", 1, requirement_role::gateway);
    const std::string code = body.contains("error_code") && body["error_code"].is_string()
                                 ? body["error_code"].get<std::string>()
                                 : "";
    if (!on_list(code))
      out.fail("RSP-6", "gateway", "an error_code of the closed list in the caller's answer",
               "\"" + code + "\"", *call.ended, requirement_role::gateway);
  }
}

/// RSP-8: whatever an agent is asked, it answers.
void judge_all_answered(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    const auto time = time_of(one);
    if (!time || one.delivered.empty()) continue;
    const instant from = one.delivered.front().t;
    const bool answered = std::ranges::any_of(
        one.responses, [&](std::size_t index) { return sender(about, about.exchanges[index]) != "caller"; });
    if (answered) out.evaluated("RSP-8");
    if (answered || from + *time + answering_max > about.end) continue;
    const auto silent = silent_agent(about, one, from + *time + answering_max);
    if (!silent) continue;
    out.evaluated("RSP-8");
    out.fail("RSP-8", *silent, "an answer to " + one.name + " (" + id + ") by its deadline",
             "none " + print_span(answering_max) + " after it", from);
  }
}

/// RSP-1: an answer that did not get through is sent again, with a pause, until the deadline.
void judge_retries(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty() || one.responses.empty()) continue;
    const exchange& first = about.exchanges[one.responses.front()];
    const std::string& agent = sender(about, first);
    if (agent == "caller" || !first.sent) continue;
    const bool failed = first.status == 0 || first.status >= 500 || first.status == 429;
    if (!failed) continue;
    double timeout = 30;
    if (one.message.is_object()) timeout = one.message.value("timeout", 30.0);
    const instant deadline = one.delivered.front().t + seconds(timeout);
    instant alive_until = about.end;
    for (const process& p : about.processes) {
      if (p.node == agent && p.alive_at(*first.sent))
        alive_until = std::min(p.exited.value_or(about.end), p.killed.value_or(about.end));
    }
    const instant failed_at = first.received.value_or(
        about.connections[first.connection].over_for_client().value_or(*first.sent + seconds(10)));
    bool delivered = false;
    for (std::size_t i = 1; i < one.responses.size(); ++i) {
      const int status = about.exchanges[one.responses[i]].status;
      delivered = delivered || (status != 0 && status < 500 && status != 429);
    }
    // Two more tries fit into 15 s of the reference schedule; with less time left there is nothing to demand.
    const bool time_left = deadline - failed_at >= seconds(15) && alive_until >= failed_at + seconds(15);
    if (!time_left && !delivered) continue;
    out.evaluated("RSP-1");
    if (!delivered && one.responses.size() < 3) {
      // Dials that failed count as tries as well: they show as connections without a request.
      std::size_t dials = 0;
      for (const connection& on : about.connections) {
        if (on.from == agent && on.to == "gateway" && on.exchanges.empty() && on.dialled_at > *first.sent &&
            on.dialled_at < deadline)
          ++dials;
      }
      if (one.responses.size() + dials < 3) {
        out.fail("RSP-1", agent, "the answer to " + id + " sent at least three times",
                 std::to_string(one.responses.size() + dials) + " tries", failed_at);
      }
    }
  }
}

/// That it was sent to others as well is RTE-1's matter.
bool was_sent_to(const evidence& about, const command& one, const std::string& cluster) {
  return std::any_of(one.sent_on.begin(), one.sent_on.end(),
                     [&](std::size_t stream) { return about.streams[stream].cluster == cluster; });
}

/// What is wrong with a request comes before whose command it is about.
bool refused_for_itself(int status) {
  return status == 400 || status == 413 || status == 429 || status == 503;
}

/// RSP-2: the right cluster's first answer, after its time.
void judge_late_answer(const command& one, const exchange& response, findings& out) {
  constexpr instant late_min = seconds(0.5), remembered_min = seconds(60);
  const auto time = time_of(one);
  if (!time) return;
  const instant deadline = one.sent.front().t + *time;
  if (!response.arrived || *response.arrived < deadline + late_min) return;
  out.evaluated("RSP-2");
  const int status = response.status_sent;
  const bool forgotten = status == 404 && *response.arrived > deadline + remembered_min;
  if (status != 410 && !forgotten && !refused_for_itself(status))
    out.fail("RSP-2", "gateway",
             "410 to an answer " + print_span(*response.arrived - deadline) + " after its deadline",
             "HTTP " + std::to_string(status), {*response.answered, response.answer});
}

/// RSP-2, RSP-3: duplicates are taken and ignored, foreign and unknown ids are not found.
void judge_acceptance(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    bool accepted = false;
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      if (!response.answered) continue;
      const int status = response.status_sent;
      const instant t = *response.answered;
      if (one.sent.empty()) {
        if (response.wrong_secret || response.key.empty()) continue;
        out.evaluated("RSP-2");
        if (status != 404 && !refused_for_itself(status))
          out.fail("RSP-2", "gateway", "404 to a response for the unknown id " + id,
                   "HTTP " + std::to_string(status), t);
        continue;
      }
      const auto key = about.keys.find(response.key);
      if (key == about.keys.end()) continue;
      if (key->second.cluster != one.cluster) {
        if (was_sent_to(about, one, key->second.cluster)) continue;
        out.evaluated("RSP-3");
        if (status != 404 && !refused_for_itself(status))
          out.fail(
              "RSP-3", "gateway",
              "404 to a response from cluster " + key->second.cluster + " for a command of " + one.cluster,
              "HTTP " + std::to_string(status), t);
        continue;
      }
      if (!accepted) judge_late_answer(one, response, out);
      if (status == 200 && accepted) out.evaluated("RSP-2");
      if (accepted && (status == 404 || status >= 500)) {
        out.evaluated("RSP-2");
        out.fail("RSP-2", "gateway", "200 to a duplicate response", "HTTP " + std::to_string(status), t);
      }
      accepted = accepted || status == 200;
    }
  }
}

/// RSP-5: bodies stay within the limit. Whether a result was cut short, and says so, a scenario knows.
void judge_size(const evidence& about, findings& out) {
  const std::uint64_t limit = about.facts().value("body_bytes_max", std::uint64_t{1024 * 1024});
  for (const auto& [id, one] : about.commands) {
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      if (response.request == nullptr || sender(about, response) == "caller") continue;
      const nlohmann::json& more = response.request->more;
      const std::uint64_t bytes = more.is_object()
                                      ? more.value("body_bytes", std::uint64_t{response.request->text.size()})
                                      : response.request->text.size();
      if (bytes < limit / 2) continue;
      out.evaluated("RSP-5", 1, requirement_role::agent);
      if (bytes > limit)
        out.fail("RSP-5", sender(about, response),
                 "a response of at most " + std::to_string(limit) + " bytes", std::to_string(bytes),
                 {response.sent.value_or(0), response.request});
    }
  }
}

/// What the caller is told is what the agent answered.
void judge_results_kept(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.ended->status != 200 || call.begun->name == "send") continue;
    if (call.ended->facts().value("narrowed", false)) continue;  // the harness left only what was asked about
    const nlohmann::json& answer = about.body_of(*call.ended);
    if (!answer.is_object() || !answer.value("ok", false) || !answer.contains("request_id") ||
        !answer["request_id"].is_string())
      continue;
    const auto found = about.commands.find(answer["request_id"].get<std::string>());
    if (found == about.commands.end()) continue;
    for (const std::size_t index : found->second.responses) {
      const exchange& response = about.exchanges[index];
      const nlohmann::json& body = about.request_body(response);
      if (!body.is_object() || !body.contains("result")) continue;
      if (sender(about, response) == "caller" || response.status_sent != 200)
        continue;  // a stranger's, or not taken
      out.evaluated("RTE-1");
      if (body["result"] != answer.value("result", nlohmann::json{})) {
        out.fail("RTE-1", "call " + call.begun->id, "the result that the agent sent for " + found->first,
                 "another", *call.ended);
      }
      break;
    }
  }
}

constexpr std::string_view code_ids[] = {"RSP-6"};
constexpr std::string_view retry_ids[] = {"RSP-1"};
constexpr std::string_view accept_ids[] = {"RSP-2", "RSP-3"};
constexpr std::string_view size_ids[] = {"RSP-5"};
constexpr std::string_view kept_ids[] = {"RTE-1"};
constexpr std::string_view all_ids[] = {"RSP-8"};
constexpr requirement_check response_table[] = {{"error-codes", code_ids, judge_codes},
                                                {"response-retries", retry_ids, judge_retries},
                                                {"response-acceptance", accept_ids, judge_acceptance},
                                                {"response-size", size_ids, judge_size},
                                                {"results-kept", kept_ids, judge_results_kept},
                                                {"all-answered", all_ids, judge_all_answered}};

}  // namespace

std::span<const requirement_check> response_checks() { return response_table; }

}  // namespace kitfox::conformance
