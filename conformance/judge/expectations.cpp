// What a scenario demands of its own steps: states reached, answers given.
#include "conformance/judge/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/answer_owed.hpp"
#include "conformance/scenario/match_json.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::conformance {
namespace {

std::string subject_of(const step& one, std::size_t index) {
  return fmt::format("step {} ({}, {}:{})", index, one.name, one.where.file, one.where.line);
}

/// What a step asked for did not come: its requirement is broken. A step that is about none has left the case
/// without its situation.
void miss(const step& one, std::string subject, std::string expected, std::string actual, instant t,
          findings& out) {
  if (one.requirement.empty())
    out.unclear("", std::move(subject), std::move(expected), std::move(actual), t);
  else
    out.fail(one.requirement, std::move(subject), std::move(expected), std::move(actual), t);
}

void judge_step(const scenario_view& view, std::size_t index, const record& ended, findings& out) {
  const step& one = view.what().steps[index];
  if (!one.requirement.empty()) out.evaluated(one.requirement);
  if (ended.facts().value("ok", true)) return;
  const std::string why = ended.facts().value("why", "");
  if (ended.facts().value("not_fired", false)) {
    out.unclear(one.requirement, subject_of(one, index), "the event that the step waits for", why, ended.t);
    return;
  }
  miss(one, subject_of(one, index), one.verb_name + " to come to what it asks for", why, ended.t, out);
}

std::string outcome_of(const nlohmann::json& answer, const record& ended) {
  if (ended.status == 0)
    return "no answer: " + (ended.more.is_object() ? ended.facts().value("failure", "") : "");
  if (!answer.is_object()) return "HTTP " + std::to_string(ended.status);
  if (answer.value("ok", false)) return "ok";
  const auto code = answer.find("error_code");
  return code != answer.end() && code->is_string() ? code->get<std::string>() : "an error without a code";
}

void judge_time(const std::optional<duration>& within, const step& one, const std::string& subject,
                const caller_call& call, findings& out) {
  const instant took = call.ended->t - call.begun->t;
  if (!within || took <= within->count()) return;
  const std::string expected = "an answer within " + print_span(within->count());
  if (one.requirement.empty())
    out.unclear("", subject, expected, "after " + print_span(took), call.ended->t);
  else
    out.too_late(one.requirement, subject, expected, "after " + print_span(took), call.ended->t,
                 took - within->count());
}

/// The other side kept a call from what was expected of it: what that shows of this one is unclear. False: it
/// did not.
bool excuse(const scenario_view& view, const answer_expectation& expect, const step& one,
            const std::string& subject, const caller_call& call, findings& out) {
  const requirement_role side = side_at_stake(view.what(), one.requirement);
  const bool needs_the_agent = expect.ok.value_or(false) || !expect.result.empty();
  if (side == requirement_role::gateway && !needs_the_agent) return false;
  const std::string fault = fault_of_the_other(view.about(), call, side);
  if (fault.empty()) return false;
  out.unclear(one.requirement, subject, "an answer that shows whether it holds", fault, call.ended->t, side);
  return true;
}

void judge_answer(const scenario_view& view, const answer_expectation& expect, const step& one,
                  std::size_t index, const caller_call& call, findings& out) {
  const evidence& about = view.about();
  const std::string subject = subject_of(one, index) + ", call " + call.begun->id;
  if (call.ended == nullptr) {
    miss(one, subject, "an answer", "none by the end of the run", call.begun->t, out);
    return;
  }
  const record& ended = *call.ended;
  const nlohmann::json& answer = about.body_of(ended);
  const std::string outcome = outcome_of(answer, ended);
  const int status = expect.status.value_or(200);
  const bool as_demanded = ended.status == status && (!expect.ok || *expect.ok == (outcome == "ok"));
  if (!as_demanded && outcome != "ok" && excuse(view, expect, one, subject, call, out)) return;
  if (ended.status != status) {
    miss(one, subject, fmt::format("HTTP {}", status),
         ended.status == 0 ? outcome : fmt::format("HTTP {} {}", ended.status, ended.text.substr(0, 120)),
         ended.t, out);
    return;
  }
  if (expect.ok && *expect.ok != (outcome == "ok")) {
    miss(one, subject, *expect.ok ? "ok" : "an error", outcome, ended.t, out);
    return;
  }
  if (!expect.error_codes.empty() &&
      std::find(expect.error_codes.begin(), expect.error_codes.end(), outcome) == expect.error_codes.end()) {
    miss(one, subject, fmt::format("error_code {}", fmt::join(expect.error_codes, " or ")), outcome, ended.t,
         out);
    return;
  }
  const bool cut = answer.is_object() && answer.value("truncated", nlohmann::json{}) == true;
  if (expect.truncated && *expect.truncated != cut) {
    out.fail(
        one.requirement, subject, *expect.truncated ? "truncated: true" : "an answer that was not cut short",
        *expect.truncated ? "an answer that does not say that it was cut short" : "truncated: true", ended.t);
  }
  if (!expect.result.empty()) {
    const nlohmann::json result =
        answer.is_object() && answer.contains("result") ? answer["result"] : nlohmann::json{};
    if (const auto wrong = match_json(expect.result, result)) {
      miss(one, subject, "a result that matches " + expect.result.text, *wrong, ended.t, out);
    }
  }
  judge_time(expect.within, one, subject, call, out);
}

void judge_sent(const send_verb::expectation& expect, const step& one, std::size_t index,
                const caller_call& call, findings& out) {
  const std::string subject = subject_of(one, index) + ", request " + call.begun->id;
  if (call.ended == nullptr) {
    miss(one, subject, "an answer", "none by the end of the run", call.begun->t, out);
    return;
  }
  const record& ended = *call.ended;
  if (!expect.statuses.empty() &&
      std::find(expect.statuses.begin(), expect.statuses.end(), ended.status) == expect.statuses.end()) {
    miss(one, subject, fmt::format("HTTP {}", fmt::join(expect.statuses, " or ")),
         fmt::format("HTTP {} {}", ended.status, ended.text.substr(0, 120)), ended.t, out);
    return;
  }
  judge_time(expect.within, one, subject, call, out);
  const nlohmann::json headers = ended.more.is_object()
                                     ? ended.facts().value("headers", nlohmann::json::object())
                                     : nlohmann::json::object();
  for (const auto& [name, pattern] : expect.headers) {
    std::string value;
    for (const auto& [seen, text] : headers.items()) {
      if (runtime::same_letters(seen, name) && text.is_string()) value = text.get<std::string>();
    }
    if (!fits_regex(pattern, value))
      miss(one, subject, name + ": " + pattern, name + ": " + value, ended.t, out);
  }
  if (expect.json.empty()) return;
  const nlohmann::json body = nlohmann::json::parse(ended.text, nullptr, false);
  if (const auto wrong = match_json(expect.json, body.is_discarded() ? nlohmann::json{} : body)) {
    miss(one, subject, "a body that matches " + expect.json.text, *wrong, ended.t, out);
  }
}

}  // namespace

std::vector<const caller_call*> calls_of_step(const scenario_view& view, std::size_t index) {
  std::vector<const caller_call*> out;
  for (const caller_call& call : view.about().calls) {
    if (call.begun->more.is_object() && call.begun->facts().value("step", std::size_t{0}) == index)
      out.push_back(&call);
  }
  return out;
}

std::string outcome_of(const evidence& about, const caller_call& call) {
  if (call.ended == nullptr) return "no answer";
  return outcome_of(about.body_of(*call.ended), *call.ended);
}

void judge_expectations(const scenario_view& view, findings& out) {
  for (const record* one : view.about().steps) {
    const bool numbered = !one->id.empty() && one->id.find_first_not_of("0123456789") == std::string::npos;
    if (one->kind != record_kind::step_ended || !numbered) continue;
    const std::size_t index = std::stoul(one->id);
    if (index < view.what().steps.size()) judge_step(view, index, *one, out);
  }
  for (std::size_t i = 0; i < view.what().steps.size(); ++i) {
    const step& one = view.what().steps[i];
    for (const caller_call* call : calls_of_step(view, i)) {
      if (const auto* execute = std::get_if<execute_verb>(&one.action);
          execute != nullptr && execute->expect) {
        judge_answer(view, *execute->expect, one, i, *call, out);
      } else if (const auto* ask = std::get_if<ask_verb>(&one.action); ask != nullptr && ask->expect) {
        judge_answer(view, *ask->expect, one, i, *call, out);
      } else if (const auto* send = std::get_if<send_verb>(&one.action); send != nullptr && send->expect) {
        judge_sent(*send->expect, one, i, *call, out);
      }
    }
  }
}

}  // namespace kitfox::conformance
