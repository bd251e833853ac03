// How agents come back: when they dial, how long they wait, how many come at once.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/judge/attempts.hpp"
#include "conformance/judge/expect/checks.hpp"
#include "conformance/judge/fullest_window.hpp"
#include "conformance/judge/uniformity.hpp"

namespace kitfox::conformance {
namespace {

/// What one wait is held against: the envelope that the scenario states, with the spread after a session that
/// the agent declares.
instant ceiling_of(const backoff_check::bounds& bounds, const check_scope& scope,
                   const wait_before_retry& wait) {
  const double grown =
      static_cast<double>(bounds.initial.count()) * std::pow(bounds.factor, wait.consecutive);
  const instant envelope = static_cast<instant>(std::min(grown, static_cast<double>(bounds.cap.count())));
  return wait.after_session ? std::max(envelope, session_spread(scope.about())) : envelope;
}

/// The dial that ends a wait.
finding_place dial_of(const check_scope& scope, const attempt& tried) {
  return {tried.dialled, scope.about().connections[tried.connection].dialled};
}

void judge_wait(const backoff_check& what, check_scope& scope, const std::string& node,
                const wait_before_retry& wait, const finding_place& dial) {
  const auto at_most = [&](const char* which, instant bound) {
    if (wait.delay > bound)
      scope.too_late(node, fmt::format("{} of at most {}", which, print_span(bound)), print_span(wait.delay),
                     dial, wait.delay - bound);
  };
  if (what.each_at_least && wait.delay < what.each_at_least->count()) {
    scope.fail(node, "a wait of at least " + print_span(what.each_at_least->count()), print_span(wait.delay),
               dial);
  }
  if (what.each_at_most) at_most("a wait", what.each_at_most->count());
  if (what.first_at_most && wait.consecutive == 0) at_most("a first wait", what.first_at_most->count());
  if (what.envelope && !wait.asked_for)
    at_most(fmt::format("wait {}", wait.consecutive + 1).c_str(), ceiling_of(*what.envelope, scope, wait));
}

void judge_uniform(const backoff_check& what, check_scope& scope, const std::vector<double>& scaled,
                   const finding_place& shortest) {
  if (!what.uniform) return;
  if (scaled.size() < uniform_count_min)
    return scope.unclear(fmt::format("{} delays to judge their spread by", uniform_count_min),
                         fmt::format("{}", scaled.size()));
  const double distance = distance_from_uniform(scaled), bound = uniform_distance_max(scaled.size());
  if (distance > bound)
    scope.fail("all agents",
               fmt::format("{} delays spread uniformly over their envelope: a Kolmogorov-Smirnov distance of "
                           "at most {:.3f}",
                           scaled.size(), bound),
               fmt::format("a distance of {:.3f}", distance), shortest);
}

}  // namespace

void judge(const dials_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  std::vector<finding_place> all;
  for (const process* agent : scope.processes_of(what.agents)) {
    std::vector<finding_place> dials;
    for (const attempt& dialled : attempts_of(scope.about(), *agent)) {
      if (window->holds(dialled.dialled)) dials.push_back(dial_of(scope, dialled));
    }
    all.insert(all.end(), dials.begin(), dials.end());
    if (!what.per_process_at_most) continue;
    const event_rate& rate = *what.per_process_at_most;
    // Half of its time is the least in which a rate that is far exceeded shows.
    if (window->until - window->from < rate.per.count() / 2)
      scope.unclear(fmt::format("a window of at least {}", print_span(rate.per.count() / 2)),
                    "one of " + print_span(window->until - window->from));
    for (std::size_t i = rate.count; i < dials.size(); ++i) {
      const instant apart = dials[i].t - dials[i - rate.count].t;
      if (apart >= rate.per.count() - tolerance(scope.about())) continue;
      scope.fail(agent->node, fmt::format("at most {} dials in {}", rate.count, print_span(rate.per.count())),
                 fmt::format("{} within {}", rate.count + 1, print_span(apart)), dials[i]);
      break;
    }
  }
  scope.judge_count(what.count, std::move(all), "dials", window->until);
}

void judge(const reconnects_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  for (const std::string& node : scope.nodes_of(what.agents)) {
    std::vector<finding_place> streams;
    bool before = false;
    for (const span_of_time& span : scope.view().connected_spans(node)) {
      if (span.from < window->from)
        before = true;
      else if (window->holds(span.from))
        streams.emplace_back(span.from, node);
    }
    if (!before && !streams.empty()) streams.erase(streams.begin());
    scope.judge_count(what.count, std::move(streams), "reconnects", window->until, node);
  }
}

void judge(const back_within_check& what, check_scope& scope) {
  const auto from = scope.moment_of(what.after);
  if (!from) return;
  for (const std::string& node : scope.nodes_of(what.agents)) {
    const auto spans = scope.view().connected_spans(node);
    const auto back =
        std::find_if(spans.begin(), spans.end(), [&](const span_of_time& s) { return s.until > *from; });
    const instant bound = *from + what.within.count();
    if (back != spans.end() && back->from <= bound) continue;
    if (back == spans.end() && scope.view().end() < bound) {
      scope.unclear("a run that lasts until " + print_span(bound),
                    "it ended at " + print_span(scope.view().end()));
      continue;
    }
    const bool never = back == spans.end();
    scope.too_late(node, "connected within " + print_span(what.within.count()),
                   never ? "never again" : "after " + print_span(back->from - *from),
                   never ? bound : back->from,
                   (never ? std::numeric_limits<instant>::max() : back->from) - bound);
  }
}

void judge(const backoff_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  std::vector<std::pair<instant, finding_place>> delays;
  std::vector<double> scaled;
  for (const process* agent : scope.processes_of(what.agents)) {
    const auto attempts = attempts_of(scope.about(), *agent);
    for (const wait_before_retry& wait : waits_of(scope.about(), attempts)) {
      if (!window->holds(wait.from)) continue;
      const finding_place dial = dial_of(scope, attempts[wait.before]);
      delays.emplace_back(wait.delay, dial);
      judge_wait(what, scope, agent->node, wait, dial);
      if (!what.envelope || wait.asked_for) continue;
      const double share =
          static_cast<double>(wait.delay) / static_cast<double>(ceiling_of(*what.envelope, scope, wait));
      scaled.push_back(std::clamp(share, 0.0, 1.0));
    }
  }
  if (delays.empty()) return scope.unclear("delays between attempts", "none in the window");
  // Of all together the shortest delay shows best what is wrong with them.
  std::ranges::stable_sort(delays, {}, &std::pair<instant, finding_place>::first);
  const finding_place& shortest = delays.front().second;
  judge_uniform(what, scope, scaled, shortest);
  const instant spread = delays.back().first - delays.front().first;
  const instant median = delays[delays.size() / 2].first;
  if (what.spread_at_least && spread < what.spread_at_least->count()) {
    scope.fail("all agents", "delays spread over " + print_span(what.spread_at_least->count()),
               print_span(spread), shortest);
  }
  if (what.median_at_least && median < what.median_at_least->count()) {
    scope.fail("all agents", "a median delay of " + print_span(what.median_at_least->count()),
               print_span(median), shortest);
  }
}

void judge(const peak_connects_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  std::vector<finding_place> dials;
  for (const process& one : scope.about().processes) {
    if (one.kind != "agent") continue;
    for (const attempt& tried : attempts_of(scope.about(), one)) {
      if (window->holds(tried.dialled)) dials.push_back(dial_of(scope, tried));
    }
  }
  if (dials.empty()) return scope.unclear("connects", "none in the window");
  std::ranges::stable_sort(dials, {}, &finding_place::t);
  std::vector<instant> times;
  for (const finding_place& one : dials) times.push_back(one.t);
  const fullest_window peak = find_fullest_window(std::move(times), what.per.count());
  if (peak.count > what.at_most) {
    scope.fail("the fleet",
               fmt::format("at most {} connects in {}", what.at_most, print_span(what.per.count())),
               fmt::format("{}", peak.count),
               *(std::ranges::lower_bound(dials, peak.begins, {}, &finding_place::t) +
                 static_cast<std::ptrdiff_t>(what.at_most)));
  }
}

}  // namespace kitfox::conformance
