// Whether streams are open, how long they live, who ends them.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/expect/checks.hpp"

namespace kitfox::conformance {
namespace {

/// When the node must have its stream from: the opening of a window that the scenario names, unless the node
/// first came to be inside of it; else its first connection.
std::optional<instant> demanded_from(const check_scope& scope, const connected_check& what,
                                     const std::string& node, const span_of_time& window) {
  if (!what.window.after) return std::nullopt;
  const auto& processes = scope.about().processes;
  const bool was_there = std::any_of(processes.begin(), processes.end(), [&](const process& one) {
    return one.node == node && one.started < window.from;
  });
  return was_there ? std::optional{window.from} : std::nullopt;
}

void judge_throughout(const connected_check& what, check_scope& scope, const std::string& node,
                      const span_of_time& window) {
  std::optional<instant> covered = demanded_from(scope, what, node, window);
  bool any = false;
  for (const span_of_time& span : scope.view().connected_spans(node)) {
    if (span.until <= window.from || span.from >= window.until) continue;
    any = true;
    if (!covered) covered = std::max(span.from, window.from);
    if (span.from > *covered) break;
    covered = std::max(*covered, span.until);
  }
  if (!any)
    scope.fail(node, "connected throughout", "never connected in the window", window.from);
  else if (*covered < window.until)
    scope.fail(node, "connected throughout",
               *covered == window.from ? "not connected when the window opened" : "its stream ended",
               *covered);
}

}  // namespace

void judge(const connected_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  for (const std::string& node : scope.nodes_of(what.agents)) {
    if (what.at == connected_check::when::throughout) {
      judge_throughout(what, scope, node, *window);
      continue;
    }
    const auto spans = scope.view().connected_spans(node);
    const bool up = std::any_of(spans.begin(), spans.end(), [&](const span_of_time& s) {
      return s.from <= window->until && s.until >= window->until;
    });
    if (!up) scope.fail(node, "connected at the end of the window", "not connected", window->until);
  }
}

void judge(const disconnected_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  for (const std::string& node : scope.nodes_of(what.agents)) {
    for (const span_of_time& span : scope.view().connected_spans(node)) {
      if (span.from >= window->until || span.until <= window->from) continue;
      if (span.from >= window->from)
        scope.fail(node, "no open stream", "connected", span.from);
      else
        scope.too_late(node, "no open stream", "still connected", window->from,
                       std::min(span.until, window->until) - window->from);
    }
  }
}

void judge(const stream_age_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  bool any = false;
  for (const stream& one : scope.about().streams) {
    const connection& on = scope.about().connections[one.connection];
    if (!one.connected_sent || !window->holds(*one.connected_sent) ||
        !scope.view().contains(what.agents, on.from))
      continue;
    const bool by_gateway =
        on.ended_by_server && (!on.ended_by_client || *on.ended_by_server <= *on.ended_by_client);
    const instant age = (by_gateway ? *on.ended_by_server : window->until) - *one.connected_sent;
    any = any || by_gateway || (what.at_most && age > what.at_most->count());
    if (what.at_most && age > what.at_most->count()) {
      scope.too_late(on.from, "a stream ended by the gateway within " + print_span(what.at_most->count()),
                     by_gateway ? print_span(age) : "still open",
                     {by_gateway ? *on.ended_by_server : window->until, on}, age - what.at_most->count());
    }
    if (what.at_least && by_gateway && age < what.at_least->count()) {
      scope.fail(on.from, "a stream of at least " + print_span(what.at_least->count()), print_span(age),
                 {*on.ended_by_server, on});
    }
  }
  if (!any) scope.unclear("a stream old enough to judge", "none in the window");
}

void judge(const silence_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  bool any = false;
  for (const stream& one : scope.about().streams) {
    const connection& on = scope.about().connections[one.connection];
    if (!one.connected || !scope.view().contains(what.agents, on.from)) continue;
    for (const record* quiet : one.quiet_delivered) {
      if (!window->holds(quiet->last)) continue;
      any = true;
      if (quiet->gap_max <= what.at_most.count()) continue;
      scope.too_late(on.from, "bytes at least every " + print_span(what.at_most.count()),
                     "a gap of " + print_span(quiet->gap_max), {quiet->last, quiet},
                     quiet->gap_max - what.at_most.count());
    }
  }
  if (!any) scope.unclear("heartbeats on an open stream", "none in the window");
}

void judge(const closed_check& what, check_scope& scope) {
  const auto from = scope.moment_of(what.after);
  if (!from) return;
  bool any = false;
  for (const stream& one : scope.about().streams) {
    const connection& on = scope.about().connections[one.connection];
    if (!scope.view().contains(what.agents, on.from) || !one.connected || *one.connected > *from) continue;
    const auto over = what.side == closed_check::by::gateway ? one.over_at_gateway : one.over_at_agent;
    if (over && *over < *from) continue;
    any = true;
    const bool by_client =
        on.ended_by_client && (!on.ended_by_server || *on.ended_by_client < *on.ended_by_server);
    const instant took = over.value_or(scope.about().end + 1) - *from;
    if (!over && took <= what.within.count()) {
      scope.unclear("a run that lasts until " + print_span(*from + what.within.count()),
                    "it ended at " + print_span(scope.about().end));
    } else if (!over || took > what.within.count() + tolerance(scope.about())) {
      scope.too_late(on.from, "its stream closed within " + print_span(what.within.count()),
                     over ? "after " + print_span(took) : "still open",
                     {over.value_or(*from + what.within.count()), on}, took - what.within.count());
    } else if (what.not_before && took < what.not_before->count() - tolerance(scope.about())) {
      scope.fail(on.from, "its stream open for " + print_span(what.not_before->count()),
                 "closed after " + print_span(took), {*over, on});
    } else if ((what.side == closed_check::by::agent) != by_client &&
               what.side != closed_check::by::anybody) {
      scope.fail(on.from,
                 what.side == closed_check::by::agent ? "closed by the agent" : "closed by the gateway",
                 fmt::format("closed by the {}", by_client ? "agent" : "gateway"), {*over, on});
    }
  }
  if (!any) scope.unclear("an open stream", "none at that moment");
}

}  // namespace kitfox::conformance
