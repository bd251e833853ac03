#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {
namespace {

using namespace std::chrono_literals;

const std::string head = R"(kitfox: scenario/v1
title: a title
area: revocation
verifies: [REV-1, REC-6]
)";
const std::string shop = R"(topology:
  organisations:
    acme:
      teams:
        payments: {clusters: {prod: {agents: 2}, staging: {start: by_step, key: revoked}}}
        search: {clusters: {prod: {agents: 0, rbac: {namespaces: [a, b]}}}}
)";
const std::string proofs =
    "expect: [{connected: {agent: \"*\"}}, {proves: REC-6, exits: {node: \"*\", exactly: 0}}]\n";

loaded load(const std::string& text) {
  loaded result = load_scenario_text(text, "scenarios/revocation/some-case.yaml", {});
  for (const load_error& one : result.errors) ADD_FAILURE() << to_string(one);
  return result;
}

const scenario& first(const loaded& result) { return result.cases.at(0).what; }

TEST(LoadScenario, MakesACaseForEachWorld) {
  const loaded result = load(head + shop + "steps: [{wait: 1s}]\n" + proofs);
  ASSERT_EQ(result.cases.size(), 3U);
  EXPECT_EQ(case_name(result.cases[0], 7), "revocation/some-case@sim#7");
  EXPECT_EQ(case_name(result.cases[1], 1), "revocation/some-case@sockets#1");
  EXPECT_EQ(case_name(result.cases[2], 1), "revocation/some-case@live#1");
}

TEST(LoadScenario, MakesACaseForEachChoiceOfTheMatrix) {
  const loaded result = load(
      head + shop + R"(matrix: {how: [fin, rst], who: {first: {node: payments/prod/0}, gate: {node: gateway}}}
steps: [{kill: {node: "{{who.node}}", sockets: "{{how}}"}}]
)" + proofs);
  ASSERT_EQ(result.cases.size(), 12U);
  std::set<std::string> ids;
  for (const scenario_case& one : result.cases) ids.insert(one.id);
  EXPECT_EQ(ids, (std::set<std::string>{
                     "revocation/some-case[how=fin,who=first]", "revocation/some-case[how=fin,who=gate]",
                     "revocation/some-case[how=rst,who=first]", "revocation/some-case[how=rst,who=gate]"}));
  const auto& kill = std::get<kill_verb>(result.cases[3].what.steps[0].action);
  EXPECT_EQ(kill.nodes.kind, node_set::what::gateway);
  EXPECT_EQ(kill.sockets, socket_fate::fin);
}

TEST(LoadScenario, GivesParametersTheirValueInTheWorld) {
  const loaded result = load(head + shop + R"(parameters: {outage: {sim: 24h, sockets: 6s}, code: 503}
settings: {agent: {backoff_cap: {sim: 60s, sockets: 2s}, workers: 3}, gateway: {header_bytes_max: 2KiB, stream_age_jitter: 0.5}}
steps:
  - {name: outage, for: "{{outage}}", status: {link: "payments/prod/*->gateway", code: "{{code}}", body: "code {{code}}"}}
)" + proofs);
  ASSERT_EQ(result.cases.size(), 3U);
  EXPECT_EQ(result.cases[0].what.steps[0].lasting, duration{24h});
  EXPECT_EQ(result.cases[1].what.steps[0].lasting, duration{6s});
  EXPECT_EQ(result.cases[2].what.steps[0].lasting, duration{6s});
  const auto& fault = std::get<fault_verb>(result.cases[0].what.steps[0].action);
  EXPECT_EQ(fault.fault, "status");
  EXPECT_EQ(fault.parameters, R"({"body":"code 503","code":503})");
  EXPECT_EQ(std::get<duration>(find_setting(result.cases[1].what.agent_settings, "backoff_cap")->value),
            duration{2s});
  EXPECT_EQ(std::get<std::int64_t>(find_setting(first(result).agent_settings, "workers")->value), 3);
  EXPECT_EQ(std::get<std::int64_t>(find_setting(first(result).gateway_settings, "header_bytes_max")->value),
            2048);
  EXPECT_DOUBLE_EQ(std::get<double>(find_setting(first(result).gateway_settings, "stream_age_jitter")->value),
                   0.5);
  EXPECT_EQ(find_setting(first(result).agent_settings, "backoff_initial"), nullptr);
}

TEST(LoadScenario, ResolvesTheTopology) {
  const loaded result = load(head + shop + "steps: [{wait: 1s}]\n" + proofs);
  const topology& made = first(result).topology;
  ASSERT_EQ(made.clusters.size(), 3U);
  EXPECT_EQ(made.clusters[0].path(), "acme/payments/prod");
  EXPECT_EQ(made.clusters[0].agents, 2U);
  EXPECT_EQ(made.clusters[1].started, cluster_spec::start::by_step);
  EXPECT_EQ(made.clusters[1].key, starting_key::revoked);
  EXPECT_EQ(made.clusters[2].rbac.granted, rbac_values::grant::namespaced);
  EXPECT_EQ(made.clusters[2].rbac.namespaces, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(made.teams(), (std::vector<std::string>{"acme/payments", "acme/search"}));
}

TEST(LoadScenario, GeneratesClustersWithMarksOfTheirOwn) {
  const loaded result =
      load(head +
           R"(topology: {generate: {organisations: 2, teams: 3, clusters_per_team: 4, agents_per_cluster: 5}}
steps: [{await: {agent: o1-t2-c3/4, state: connected, within: 1s}}]
)" + proofs);
  const topology& made = first(result).topology;
  ASSERT_EQ(made.clusters.size(), 24U);
  EXPECT_EQ(made.clusters.back().path(), "o1/o1-t2/o1-t2-c3");
  std::set<std::string> canaries;
  for (const cluster_spec& one : made.clusters) canaries.insert(one.canary);
  EXPECT_EQ(canaries.size(), 24U);
  EXPECT_TRUE(made.clusters.front().canary.starts_with("kfx-canary-"));
}

TEST(LoadScenario, FindsWhatPatternsStandFor) {
  const loaded result = load(head + shop + R"(steps:
  - await: {agent: "*", state: connected, within: 1s}
  - await: {agent: "*/prod/*", state: connected, within: 1s}
  - await: {agent: payments/*/*, state: connected, within: 1s}
  - await: {agent: acme/payments/prod/1, state: connected, within: 1s}
  - refuse: {link: "search/prod/*->kubernetes"}
  - refuse: {link: "caller->gateway"}
  - restart: {node: "kubernetes:staging", down: 1s}
)" + proofs);
  const auto& steps = first(result).steps;
  const auto agents = [&](std::size_t i) { return std::get<await_verb>(steps[i].action).agents; };
  EXPECT_EQ(agents(0).clusters, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(agents(1).clusters, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(agents(2).clusters, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(agents(3).clusters, (std::vector<std::size_t>{0}));
  EXPECT_TRUE(agents(3).contains(0, 1));
  EXPECT_FALSE(agents(3).contains(0, 0));
  const link_set& api = std::get<fault_verb>(steps[4].action).links;
  EXPECT_EQ(api.target, link_set::to::kubernetes);
  EXPECT_EQ(api.agents.clusters, (std::vector<std::size_t>{2}));
  EXPECT_EQ(std::get<fault_verb>(steps[5].action).links.origin, link_set::from::caller);
  EXPECT_EQ(std::get<restart_verb>(steps[6].action).nodes.kind, node_set::what::kubernetes);
}

TEST(LoadScenario, ReadsWhichRequestsAnApiServerAnswersOtherwise) {
  const loaded result = load(head + shop + R"(steps:
  - kubernetes: {cluster: staging, answer: deny, verb: get, resource: pods, namespace: a, name: p, user: u, nth: 3, times: 2}
  - kubernetes: {cluster: staging, answer: slow, delay: 1s}
)" + proofs);
  const auto& steps = first(result).steps;
  const auto& all = std::get<kubernetes_verb>(steps[0].action);
  EXPECT_EQ(all.name_space, "a");
  EXPECT_EQ(all.name, "p");
  EXPECT_EQ(all.user, "u");
  EXPECT_EQ(all.nth, 3U);
  EXPECT_EQ(all.times, 2U);
  const auto& any = std::get<kubernetes_verb>(steps[1].action);
  EXPECT_EQ(any.nth, 1U);
  EXPECT_EQ(any.name + any.user, "");
}

TEST(LoadScenario, PutsIncludedBlocksInTheirPlace) {
  const loaded result = load(head + shop + R"(do:
  twice: [{wait: 1ms}, {include: inner}]
  inner: [{comment: inside}]
steps: [{comment: before}, {include: twice, times: 2}, {comment: after}]
)" + proofs);
  std::vector<std::string> verbs;
  for (const step& one : first(result).steps) verbs.push_back(one.verb_name);
  EXPECT_EQ(verbs, (std::vector<std::string>{"comment", "wait", "comment", "wait", "comment", "comment"}));
  EXPECT_EQ(first(result).steps[2].where.line, 13U);
}

TEST(LoadScenario, ResolvesMomentsToSteps) {
  const loaded result = load(head + shop + R"(steps:
  - {name: outage, for: 2s, refuse: {link: "*->gateway"}}
  - wait: 1s
  - {at: 5s, wait: 1s}
  - when: {event: command_delivered, cluster: payments/prod, nth: 3}
    revoke: {cluster: payments/prod}
expect:
  - connected: {agent: "*", after: outage, until: outage.end+500ms}
  - connected: {agent: "*", after: "wait#2", until: end-1s}
  - connected: {agent: "*", after: 1s, until: heal}
  - {proves: REC-6, connected: {agent: "*", after: start}}
)");
  const auto window = [&](std::size_t i) {
    return std::get<connected_check>(first(result).checks[i].what).window;
  };
  EXPECT_EQ(window(0).after->from, moment::anchor::step_begin);
  EXPECT_EQ(window(0).after->step, 0U);
  EXPECT_EQ(window(0).until->from, moment::anchor::step_end);
  EXPECT_EQ(window(0).until->offset, duration{500ms});
  EXPECT_EQ(window(1).after->step, 2U);
  EXPECT_EQ(window(1).until->from, moment::anchor::scenario_end);
  EXPECT_EQ(window(1).until->offset, duration{-1s});
  EXPECT_EQ(window(2).after->offset, duration{1s});
  EXPECT_EQ(window(2).until->step, 0U);
  EXPECT_EQ(window(3).after->from, moment::anchor::scenario_start);
  EXPECT_EQ(std::get<event_trigger>(first(result).steps[3].timing).nth, 3U);
  EXPECT_EQ(std::get<duration>(first(result).steps[2].timing), duration{5s});
}

TEST(LoadScenario, BlamesTheHeadlineUnlessToldOtherwise) {
  const loaded result =
      load(head + shop + "steps: [{await: {agent: \"*\", state: connected, within: 1s}}]\n" + proofs);
  EXPECT_EQ(first(result).checks[0].requirement, "REV-1");
  EXPECT_EQ(first(result).checks[1].requirement, "REC-6");
  EXPECT_EQ(first(result).steps[0].requirement, "") << "a state is awaited so that the scenario can go on";
}

TEST(LoadScenario, BlamesItForNoAwaitWhereACheckProvesItByName) {
  const loaded result =
      load(head + shop + "steps: [{await: {agent: \"*\", state: connected, within: 1s}}]\n" +
           "expect: [{proves: REV-1, always_judged: {}}, {proves: REC-6, exits: {node: \"*\", "
           "exactly: 0}}]\n");
  EXPECT_EQ(first(result).steps[0].requirement, "");
}

TEST(LoadScenario, BlamesTheHeadlineForAnAwaitWhereNothingElseSpeaksOfIt) {
  const loaded result =
      load(head + shop + "steps: [{await: {agent: \"*\", state: connected, within: 1s}}, {wait: 1s}]\n" +
           "expect: [{proves: REC-6, exits: {node: \"*\", exactly: 0}}]\n");
  EXPECT_EQ(first(result).steps[0].requirement, "REV-1");
  EXPECT_EQ(first(result).steps[1].requirement, "") << "it demands nothing";
}

TEST(LoadScenario, BlamesTheHeadlineForAnAwaitOnceSomethingWasDisturbed) {
  const loaded result = load(head + shop + R"(steps:
  - await: {agent: "*", state: connected, within: 1s}
  - wait: 1s
  - await: {agent: "*", state: connected, within: 1s}
  - rst: {link: "*->gateway"}
  - await: {agent: "*", state: connected, within: 1s}
  - await: {agent: "*", state: connected, within: 1s}
    proves: nothing
)" + proofs);
  const std::vector<step>& steps = first(result).steps;
  EXPECT_EQ(steps[0].requirement, "");
  EXPECT_EQ(steps[2].requirement, "") << "nothing has happened to the agents yet";
  EXPECT_EQ(steps[4].requirement, "REV-1") << "they are to come back";
  EXPECT_EQ(steps[5].requirement, "") << "said otherwise";
}

TEST(LoadScenario, KeepsPlacesOfWhatItMade) {
  const loaded result = load(head + shop + "steps:\n  - wait: 1s\n" + proofs);
  EXPECT_EQ(first(result).steps[0].where, (source_mark{"scenarios/revocation/some-case.yaml", 12, 5}));
  EXPECT_EQ(first(result).verifies[1].where.line, 4U);
}

TEST(LoadScenario, RefusesNamesThatMakeNoId) {
  const std::string text = head + shop + "steps: [{wait: 1s}]\n" + proofs;
  const loaded result = load_scenario_text(text, "Some Case.yaml", {});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(to_string(result.errors[0]),
            "Some Case.yaml: the name of the file makes the id of the scenario: lower-case letters, digits "
            "and - only");
}

TEST(LoadScenario, RefusesAFileInAnotherAreasFolder) {
  const std::string text = head + shop + "steps: [{wait: 1s}]\n" + proofs;
  const loaded result = load_scenario_text(text, "scenarios/herd/some-case.yaml", {});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(
      to_string(result.errors[0]),
      "scenarios/herd/some-case.yaml:3:7: area: \"revocation\", but the file is in the folder \"herd\"");
}

TEST(LoadScenario, SaysSoWhenAFileCannotBeRead) {
  const loaded result = load_scenario("/nowhere/at-all.yaml", {});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(to_string(result.errors[0]), "/nowhere/at-all.yaml: cannot be read");
  const loaded folder = load_scenario("/", {});
  ASSERT_EQ(folder.errors.size(), 1U);
  EXPECT_EQ(to_string(folder.errors[0]), "/: cannot be read");
}

TEST(LoadScenario, SaysWhereAnEmptyFileHoldsNoScenario) {
  const loaded result = load_scenario("/dev/null", {});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(to_string(result.errors[0]), "/dev/null:1:1: the file holds no scenario");
}

}  // namespace
}  // namespace kitfox::conformance
