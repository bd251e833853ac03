// What processes do: end, say something, be ready.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "conformance/judge/expect/checks.hpp"
#include "conformance/scenario/match_json.hpp"

namespace kitfox::conformance {

void judge(const exit_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  const auto processes = scope.processes_of(what.nodes);
  bool judged = processes.empty();  // said already
  std::set<std::string> nodes;
  for (const process* one : processes) {
    // The life that the window opens in, else the first that begins in it; not what came after that one.
    const bool over_before = one->exited && *one->exited < window->from;
    if (over_before || one->started >= window->until || !nodes.insert(one->node).second) continue;
    judged = true;
    const instant span = what.within ? what.within->count() : window->until - window->from;
    const instant took = one->exited.value_or(window->until) - window->from;
    const bool ended = one->exited && *one->exited < window->until;
    if (!ended || took > span) {
      const bool watched = window->until - window->from > span || !what.within;
      if (!ended && !watched)
        scope.unclear("a run that lasts until " + print_span(window->from + span),
                      "it ended at " + print_span(window->until));
      else
        scope.too_late(one->node, "exit within " + print_span(span),
                       ended ? "after " + print_span(took) : "still running", window->from + span,
                       ended ? took - span : std::numeric_limits<instant>::max());
    } else if (what.code ? one->exit_code != *what.code : one->exit_code == 0) {
      scope.fail(one->node, what.code ? fmt::format("exit code {}", *what.code) : "a non-zero exit code",
                 fmt::format("{}", one->exit_code), *one->exited);
    }
  }
  if (!judged) scope.unclear("a process that runs in the window", "none did");
}

void judge(const exits_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  std::vector<finding_place> seen;
  for (const process* one : scope.processes_of(what.nodes)) {
    if (one->exited && window->holds(*one->exited)) seen.emplace_back(*one->exited, one->node);
  }
  scope.judge_count(what.count, std::move(seen), "exits", window->until);
}

void judge(const log_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  std::map<std::string, std::vector<finding_place>> by_node;
  for (const process* one : scope.processes_of(what.nodes)) by_node.try_emplace(one->node);
  for (const record* line : scope.about().logs) {
    const auto node = by_node.find(line->node);
    if (node == by_node.end() || line->name != what.event || !window->holds(line->t)) continue;
    const bool fits = std::all_of(what.fields.begin(), what.fields.end(), [&](const auto& field) {
      return line->more.contains(field.first) && !match_json(field.second, line->more[field.first]);
    });
    if (fits) node->second.emplace_back(*line);
  }
  const count_bound bound = what.count.empty() ? count_bound{{}, 1, {}} : what.count;
  for (auto& [node, seen] : by_node)
    scope.judge_count(bound, std::move(seen), ("log lines " + what.event).c_str(), window->until, node);
}

void judge(const ready_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  for (const process* one : scope.processes_of(what.agents)) {
    bool ready = false;
    instant since = one->started;
    const auto judge_until = [&](instant until) {
      const instant from = std::max(since, window->from), to = std::min(until, window->until);
      if (ready == what.is || to - from <= what.grace.count()) return;
      scope.too_late(one->node, what.is ? "ready" : "not ready",
                     (ready ? "ready for " : "not ready for ") + print_span(to - from), from,
                     to - from - what.grace.count());
    };
    for (const record* line : one->logs) {
      if (line->name != "readiness") continue;
      judge_until(line->t);
      ready = line->facts().value("ready", false);
      since = line->t;
    }
    judge_until(std::min(one->exited.value_or(scope.view().end()), scope.view().end()));
  }
}

}  // namespace kitfox::conformance
