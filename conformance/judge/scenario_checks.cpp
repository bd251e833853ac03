// The checks under `expect:`, one function each.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/judge/attempts.hpp"
#include "conformance/judge/expectations.hpp"
#include "conformance/scenario/match_json.hpp"
#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {
namespace {

std::string describe(const count_bound& bound) {
  std::string out;
  const auto add = [&](const char* word, std::uint64_t n) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", word, n);
  };
  if (bound.exactly) add("exactly", *bound.exactly);
  if (bound.at_least) add("at least", *bound.at_least);
  if (bound.at_most) add("at most", *bound.at_most);
  return out;
}

std::string_view without_prefix(std::string_view path) {
  constexpr std::string_view prefix = "/gateway";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

/// Judges one check of one scenario.
class checker {
 public:
  checker(const scenario_view& view, const check& one, findings& out) : view_{view}, one_{one}, out_{out} {}

  void operator()(const connected_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    for (const std::string& node : view_.nodes_of(what.agents)) {
      const auto spans = view_.connected_spans(node);
      if (what.at == connected_check::when::at_end) {
        const bool up = std::any_of(spans.begin(), spans.end(), [&](const span_of_time& s) {
          return s.from <= window->until && s.until >= window->until;
        });
        if (!up) fail(node, "connected at the end of the window", "not connected", window->until);
        continue;
      }
      instant covered = -1;
      for (const span_of_time& span : spans) {
        if (span.until <= window->from) continue;
        if (covered < 0) covered = std::max(span.from, window->from);
        if (span.from > covered && covered < window->until) break;
        covered = std::max(covered, span.until);
      }
      if (covered < 0)
        fail(node, "connected throughout", "never connected in the window", window->from);
      else if (covered < window->until)
        fail(node, "connected throughout", "its stream ended", covered);
    }
  }
  void operator()(const disconnected_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    for (const std::string& node : view_.nodes_of(what.agents)) {
      for (const span_of_time& span : view_.connected_spans(node)) {
        if (span.from >= window->until || span.until <= window->from + tolerance(view_.about())) continue;
        fail(node, "no open stream", "connected", std::max(span.from, window->from));
      }
    }
  }
  void operator()(const dials_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    std::uint64_t total = 0;
    for (const process& agent : view_.about().processes) {
      if (agent.kind != "agent" || !view_.contains(what.agents, agent.node)) continue;
      std::vector<instant> times;
      for (const attempt& dialled : attempts_of(view_.about(), agent)) {
        if (window->holds(dialled.dialled)) times.push_back(dialled.dialled);
      }
      total += times.size();
      if (!what.per_process_at_most) continue;
      const event_rate& rate = *what.per_process_at_most;
      for (std::size_t i = rate.count; i < times.size(); ++i) {
        if (times[i] - times[i - rate.count] >= rate.per.count() - tolerance(view_.about())) continue;
        fail(agent.node, fmt::format("at most {} dials in {}", rate.count, print_span(rate.per.count())),
             fmt::format("{} within {}", rate.count + 1, print_span(times[i] - times[i - rate.count])),
             times[i]);
        break;
      }
    }
    judge_count(what.count, total, "dials", window->until);
  }
  void operator()(const reconnects_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    for (const std::string& node : view_.nodes_of(what.agents)) {
      std::uint64_t streams = 0, before = 0;
      for (const span_of_time& span : view_.connected_spans(node)) {
        if (span.from < window->from)
          before = 1;
        else if (window->holds(span.from))
          ++streams;
      }
      const std::uint64_t again = before != 0 || streams == 0 ? streams : streams - 1;
      if (!what.count.holds(again))
        fail(node, describe(what.count) + " reconnects", fmt::format("{}", again), window->until);
    }
  }
  void operator()(const back_within_check& what) {
    const auto from = view_.time_of(what.after);
    if (!from) return unclear("the moment that the check starts from", "it never came");
    for (const std::string& node : view_.nodes_of(what.agents)) {
      const auto spans = view_.connected_spans(node);
      const auto back =
          std::find_if(spans.begin(), spans.end(), [&](const span_of_time& s) { return s.until > *from; });
      const instant bound = *from + what.within.count() + tolerance(view_.about());
      if (back != spans.end() && back->from <= bound) continue;
      if (back == spans.end() && view_.end() < bound) {
        unclear("a run that lasts until " + print_span(bound), "it ended at " + print_span(view_.end()));
        continue;
      }
      fail(node, "connected within " + print_span(what.within.count()),
           back == spans.end() ? "never again" : "after " + print_span(back->from - *from), *from);
    }
  }
  void operator()(const backoff_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    std::vector<instant> delays;
    for (const process& agent : view_.about().processes) {
      if (agent.kind != "agent" || !view_.contains(what.agents, agent.node)) continue;
      const auto attempts = attempts_of(view_.about(), agent);
      for (const wait_before_retry& wait : waits_of(view_.about(), attempts)) {
        if (!window->holds(wait.from)) continue;
        delays.push_back(wait.delay);
        judge_delay(what, agent.node, wait);
      }
    }
    if (delays.empty()) return unclear("delays between attempts", "none in the window");
    std::sort(delays.begin(), delays.end());
    const instant spread = delays.back() - delays.front();
    const instant median = delays[delays.size() / 2];
    if (what.spread_at_least && spread < what.spread_at_least->count()) {
      fail("all agents", "delays spread over " + print_span(what.spread_at_least->count()),
           print_span(spread), window->from);
    }
    if (what.median_at_least && median < what.median_at_least->count()) {
      fail("all agents", "a median delay of " + print_span(what.median_at_least->count()), print_span(median),
           window->from);
    }
  }
  void operator()(const peak_connects_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    std::vector<instant> times;
    for (const stream& one : view_.about().streams) {
      const instant t = view_.about().connections[one.connection].dialled_at;
      if (window->holds(t)) times.push_back(t);
    }
    std::sort(times.begin(), times.end());
    std::size_t low = 0, peak = 0;
    instant when = window->from;
    for (std::size_t i = 0; i < times.size(); ++i) {
      while (times[i] - times[low] >= what.per.count()) ++low;
      if (i - low + 1 > peak) {
        peak = i - low + 1;
        when = times[low];
      }
    }
    if (peak > what.at_most) {
      fail("the fleet", fmt::format("at most {} connects in {}", what.at_most, print_span(what.per.count())),
           fmt::format("{}", peak), when);
    }
  }
  void operator()(const no_command_delivered_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    for (const auto& [id, command] : view_.about().commands) {
      for (std::size_t i = 0; i < command.delivered.size(); ++i) {
        const std::string& node = node_of_stream(command.delivered_on[i]);
        if (window->holds(command.delivered[i].t) && view_.contains(what.agents, node)) {
          fail(node, "no command delivered", command.name + " " + id, command.delivered[i].t);
        }
      }
    }
  }
  void operator()(const delivered_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    std::uint64_t count = 0;
    for (const auto& [id, command] : view_.about().commands) {
      if (!what.command.empty() && command.name != what.command) continue;
      for (std::size_t i = 0; i < command.delivered.size(); ++i) {
        if (window->holds(command.delivered[i].t) &&
            view_.contains(what.agents, node_of_stream(command.delivered_on[i])))
          ++count;
      }
    }
    judge_count(what.count, count, "deliveries", window->until);
  }
  void operator()(const exit_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    bool any = false;
    for (const process& one : view_.about().processes) {
      if (!view_.contains(what.nodes, one.node)) continue;
      any = true;
      const bool ended = one.exited && window->holds(*one.exited);
      const instant bound =
          window->from + (what.within ? what.within->count() : window->until - window->from);
      if (!ended || *one.exited > bound + tolerance(view_.about())) {
        if (one.started < window->until && one.alive_at(window->from)) {
          fail(one.node, "exit within " + print_span(bound - window->from),
               ended ? "after " + print_span(*one.exited - window->from) : "still running", bound);
        }
      } else if (what.code ? one.exit_code != *what.code : one.exit_code == 0) {
        fail(one.node, what.code ? fmt::format("exit code {}", *what.code) : "a non-zero exit code",
             fmt::format("{}", one.exit_code), *one.exited);
      }
    }
    if (!any) unclear("a process of that name", "none ran");
  }
  void operator()(const exits_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    std::uint64_t count = 0;
    for (const process& one : view_.about().processes) {
      if (view_.contains(what.nodes, one.node) && one.exited && window->holds(*one.exited)) ++count;
    }
    judge_count(what.count, count, "exits", window->until);
  }
  void operator()(const log_check& what) {
    const auto window = open(what.window);
    if (!window) return;
    std::map<std::string, std::uint64_t> by_node;
    for (const process& one : view_.about().processes) {
      if (view_.contains(what.nodes, one.node)) by_node.try_emplace(one.node, 0);
    }
    for (const record* line : view_.about().logs) {
      const auto node = by_node.find(line->node);
      if (node == by_node.end() || line->name != what.event || !window->holds(line->t)) continue;
      const bool fits = std::all_of(what.fields.begin(), what.fields.end(), [&](const auto& field) {
        return line->more.contains(field.first) && !match_json(field.second, line->more[field.first]);
      });
      if (fits) ++node->second;
    }
    for (const auto& [node, count] : by_node) {
      const count_bound bound = what.count.empty() ? count_bound{{}, 1, {}} : what.count;
      if (!bound.holds(count))
        fail(node, describe(bound) + " log lines " + what.event, fmt::format("{}", count), window->until);
    }
  }
  void operator()(const kubernetes_calls_check& what);
  void operator()(const requests_check& what);
  void operator()(const stream_age_check& what);
  void operator()(const silence_check& what);
  void operator()(const closed_check& what);
  void operator()(const ready_check& what);
  void operator()(const outcomes_check& what);
  void operator()(const invariant_check&) {}  // judged in every run, by the requirement's own check

 private:
  std::optional<span_of_time> open(const check_window& window) {
    auto out = view_.window_of(window);
    if (!out) unclear("the window of the check", "it never opened: a step it refers to did not happen");
    return out;
  }
  void fail(std::string subject, std::string expected, std::string actual, instant t) {
    out_.fail(one_.requirement,
              std::move(subject) + " (" + one_.name + ", line " + std::to_string(one_.where.line) + ")",
              std::move(expected), std::move(actual), t);
  }
  void unclear(std::string expected, std::string actual) {
    out_.unclear(one_.requirement, one_.name + ", line " + std::to_string(one_.where.line),
                 std::move(expected), std::move(actual), view_.end());
  }
  void judge_count(const count_bound& bound, std::uint64_t count, const char* what, instant t) {
    if (!bound.empty() && !bound.holds(count))
      fail("all", describe(bound) + " " + what, fmt::format("{}", count), t);
  }
  void judge_delay(const backoff_check& what, const std::string& node, const wait_before_retry& wait) {
    const instant late = tolerance(view_.about());
    if (what.each_at_least && wait.delay < what.each_at_least->count()) {
      fail(node, "a wait of at least " + print_span(what.each_at_least->count()), print_span(wait.delay),
           wait.from);
    }
    if (what.each_at_most && wait.delay > what.each_at_most->count() + late) {
      fail(node, "a wait of at most " + print_span(what.each_at_most->count()), print_span(wait.delay),
           wait.from);
    }
    if (what.first_at_most && wait.consecutive == 0 && wait.delay > what.first_at_most->count() + late) {
      fail(node, "a first wait of at most " + print_span(what.first_at_most->count()), print_span(wait.delay),
           wait.from);
    }
  }
  const std::string& node_of_stream(std::size_t stream) const {
    return view_.about().connections[view_.about().streams[stream].connection].from;
  }

  const scenario_view& view_;
  const check& one_;
  findings& out_;
};

void checker::operator()(const kubernetes_calls_check& what) {
  const auto window = open(what.window);
  if (!window) return;
  const auto clusters = view_.labels_of(what.clusters);
  std::uint64_t count = 0;
  for (const exchange& one : view_.about().exchanges) {
    const connection& on = view_.about().connections[one.connection];
    if (on.to != "kubernetes" || !one.arrived || !window->holds(*one.arrived)) continue;
    if (!clusters.contains(on.from.substr(0, on.from.rfind('/')))) continue;
    if (what.status && one.status_sent != *what.status) continue;
    const std::string path{one.path()};
    if (!what.resource.empty() &&
        path.find("/" + what.resource.substr(0, what.resource.find('/'))) == std::string::npos)
      continue;
    if (!what.name_space.empty() && path.find("/namespaces/" + what.name_space + "/") == std::string::npos)
      continue;
    const bool reads = what.verb == "get" || what.verb == "list" || what.verb == "watch";
    if (!what.verb.empty() && reads != (one.method == "GET")) continue;
    ++count;
  }
  judge_count(what.count, count, "Kubernetes calls", window->until);
}

void checker::operator()(const requests_check& what) {
  const auto window = open(what.window);
  if (!window) return;
  std::uint64_t count = 0;
  for (const exchange& one : view_.about().exchanges) {
    const connection& on = view_.about().connections[one.connection];
    if (on.to != "gateway" || !view_.contains(what.agents, on.from)) continue;
    if (!window->holds(one.sent.value_or(one.arrived.value_or(-1)))) continue;
    if (!what.method.empty() && what.method != one.method) continue;
    if (!what.path.empty() && !fits_glob(what.path, without_prefix(one.path()))) continue;
    if (what.status && one.status != *what.status) continue;
    ++count;
  }
  judge_count(what.count, count, "requests", window->until);
}

void checker::operator()(const stream_age_check& what) {
  const auto window = open(what.window);
  if (!window) return;
  for (const stream& one : view_.about().streams) {
    const connection& on = view_.about().connections[one.connection];
    if (!one.connected_sent || !window->holds(*one.connected_sent) || !view_.contains(what.agents, on.from))
      continue;
    const bool by_gateway =
        on.ended_by_server && (!on.ended_by_client || *on.ended_by_server <= *on.ended_by_client);
    const instant age = (by_gateway ? *on.ended_by_server : window->until) - *one.connected_sent;
    if (what.at_most && age > what.at_most->count() + tolerance(view_.about())) {
      fail(on.from, "a stream ended by the gateway within " + print_span(what.at_most->count()),
           by_gateway ? print_span(age) : "still open", *one.connected_sent);
    }
    if (what.at_least && by_gateway && age < what.at_least->count()) {
      fail(on.from, "a stream of at least " + print_span(what.at_least->count()), print_span(age),
           *on.ended_by_server);
    }
  }
}

void checker::operator()(const silence_check& what) {
  const auto window = open(what.window);
  if (!window) return;
  for (const stream& one : view_.about().streams) {
    const connection& on = view_.about().connections[one.connection];
    if (!one.connected || !view_.contains(what.agents, on.from)) continue;
    for (const record* quiet : one.quiet_delivered) {
      if (quiet->gap_max > what.at_most.count() + tolerance(view_.about()) && window->holds(quiet->last)) {
        fail(on.from, "bytes at least every " + print_span(what.at_most.count()),
             "a gap of " + print_span(quiet->gap_max), quiet->last);
      }
    }
  }
}

void checker::operator()(const closed_check& what) {
  const auto from = view_.time_of(what.after);
  if (!from) return unclear("the moment that the check starts from", "it never came");
  bool any = false;
  for (const stream& one : view_.about().streams) {
    const connection& on = view_.about().connections[one.connection];
    if (!view_.contains(what.agents, on.from) || !one.connected || *one.connected > *from) continue;
    const auto over = what.side == closed_check::by::gateway ? one.over_at_gateway : one.over_at_agent;
    if (over && *over < *from) continue;
    any = true;
    const bool by_client =
        on.ended_by_client && (!on.ended_by_server || *on.ended_by_client < *on.ended_by_server);
    const char* who = by_client ? "agent" : "gateway";
    if (!over || *over > *from + what.within.count() + tolerance(view_.about())) {
      fail(on.from, "its stream closed within " + print_span(what.within.count()),
           over ? "after " + print_span(*over - *from) : "still open", *from);
    } else if (what.not_before && *over < *from + what.not_before->count() - tolerance(view_.about())) {
      fail(on.from, "its stream open for " + print_span(what.not_before->count()),
           "closed after " + print_span(*over - *from), *over);
    } else if ((what.side == closed_check::by::agent) != by_client &&
               what.side != closed_check::by::anybody) {
      fail(on.from, what.side == closed_check::by::agent ? "closed by the agent" : "closed by the gateway",
           fmt::format("closed by the {}", who), *over);
    }
  }
  if (!any) unclear("an open stream", "none at that moment");
}

void checker::operator()(const ready_check& what) {
  const auto window = open(what.window);
  if (!window) return;
  for (const process& one : view_.about().processes) {
    if (one.kind != "agent" || !view_.contains(what.agents, one.node)) continue;
    bool ready = false;
    instant since = one.started;
    const auto judge = [&](instant until) {
      const instant from = std::max(since, window->from), to = std::min(until, window->until);
      if (ready != what.is && to - from > what.grace.count() + tolerance(view_.about())) {
        fail(one.node, what.is ? "ready" : "not ready",
             ready ? "ready" : "not ready for " + print_span(to - from), from);
      }
    };
    for (const record* line : one.logs) {
      if (line->name != "readiness") continue;
      judge(line->t);
      ready = line->facts().value("ready", false);
      since = line->t;
    }
    judge(std::min(one.exited.value_or(view_.end()), view_.end()));
  }
}

void checker::operator()(const outcomes_check& what) {
  std::map<std::string, std::uint64_t> counts;
  for (const caller_call* call : calls_of_step(view_, what.of)) {
    ++counts[outcome_of(*call)];
    const instant took = (call->ended != nullptr ? call->ended->t : view_.end()) - call->begun->t;
    if (what.each_within && took > what.each_within->count() + tolerance(view_.about())) {
      fail("call " + call->begun->id, "an answer within " + print_span(what.each_within->count()),
           "after " + print_span(took), call->begun->t);
    }
  }
  std::string seen;
  for (const auto& [outcome, count] : counts)
    seen += fmt::format("{}{} {}", seen.empty() ? "" : ", ", count, outcome);
  const auto judge = [&](const std::string& outcome, const count_bound& bound) {
    if (!bound.empty() && !bound.holds(counts[outcome]))
      fail("the calls", describe(bound) + " " + outcome, seen, view_.end());
  };
  judge("ok", what.ok);
  for (const auto& [code, bound] : what.error_codes) judge(code, bound);
}

}  // namespace

void judge_scenario(const scenario_view& view, findings& out) {
  judge_expectations(view, out);
  for (const check& one : view.what().checks) {
    if (!one.requirement.empty() && !std::holds_alternative<invariant_check>(one.what))
      out.evaluated(one.requirement);
    std::visit(checker{view, one, out}, one.what);
  }
}

}  // namespace kitfox::conformance
