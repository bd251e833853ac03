// Which commands reach agents, and how callers are answered.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/answer_owed.hpp"
#include "conformance/judge/expect/checks.hpp"
#include "conformance/judge/expectations.hpp"

namespace kitfox::conformance {
namespace {

const std::string& node_of_stream(const evidence& about, std::size_t stream) {
  return about.connections[about.streams[stream].connection].from;
}

/// The request id that the answer of a call names; empty when it names none.
std::string id_of_answer(const evidence& about, const caller_call& call) {
  if (call.ended == nullptr) return {};
  const nlohmann::json& answer = about.body_of(*call.ended);
  if (!answer.is_object() || !answer.contains("request_id") || !answer["request_id"].is_string()) return {};
  return answer["request_id"].get<std::string>();
}

/// The commands that one step asked for. A call whose answer names no id is taken to be behind whatever
/// command of its name went to its cluster while it waited.
std::set<std::string> commands_of_step(const check_scope& scope, std::size_t step) {
  std::set<std::string> out, of_others;
  for (const caller_call& call : scope.about().calls) {
    if (const std::string id = id_of_answer(scope.about(), call); !id.empty()) of_others.insert(id);
  }
  for (const caller_call* call : calls_of_step(scope.view(), step)) {
    if (const std::string id = id_of_answer(scope.about(), *call); !id.empty()) {
      out.insert(id);
      continue;
    }
    const instant until = call->ended != nullptr ? call->ended->t : scope.about().end;
    for (const auto& [id, command] : scope.about().commands) {
      const bool meanwhile = !command.sent.empty() && command.sent.front().t >= call->begun->t &&
                             command.sent.front().t <= until;
      if (meanwhile && command.name == call->command && command.cluster == call->cluster &&
          !of_others.contains(id))
        out.insert(id);
    }
  }
  return out;
}

/// What the other side than the one at stake did to one of the calls; empty: nothing.
std::string fault_among(const std::vector<const caller_call*>& calls, const check_scope& scope,
                        std::string_view outcome) {
  const requirement_role side = side_at_stake(scope.view().what(), scope.requirement());
  if (side == requirement_role::gateway && outcome != "ok") return {};
  for (const caller_call* call : calls) {
    if (outcome_of(scope.about(), *call) == "ok") continue;
    if (std::string fault = fault_of_the_other(scope.about(), *call, side); !fault.empty())
      return "call " + call->begun->id + ": " + fault;
  }
  return {};
}

finding_place place_of(const caller_call& call) { return call.ended != nullptr ? *call.ended : *call.begun; }

}  // namespace

void judge(const no_command_delivered_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window || scope.nodes_of(what.agents).empty()) return;
  for (const auto& [id, command] : scope.about().commands) {
    for (std::size_t i = 0; i < command.delivered.size(); ++i) {
      const std::string& node = node_of_stream(scope.about(), command.delivered_on[i]);
      if (window->holds(command.delivered[i].t) && scope.view().contains(what.agents, node))
        scope.fail(node, "no command delivered", command.name + " " + id, command.delivered[i]);
    }
  }
}

void judge(const delivered_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window || scope.nodes_of(what.agents).empty()) return;
  std::set<std::string> wanted;
  if (what.of) {
    if (calls_of_step(scope.view(), *what.of).empty())
      return scope.unclear("calls of the step that the check names", "none were made");
    wanted = commands_of_step(scope, *what.of);
  }
  std::vector<finding_place> seen;
  for (const auto& [id, command] : scope.about().commands) {
    if (what.of && !wanted.contains(id)) continue;
    if (!what.command.empty() && command.name != what.command) continue;
    for (std::size_t i = 0; i < command.delivered.size(); ++i) {
      if (window->holds(command.delivered[i].t) &&
          scope.view().contains(what.agents, node_of_stream(scope.about(), command.delivered_on[i])))
        seen.emplace_back(command.delivered[i]);
    }
  }
  scope.judge_count(what.count, std::move(seen), "deliveries", window->until);
}

void judge(const outcomes_check& what, check_scope& scope) {
  const auto calls = calls_of_step(scope.view(), what.of);
  if (calls.empty()) return scope.unclear("calls of the step that the check names", "none were made");
  std::map<std::string, std::vector<const caller_call*>> by_outcome;
  for (const caller_call* call : calls) {
    by_outcome[outcome_of(scope.about(), *call)].push_back(call);
    const instant took = (call->ended != nullptr ? call->ended->t : scope.view().end()) - call->begun->t;
    if (what.each_within && took > what.each_within->count()) {
      scope.too_late("call " + call->begun->id, "an answer within " + print_span(what.each_within->count()),
                     "after " + print_span(took), place_of(*call), took - what.each_within->count());
    }
  }
  std::string seen;
  for (const auto& [outcome, those] : by_outcome)
    seen += fmt::format("{}{} {}", seen.empty() ? "" : ", ", those.size(), outcome);
  const auto judge_outcome = [&](const std::string& outcome, const count_bound& bound) {
    const auto& those = by_outcome[outcome];
    if (bound.empty() || bound.holds(those.size())) return;
    // The first one too many; where there are too few, the first that came to something else.
    const std::uint64_t most = bound.exactly ? *bound.exactly : bound.at_most.value_or(those.size());
    const auto other = std::ranges::find_if(
        calls, [&](const caller_call* call) { return outcome_of(scope.about(), *call) != outcome; });
    const finding_place at = those.size() > most    ? place_of(*those[most])
                             : other != calls.end() ? place_of(**other)
                                                    : finding_place{scope.view().end()};
    if (const std::string fault = fault_among(calls, scope, outcome); !fault.empty())
      return scope.unclear(describe(bound) + " " + outcome, fault, at);
    scope.fail("the calls", describe(bound) + " " + outcome, seen, at);
  };
  judge_outcome("ok", what.ok);
  for (const auto& [code, bound] : what.error_codes) judge_outcome(code, bound);
}

}  // namespace kitfox::conformance
