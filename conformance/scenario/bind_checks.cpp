#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

check_window window_of(const map_reader& map, const bind_context& context) {
  check_window window;
  const auto moment_at = [&](std::string_view key) -> std::optional<moment> {
    if (!map.has(key)) return std::nullopt;
    return context.steps->find_moment(*map.find(key), map.path_of(key), context.problems);
  };
  window.after = moment_at("after");
  window.until = moment_at("until");
  return window;
}

moment after_of(const map_reader& map, const bind_context& context) {
  return context.steps->find_moment(*map.find("after"), map.path_of("after"), context.problems);
}

count_bound needed_bounds(const map_reader& map) {
  const count_bound bounds = map.bounds();
  if (bounds.empty())
    map.problems().add(map.node().where, map.path(), "expected one of exactly, at_least, at_most");
  return bounds;
}

std::optional<int> status_of(const map_reader& map) {
  if (!map.has("status")) return std::nullopt;
  return static_cast<int>(map.count32_or("status", 0));
}

check_kind bind_connected(const map_reader& map, const bind_context& context) {
  connected_check made{context.names.agents_at(map, "agent"), window_of(map, context)};
  if (map.has("at_end")) made.at = connected_check::when::at_end;
  if (map.has("at_end") && map.has("throughout"))
    map.fail("at_end", "\"throughout\" and \"at_end\" exclude each other");
  return made;
}

check_kind bind_disconnected(const map_reader& map, const bind_context& context) {
  return disconnected_check{context.names.agents_at(map, "agent"), window_of(map, context)};
}

check_kind bind_dials(const map_reader& map, const bind_context& context) {
  dials_check made{context.names.agents_at(map, "agent"), window_of(map, context), map.bounds(), {}};
  if (!map.has("per_process_at_most")) {
    static_cast<void>(needed_bounds(map));
    return made;
  }
  made.per_process_at_most = parse_rate(map.text("per_process_at_most"));
  if (!made.per_process_at_most) map.fail("per_process_at_most", "a rate needs a time above 0s");
  return made;
}

check_kind bind_reconnects(const map_reader& map, const bind_context& context) {
  return reconnects_check{context.names.agents_at(map, "agent"), window_of(map, context), needed_bounds(map)};
}

check_kind bind_back_within(const map_reader& map, const bind_context& context) {
  return back_within_check{context.names.agents_at(map, "agent"), after_of(map, context),
                           map.span_or("within", {})};
}

check_kind bind_backoff(const map_reader& map, const bind_context& context) {
  backoff_check made;
  made.agents = context.names.agents_at(map, "agent");
  made.window = window_of(map, context);
  if (const yaml_node* const envelope = map.find("envelope"); envelope != nullptr) {
    const map_reader below{*envelope, map.path_of("envelope"), map.problems()};
    made.envelope = backoff_check::bounds{below.span_or("initial", {}), below.number("factor").value_or(2),
                                          below.span_or("cap", {})};
    if (made.envelope->cap < made.envelope->initial) below.fail("cap", "less than \"initial\"");
  }
  made.first_at_most = map.span("first_at_most");
  made.each_at_least = map.span("each_at_least");
  made.each_at_most = map.span("each_at_most");
  made.median_at_least = map.span("median_at_least");
  made.spread_at_least = map.span("spread_at_least");
  made.uniform = map.flag("uniform");
  if (made.each_at_least && made.each_at_most && *made.each_at_least > *made.each_at_most)
    map.fail("each_at_least", "more than each_at_most");
  if (made.uniform && !made.envelope) map.fail("uniform", "needs an \"envelope\" to scale the delays to");
  if (!made.envelope && !made.first_at_most && !made.each_at_least && !made.each_at_most &&
      !made.median_at_least && !made.spread_at_least)
    map.problems().add(map.node().where, map.path(), "nothing is demanded of the delays");
  return made;
}

check_kind bind_peak_connects(const map_reader& map, const bind_context& context) {
  return peak_connects_check{map.span_or("per", {}), map.count("at_most").value_or(0),
                             window_of(map, context)};
}

check_kind bind_no_command_delivered(const map_reader& map, const bind_context& context) {
  const cluster_set clusters = context.names.clusters_at(map, "cluster");
  return no_command_delivered_check{context.names.agents_of(clusters), window_of(map, context)};
}

check_kind bind_delivered(const map_reader& map, const bind_context& context) {
  delivered_check made;
  made.agents = context.names.agents_of(context.names.clusters_at(map, "cluster"));
  if (map.has("agent")) made.agents = context.names.agents_at(map, "agent");
  made.command = map.text("command");
  made.window = window_of(map, context);
  made.count = needed_bounds(map);
  if (map.has("of")) made.of = context.steps->find_step(*map.find("of"), map.path_of("of"), context.problems);
  return made;
}

check_kind bind_exit(const map_reader& map, const bind_context& context) {
  exit_check made;
  made.nodes = context.names.nodes_at(map, "node");
  if (map.text("code") != "nonzero") made.code = static_cast<int>(map.count32_or("code", 0));
  made.within = map.span("within");
  if (map.has("after")) made.window.after = after_of(map, context);
  return made;
}

check_kind bind_exits(const map_reader& map, const bind_context& context) {
  return exits_check{context.names.nodes_at(map, "node"), window_of(map, context), needed_bounds(map)};
}

check_kind bind_log(const map_reader& map, const bind_context& context) {
  log_check made;
  made.nodes = context.names.nodes_at(map, "node");
  made.event = map.text("event");
  made.window = window_of(map, context);
  made.count = map.bounds();
  if (const yaml_node* const fields = map.find("fields"); fields != nullptr) {
    const map_reader below{*fields, map.path_of("fields"), map.problems()};
    for (const yaml_member& one : fields->members)
      made.fields.emplace_back(one.key, bind_pattern(below, one.key));
  }
  return made;
}

check_kind bind_kubernetes_calls(const map_reader& map, const bind_context& context) {
  return kubernetes_calls_check{context.names.clusters_at(map, "cluster"),
                                map.text("verb"),
                                map.text("resource"),
                                map.text("namespace"),
                                status_of(map),
                                window_of(map, context),
                                needed_bounds(map)};
}

check_kind bind_requests(const map_reader& map, const bind_context& context) {
  return requests_check{context.names.agents_at(map, "agent"),
                        map.text("method"),
                        map.text("path"),
                        status_of(map),
                        window_of(map, context),
                        needed_bounds(map)};
}

check_kind bind_stream_age(const map_reader& map, const bind_context& context) {
  stream_age_check made{context.names.agents_at(map, "agent"), map.span("at_least"), map.span("at_most"),
                        window_of(map, context)};
  if (made.at_least && made.at_most && *made.at_least > *made.at_most)
    map.fail("at_least", "more than at_most");
  if (!made.at_least && !made.at_most)
    map.problems().add(map.node().where, map.path(), "expected one of at_least, at_most");
  return made;
}

check_kind bind_silence(const map_reader& map, const bind_context& context) {
  return silence_check{context.names.agents_at(map, "agent"), map.span_or("at_most", {}),
                       window_of(map, context)};
}

check_kind bind_closed(const map_reader& map, const bind_context& context) {
  using by = closed_check::by;
  constexpr by sides[] = {by::anybody, by::agent, by::gateway};
  closed_check made;
  made.agents = context.names.agents_at(map, "agent");
  made.side = sides[choice_of(map.text("by"), {"anybody", "agent", "gateway"})];
  made.after = after_of(map, context);
  made.not_before = map.span("not_before");
  made.within = map.span_or("within", {});
  if (made.not_before && *made.not_before >= made.within)
    map.fail("not_before", "must be less than \"within\"");
  return made;
}

check_kind bind_ready(const map_reader& map, const bind_context& context) {
  return ready_check{context.names.agents_at(map, "agent"), map.flag("is"),
                     map.span_or("grace", std::chrono::seconds{1}), window_of(map, context)};
}

check_kind bind_outcomes(const map_reader& map, const bind_context& context) {
  outcomes_check made;
  made.of = context.steps->find_step(*map.find("of"), map.path_of("of"), context.problems);
  made.each_within = map.span("each_within");
  for (const yaml_member& one : map.node().members) {
    if (one.key == "of" || one.key == "each_within") continue;
    const map_reader below{one.value, map.path_of(one.key), map.problems()};
    if (one.key == "ok")
      made.ok = below.bounds();
    else
      made.error_codes.emplace_back(one.key, below.bounds());
  }
  if (made.ok.empty() && made.error_codes.empty() && !made.each_within)
    map.problems().add(map.node().where, map.path(), "nothing is demanded of the outcomes");
  return made;
}

using binder = check_kind (*)(const map_reader&, const bind_context&);
constexpr std::array<std::pair<std::string_view, binder>, 19> binders{{
    {"connected", bind_connected},
    {"disconnected", bind_disconnected},
    {"dials", bind_dials},
    {"reconnects", bind_reconnects},
    {"back_within", bind_back_within},
    {"backoff", bind_backoff},
    {"peak_connects", bind_peak_connects},
    {"no_command_delivered", bind_no_command_delivered},
    {"delivered", bind_delivered},
    {"exit", bind_exit},
    {"exits", bind_exits},
    {"log", bind_log},
    {"kubernetes_calls", bind_kubernetes_calls},
    {"requests", bind_requests},
    {"stream_age", bind_stream_age},
    {"silence", bind_silence},
    {"closed", bind_closed},
    {"ready", bind_ready},
    {"outcomes", bind_outcomes},
}};

using invariant = invariant_check::what;
constexpr std::array<std::pair<std::string_view, invariant>, 11> invariants{{
    {"no_canary_crossing", invariant::no_canary_crossing},
    {"no_misroute", invariant::no_misroute},
    {"no_secret_leak", invariant::no_secret_leak},
    {"one_stream_per_process", invariant::one_stream_per_process},
    {"answered_once", invariant::answered_once},
    {"executed_once", invariant::executed_once},
    {"no_lost_result", invariant::no_lost_result},
    {"no_false_empty", invariant::no_false_empty},
    {"failures_have_codes", invariant::failures_have_codes},
    {"refused_keys_rest", invariant::refused_keys_rest},
    {"always_judged", invariant::always_judged},
}};

}  // namespace

std::span<const std::string_view> requirements_of(invariant of) {
  static constexpr std::string_view canaries[] = {"ISO-2"}, routes[] = {"RTE-1"}, leaks[] = {"CON-7"},
                                    streams[] = {"REC-9"}, ends[] = {"IDM-3", "DRN-2"},
                                    runs[] = {"IDM-1", "IDM-2", "CMD-4"}, denials[] = {"RBC-1"},
                                    codes[] = {"RSP-6"}, refusals[] = {"REC-6", "REV-7"};
  switch (of) {
    case invariant::no_canary_crossing:
      return canaries;
    case invariant::no_misroute:
    case invariant::no_lost_result:
      return routes;
    case invariant::no_secret_leak:
      return leaks;
    case invariant::one_stream_per_process:
      return streams;
    case invariant::answered_once:
      return ends;
    case invariant::executed_once:
      return runs;
    case invariant::no_false_empty:
      return denials;
    case invariant::failures_have_codes:
      return codes;
    case invariant::refused_keys_rest:
      return refusals;
    case invariant::always_judged:
      break;  // what it proves
  }
  return {};
}

check_kind bind_check(std::string_view name, const map_reader& map, const bind_context& context) {
  for (const auto& [known, what] : invariants)
    if (known == name) return invariant_check{what};
  for (const auto& [known, bind] : binders)
    if (known == name) return bind(map, context);
  KITFOX_ASSERT(!"the schema names a check that nothing binds");
  return invariant_check{};
}

std::vector<check> bind_checks(const yaml_node& list, const bind_context& context) {
  std::vector<check> checks;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const yaml_node& item = list.items[i];
    const map_reader map{item, fmt::format("expect[{}]", i), context.problems};
    const auto what =
        std::ranges::find_if(item.members, [](const yaml_member& one) { return one.key != "proves"; });
    check made;
    made.where = map.mark();
    made.name = what->key;
    made.requirement = map.text("proves");
    made.what = bind_check(what->key, {what->value, map.path_of(what->key), context.problems}, context);
    checks.push_back(std::move(made));
  }
  return checks;
}

}  // namespace kitfox::conformance
