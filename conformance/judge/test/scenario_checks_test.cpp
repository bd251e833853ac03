// The checks under `expect:`: with each key of each of them there is a run on which it decides.
#include <gtest/gtest.h>

#include <set>

#include "conformance/judge/scenario_view.hpp"
#include "conformance/judge/test/tape.hpp"
#include "conformance/scenario/scenario_schema.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* head = R"(kitfox: scenario/v1
title: A run to judge
area: commands
verifies: [CMD-1]
worlds: [sim]
because: nothing runs here
topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}, other: {}, fleet: {}, aged: {}, absent: {start: by_step}}}}}}}
steps:
  - {name: early, wait: 50s}
  - {name: burst, execute: {cluster: prod, command: list_pods, times: 2}}
  - {name: second, execute: {cluster: prod, command: list_services}}
  - {name: late, wait: 189s}
  - {name: halt, stop: {node: prod/0}}
  - {name: rest, wait: 50s}
expect:
)";

void add_prod(tape& run) {
  run.starts(0, "prod/0", "agent", "prod").connects(1, 1, "prod/0", "k");
  run.heartbeats(2, 40, 1, 5).heartbeats(55, 100, 1, 15);
  run.ends_by(100, 1, wire_end::server).dials(103, 3, "prod/0->gateway", "refuse");
  run.connects(104, 4, "prod/0", "k").heartbeats(105, 250, 4, 5);
  for (const auto& [t, ready] : {std::pair{3, true}, {100, false}, {104, true}, {251, false}})
    run.logs(t, "prod/0", "readiness", {{"ready", ready}});
  for (const int t : {1, 104}) run.logs(t, "prod/0", "connected_to_gateway", {{"cluster_name", "prod"}});
  run.signals(250, "prod/0", "stop").ends_by(251, 4, wire_end::client).exits(251, "prod/0", 0);
}

void add_calls(tape& run) {
  const auto asked = [](int step) {
    return nlohmann::json{{"as", "acme/payments"}, {"cluster", "prod"}, {"step", step}};
  };
  const auto told = [](const char* id, bool ok) {
    nlohmann::json out{{"request_id", id}, {"ok", ok}};
    if (!ok) out["error_code"] = "busy";
    return out;
  };
  run.calls(50, 50.5, "1", asked(1), "list_pods", 200, told("r1", true));
  run.calls(50.5, 51, "2", asked(1), "list_pods", 200, told("r2", false));
  run.calls(60, 60.5, "3", asked(2), "list_services", 200, told("r3", true));
  run.command(50.1, 1, "r1", "list_pods").command(50.6, 1, "r2", "list_pods");
  run.command(60.1, 1, "r3", "list_services");
  run.reads(50.2, 50.3, 20, "prod/0", "/api/v1/namespaces/shop/pods?limit=100");
  run.responds(50.4, 21, "prod/0", "k", "r1", {{"ok", true}});
  run.responds(50.8, 22, "prod/0", "k", "r2", {{"ok", false}, {"error_code", "busy"}});
  run.responds(60.3, 23, "prod/0", "k", "r3", {{"ok", true}}, 404);
}

/// prod/0 loses its stream once and is stopped at last; other/0 is connected all the time; fleet/0 dials in
/// vain every 6 s; aged/0 has its streams ended by the gateway.
transcript the_run() {
  tape run;
  for (const char* cluster : {"prod", "other", "aged"})
    run.issues_key(0, cluster == std::string_view{"prod"} ? "k" : cluster, cluster, "acme/payments");
  run.step(0, 0, "start", "start").step(0, 50, "0", "wait").step(50, 51, "1", "execute");
  run.step(60, 61, "2", "execute").step(61, 250, "3", "wait").step(250, 250, "4", "stop");
  run.step(250, 300, "5", "wait").step(300, 300, "end", "end");
  add_prod(run);
  add_calls(run);
  run.starts(0, "other/0", "agent", "other").connects(1, 30, "other/0", "other");
  run.heartbeats(2, 299, 30, 10);
  run.starts(0, "fleet/0", "agent", "fleet");
  for (std::uint64_t i = 0; i < 40; ++i)
    run.dials(1 + 6 * static_cast<double>(i), 100 + i, "fleet/0->gateway", "refuse");
  run.starts(0, "aged/0", "agent", "aged").connects(10, 40, "aged/0", "aged");
  run.ends_by(40, 40, wire_end::server).connects(42, 41, "aged/0", "aged").ends_by(142, 41, wire_end::server);
  return run.until(300);
}

struct said {
  opinion of = opinion::nothing_to_see;
  std::size_t observations = 0;  ///< Of what the check proves.
};
said what_is_said_of(const std::string& check) {
  const loaded read = load_scenario_text(head + ("  - " + check) + "\n", "scenario.yaml", {});
  for (const load_error& one : read.errors) ADD_FAILURE() << check << "\n" << to_string(one);
  if (!read.errors.empty()) return {};
  static const transcript run = the_run();
  const evidence about{run};
  findings found{about};
  judge_scenario(scenario_view{read.cases.front().what, about}, found);
  const auto observed = found.observations().find("CMD-1");
  said out{opinion::fine, observed == found.observations().end() ? 0 : observed->second};
  for (const finding& one : found.all()) {
    if (one.subject.find(", line ") == std::string::npos) continue;  // of a step
    if (one.kind == finding::weight::failure) return {opinion::broken, out.observations};
    out.of = opinion::unclear;
  }
  return out;
}
opinion opinion_of(const std::string& check) { return what_is_said_of(check).of; }

struct check_example {
  const char *check, *key, *holds, *does_not;
};
constexpr check_example examples[] = {
    {"connected", "agent", "agent: other/*", "agent: prod/*"},
    {"connected", "throughout", "agent: aged/*, at_end: true, until: early+45s",
     "agent: aged/*, throughout: true, until: early+45s"},
    {"connected", "at_end", "agent: aged/*, at_end: true, until: early+45s",
     "agent: aged/*, until: early+45s"},
    {"connected", "after", "agent: prod/*, after: late+44s, until: late+99s",
     "agent: prod/*, until: late+99s"},
    {"connected", "until", "agent: prod/*, until: burst", "agent: prod/*"},
    {"disconnected", "agent", "agent: fleet/*", "agent: prod/*"},
    {"disconnected", "after", "agent: prod/*, after: rest+2s", "agent: prod/*"},
    {"disconnected", "until", "agent: aged/*, until: early+10s", "agent: aged/*"},
    {"dials", "agent", "agent: prod/*, exactly: 3", "agent: other/*, exactly: 3"},
    {"dials", "per_process_at_most", "agent: prod/*, per_process_at_most: 2/min",
     "agent: prod/*, per_process_at_most: 1/min"},
    {"dials", "exactly", "agent: prod/*, exactly: 3", "agent: prod/*, exactly: 2"},
    {"dials", "at_least", "agent: prod/*, at_least: 3", "agent: prod/*, at_least: 4"},
    {"dials", "at_most", "agent: prod/*, at_most: 3", "agent: prod/*, at_most: 2"},
    {"dials", "after", "agent: prod/*, exactly: 2, after: burst", "agent: prod/*, exactly: 2"},
    {"dials", "until", "agent: prod/*, exactly: 1, until: burst", "agent: prod/*, exactly: 1"},
    {"reconnects", "agent", "agent: prod/*, exactly: 1", "agent: other/*, exactly: 1"},
    {"reconnects", "exactly", "agent: prod/*, exactly: 1", "agent: prod/*, exactly: 0"},
    {"reconnects", "at_least", "agent: prod/*, at_least: 1", "agent: prod/*, at_least: 2"},
    {"reconnects", "at_most", "agent: prod/*, at_most: 1", "agent: prod/*, at_most: 0"},
    {"reconnects", "after", "agent: prod/*, exactly: 0, after: late+99s", "agent: prod/*, exactly: 0"},
    {"reconnects", "until", "agent: prod/*, exactly: 0, until: burst", "agent: prod/*, exactly: 0"},
    {"back_within", "agent", "agent: other/*, after: late+40s, within: 1s",
     "agent: prod/*, after: late+40s, within: 1s"},
    {"back_within", "after", "agent: prod/*, after: late+40s, within: 3s",
     "agent: prod/*, after: late+39500ms, within: 3s"},
    {"back_within", "within", "agent: prod/*, after: late+40s, within: 3s",
     "agent: prod/*, after: late+40s, within: 2s"},
    {"backoff", "agent", "agent: prod/*, each_at_most: 3s", "agent: fleet/*, each_at_most: 3s"},
    {"backoff", "envelope", "agent: prod/*, envelope: {initial: 1s, cap: 9s}",
     "agent: prod/*, envelope: {initial: 100ms, cap: 9s}"},
    {"backoff", "first_at_most", "agent: prod/*, first_at_most: 3s", "agent: prod/*, first_at_most: 2s"},
    {"backoff", "each_at_least", "agent: prod/*, each_at_least: 1s", "agent: prod/*, each_at_least: 2s"},
    {"backoff", "each_at_most", "agent: prod/*, each_at_most: 3s", "agent: prod/*, each_at_most: 2s"},
    {"backoff", "median_at_least", "agent: prod/*, median_at_least: 3s",
     "agent: prod/*, median_at_least: 4s"},
    {"backoff", "spread_at_least", "agent: prod/*, spread_at_least: 2s",
     "agent: prod/*, spread_at_least: 3s"},
    {"backoff", "uniform", "agent: fleet/*, envelope: {initial: 10s, cap: 10s}",
     "agent: fleet/*, envelope: {initial: 10s, cap: 10s}, uniform: true"},
    {"backoff", "after", "agent: prod/*, each_at_most: 2s, after: late+41s",
     "agent: prod/*, each_at_most: 2s"},
    {"backoff", "until", "agent: prod/*, each_at_least: 2s, until: late+41s",
     "agent: prod/*, each_at_least: 2s"},
    {"peak_connects", "per", "per: 1s, at_most: 3", "per: 200s, at_most: 3"},
    {"peak_connects", "at_most", "per: 1s, at_most: 3", "per: 1s, at_most: 2"},
    {"peak_connects", "after", "per: 1s, at_most: 2, after: early+5s", "per: 1s, at_most: 2"},
    {"peak_connects", "until", "per: 200s, at_most: 7, until: early+20s", "per: 200s, at_most: 7"},
    {"no_command_delivered", "cluster", "cluster: other", "cluster: prod"},
    {"no_command_delivered", "after", "cluster: prod, after: late", "cluster: prod"},
    {"no_command_delivered", "until", "cluster: prod, until: burst", "cluster: prod"},
    {"delivered", "cluster", "cluster: prod, exactly: 3", "cluster: other, exactly: 3"},
    {"delivered", "agent", "cluster: prod, agent: prod/0, exactly: 3",
     "cluster: prod, agent: other/0, exactly: 3"},
    {"delivered", "command", "cluster: prod, command: list_pods, exactly: 2",
     "cluster: prod, command: list_nodes, exactly: 2"},
    {"delivered", "of", "cluster: prod, of: burst, exactly: 2", "cluster: prod, of: second, exactly: 2"},
    {"delivered", "exactly", "cluster: prod, exactly: 3", "cluster: prod, exactly: 2"},
    {"delivered", "at_least", "cluster: prod, at_least: 3", "cluster: prod, at_least: 4"},
    {"delivered", "at_most", "cluster: prod, at_most: 3", "cluster: prod, at_most: 2"},
    {"delivered", "after", "cluster: prod, exactly: 1, after: second", "cluster: prod, exactly: 1"},
    {"delivered", "until", "cluster: prod, exactly: 2, until: second", "cluster: prod, exactly: 2"},
    {"exit", "node", "node: prod/*, code: 0, after: halt, within: 2s",
     "node: other/*, code: 0, after: halt, within: 2s"},
    {"exit", "code", "node: prod/*, code: 0", "node: prod/*, code: nonzero"},
    {"exit", "after", "node: prod/*, code: 0, after: halt", "node: prod/*, code: 0, after: rest+9s"},
    {"exit", "within", "node: prod/*, code: 0, after: halt, within: 2s",
     "node: prod/*, code: 0, after: halt, within: 500ms"},
    {"exits", "node", "node: prod/*, exactly: 1", "node: other/*, exactly: 1"},
    {"exits", "exactly", "node: prod/*, exactly: 1", "node: prod/*, exactly: 0"},
    {"exits", "at_least", "node: prod/*, at_least: 1", "node: prod/*, at_least: 2"},
    {"exits", "at_most", "node: prod/*, at_most: 1", "node: prod/*, at_most: 0"},
    {"exits", "after", "node: prod/*, exactly: 0, after: rest+9s", "node: prod/*, exactly: 0"},
    {"exits", "until", "node: prod/*, exactly: 0, until: halt", "node: prod/*, exactly: 0"},
    {"log", "node", "node: prod/*, event: readiness", "node: other/*, event: readiness"},
    {"log", "event", "node: prod/*, event: readiness", "node: prod/*, event: key_rejected"},
    {"log", "fields", "node: prod/*, event: connected_to_gateway, fields: {cluster_name: prod}",
     "node: prod/*, event: connected_to_gateway, fields: {cluster_name: other}"},
    {"log", "exactly", "node: prod/*, event: readiness, exactly: 4",
     "node: prod/*, event: readiness, exactly: 3"},
    {"log", "at_least", "node: prod/*, event: readiness, at_least: 4",
     "node: prod/*, event: readiness, at_least: 5"},
    {"log", "at_most", "node: prod/*, event: readiness, at_most: 4",
     "node: prod/*, event: readiness, at_most: 3"},
    {"log", "after", "node: prod/*, event: readiness, exactly: 3, after: burst",
     "node: prod/*, event: readiness, exactly: 3"},
    {"log", "until", "node: prod/*, event: readiness, exactly: 1, until: burst",
     "node: prod/*, event: readiness, exactly: 1"},
    {"kubernetes_calls", "cluster", "cluster: prod, exactly: 1", "cluster: other, exactly: 1"},
    {"kubernetes_calls", "verb", "cluster: prod, verb: list, exactly: 1",
     "cluster: prod, verb: get, exactly: 1"},
    {"kubernetes_calls", "resource", "cluster: prod, resource: pods, exactly: 1",
     "cluster: prod, resource: pods/log, exactly: 1"},
    {"kubernetes_calls", "namespace", "cluster: prod, namespace: shop, exactly: 1",
     "cluster: prod, namespace: kube-system, exactly: 1"},
    {"kubernetes_calls", "status", "cluster: prod, status: 200, exactly: 1",
     "cluster: prod, status: 403, exactly: 1"},
    {"kubernetes_calls", "exactly", "cluster: prod, exactly: 1", "cluster: prod, exactly: 2"},
    {"kubernetes_calls", "at_least", "cluster: prod, at_least: 1", "cluster: prod, at_least: 2"},
    {"kubernetes_calls", "at_most", "cluster: prod, at_most: 1", "cluster: prod, at_most: 0"},
    {"kubernetes_calls", "after", "cluster: prod, exactly: 0, after: second", "cluster: prod, exactly: 0"},
    {"kubernetes_calls", "until", "cluster: prod, exactly: 0, until: burst", "cluster: prod, exactly: 0"},
    {"requests", "agent", "agent: prod/*, exactly: 5", "agent: other/*, exactly: 5"},
    {"requests", "method", "agent: prod/*, method: GET, exactly: 2",
     "agent: prod/*, method: POST, exactly: 2"},
    {"requests", "path", "agent: prod/*, path: /agent/connect, exactly: 2",
     "agent: prod/*, path: /agent/response/*, exactly: 2"},
    {"requests", "status", "agent: prod/*, status: 404, exactly: 1",
     "agent: prod/*, status: 200, exactly: 1"},
    {"requests", "exactly", "agent: prod/*, exactly: 5", "agent: prod/*, exactly: 4"},
    {"requests", "at_least", "agent: prod/*, at_least: 5", "agent: prod/*, at_least: 6"},
    {"requests", "at_most", "agent: prod/*, at_most: 5", "agent: prod/*, at_most: 4"},
    {"requests", "after", "agent: prod/*, exactly: 1, after: late", "agent: prod/*, exactly: 1"},
    {"requests", "until", "agent: prod/*, exactly: 1, until: burst", "agent: prod/*, exactly: 1"},
    {"stream_age", "agent", "agent: aged/*, at_most: 100s", "agent: other/*, at_most: 100s"},
    {"stream_age", "at_least", "agent: aged/*, at_least: 30s", "agent: aged/*, at_least: 31s"},
    {"stream_age", "at_most", "agent: aged/*, at_most: 100s", "agent: aged/*, at_most: 99s"},
    {"stream_age", "after", "agent: aged/*, at_least: 100s, after: early+41s",
     "agent: aged/*, at_least: 100s"},
    {"stream_age", "until", "agent: aged/*, at_most: 30s, until: early+41s", "agent: aged/*, at_most: 30s"},
    {"silence", "agent", "agent: other/*, at_most: 10s", "agent: prod/*, at_most: 10s"},
    {"silence", "at_most", "agent: prod/*, at_most: 15s", "agent: prod/*, at_most: 14s"},
    {"silence", "after", "agent: prod/*, at_most: 5s, after: late+45s", "agent: prod/*, at_most: 5s"},
    {"silence", "until", "agent: prod/*, at_most: 5s, until: burst", "agent: prod/*, at_most: 5s"},
    {"closed", "agent", "agent: prod/*, after: late, within: 40s",
     "agent: other/*, after: late, within: 40s"},
    {"closed", "by", "agent: prod/*, after: late, within: 40s, by: gateway",
     "agent: prod/*, after: late, within: 40s, by: agent"},
    {"closed", "after", "agent: prod/*, after: late, within: 40s",
     "agent: prod/*, after: early+2s, within: 40s"},
    {"closed", "not_before", "agent: prod/*, after: late, within: 40s, not_before: 38s",
     "agent: prod/*, after: late, within: 40s, not_before: 39500ms"},
    {"closed", "within", "agent: prod/*, after: late, within: 40s",
     "agent: prod/*, after: late, within: 38s"},
    {"ready", "agent", "agent: prod/*, is: true, after: early+4s, until: burst",
     "agent: other/*, is: true, after: early+4s, until: burst"},
    {"ready", "is", "agent: prod/*, is: true, after: early+4s, until: burst",
     "agent: prod/*, is: false, after: early+4s, until: burst"},
    {"ready", "grace", "agent: prod/*, is: true, grace: 4s, after: early+4s, until: halt",
     "agent: prod/*, is: true, grace: 3s, after: early+4s, until: halt"},
    {"ready", "after", "agent: prod/*, is: true, after: early+4s, until: burst",
     "agent: prod/*, is: true, until: burst"},
    {"ready", "until", "agent: prod/*, is: true, after: early+4s, until: burst",
     "agent: prod/*, is: true, after: early+4s"},
    {"outcomes", "of", "of: burst, busy: {exactly: 1}", "of: second, busy: {exactly: 1}"},
    {"outcomes", "ok", "of: burst, ok: {exactly: 1}", "of: burst, ok: {exactly: 2}"},
    {"outcomes", "each_within", "of: burst, each_within: 500ms", "of: burst, each_within: 400ms"},
    {"outcomes", "busy", "of: burst, busy: {exactly: 1}", "of: burst, busy: {exactly: 0}"},
};

/// The codes of the closed list are all judged alike.
std::vector<check_example> all_examples() {
  std::vector<check_example> out{std::begin(examples), std::end(examples)};
  for (const char* code : {"denied", "not_found", "invalid", "unknown_command", "expired", "cancelled",
                           "timeout", "too_large", "unavailable", "internal"})
    out.push_back({"outcomes", code, nullptr, nullptr});
  return out;
}

TEST(ScenarioChecks, AreDecidedByEachOfTheirKeys) {
  for (const check_example& one : all_examples()) {
    const std::string key = one.key;
    const std::string holds = one.holds != nullptr ? one.holds : "of: burst, " + key + ": {at_most: 0}";
    const std::string does_not =
        one.holds != nullptr ? one.does_not : "of: burst, " + key + ": {at_least: 1}";
    const std::string open = std::string{one.check} + ": {";
    EXPECT_EQ(opinion_of(open + holds + "}"), opinion::fine) << one.check << ": " << holds;
    const opinion other = opinion_of(open + does_not + "}");
    EXPECT_TRUE(other == opinion::broken || other == opinion::unclear) << one.check << ": " << does_not;
  }
}

TEST(ScenarioChecks, HaveAnExampleForEachKeyOfTheSchema) {
  std::set<std::pair<std::string, std::string>> shown;
  for (const check_example& one : all_examples()) shown.emplace(one.check, one.key);
  const nlohmann::json schema = nlohmann::json::parse(scenario_schema_text());
  std::size_t keys = 0;
  for (const auto& [name, definition] : schema["$defs"].items()) {
    constexpr std::string_view prefix = "check_";
    if (!name.starts_with(prefix) || !definition.contains("properties")) continue;
    for (const auto& [key, value] : definition["properties"].items()) {
      ++keys;
      EXPECT_TRUE((shown.contains({name.substr(prefix.size()), key}))) << name << ": " << key;
    }
  }
  EXPECT_EQ(keys, shown.size()) << "an example of a key that no check has";
}

TEST(ScenarioChecks, DoNotPassWithoutAnythingToLookAt) {
  for (const char* check :
       {"connected: {agent: absent/*}", "connected: {agent: absent/*, at_end: true}",
        "disconnected: {agent: absent/*}", "dials: {agent: absent/*, exactly: 0}",
        "reconnects: {agent: absent/*, exactly: 0}",
        "back_within: {agent: absent/*, after: late, within: 1s}",
        "backoff: {agent: absent/*, each_at_most: 1s}", "backoff: {agent: other/*, each_at_most: 1s}",
        "peak_connects: {per: 1s, at_most: 5, after: rest+9s}", "no_command_delivered: {cluster: absent}",
        "delivered: {cluster: absent, exactly: 0}", "exit: {node: absent/*, code: 0}",
        "exits: {node: absent/*, exactly: 0}", "log: {node: absent/*, event: readiness, exactly: 0}",
        "requests: {agent: absent/*, exactly: 0}", "stream_age: {agent: fleet/*, at_least: 1s}",
        "silence: {agent: fleet/*, at_most: 1s}", "closed: {agent: fleet/*, after: late, within: 1s}",
        "ready: {agent: absent/*, is: false}"})
    EXPECT_EQ(opinion_of(check), opinion::unclear) << check;
}

TEST(ScenarioChecks, ObserveNothingInAWindowThatIsReversedOrOutsideOfTheRun) {
  for (const char* check :
       {"connected: {agent: other/*", "connected: {agent: other/*, at_end: true",
        "disconnected: {agent: fleet/*", "dials: {agent: prod/*, exactly: 0",
        "dials: {agent: prod/*, per_process_at_most: 9/s", "reconnects: {agent: prod/*, exactly: 0",
        "backoff: {agent: prod/*, each_at_most: 9s", "peak_connects: {per: 1s, at_most: 9",
        "no_command_delivered: {cluster: prod", "delivered: {cluster: prod, exactly: 0",
        "exits: {node: prod/*, exactly: 0", "log: {node: prod/*, event: readiness, exactly: 0",
        "ready: {agent: prod/*, is: false", "kubernetes_calls: {cluster: prod, exactly: 0",
        "requests: {agent: prod/*, exactly: 0", "stream_age: {agent: aged/*, at_least: 1s",
        "silence: {agent: other/*, at_most: 99s"}) {
    EXPECT_EQ(what_is_said_of(check + std::string{"}"}).observations, 1U) << check;
    for (const char* window :
         {", after: second, until: burst+5s}", ", after: 320s}", ", after: 320s, until: 340s}"}) {
      const said of = what_is_said_of(check + std::string{window});
      EXPECT_EQ(of.of, opinion::unclear) << check << window;
      EXPECT_EQ(of.observations, 0U) << check << window;
    }
  }
  for (const char* check :
       {"back_within: {agent: other/*, after: 320s, within: 1s}",
        "closed: {agent: other/*, after: 320s, within: 1s}", "exit: {node: prod/*, code: 0, after: 320s}"})
    EXPECT_EQ(what_is_said_of(check).observations, 0U) << check;
}

TEST(ScenarioChecks, WantAnAgentConnectedWhenTheWindowOpens) {
  EXPECT_EQ(opinion_of("connected: {agent: prod/*, after: late+44s, until: halt}"), opinion::fine);
  EXPECT_EQ(opinion_of("connected: {agent: prod/*, after: late+41s, until: halt}"), opinion::broken)
      << "it was away until late+43s";
}

}  // namespace
}  // namespace kitfox::conformance
