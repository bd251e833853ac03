// What API servers, stores and name servers are told to do is planned, and fires once it is met.
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/scenario/scenario.hpp"
#include "conformance/world/run_sim.hpp"

namespace kitfox::conformance {
namespace {

/// The run of an agent whose last step is to list pods.
sim_run play_before_a_list(const std::string& steps) {
  const std::string text = R"(kitfox: scenario/v1
title: A title
area: commands
verifies: [CMD-8]
worlds: [sim]
because: a test of virtual time
topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}
steps:
  - await: {agent: "*", state: connected, within: 10s}
)" + steps + "  - execute: {cluster: prod, command: list_pods}\nsettle: 1s\n";
  const loaded file = load_scenario_text(text, "x.yaml", {});
  EXPECT_TRUE(file.errors.empty()) << to_string(file.errors.front());
  return run_in_sim(file.cases.front(), {"x.yaml", text}, {});
}

std::size_t count(const sim_run& of, record_kind kind) {
  return static_cast<std::size_t>(std::ranges::count(of.tape.records(), kind, &record::kind));
}

const std::string revive =
    "  - restart: {node: prod/0, down: 1s}\n  - await: {agent: \"*\", state: connected, within: 1m}\n";

struct planned_case_text {
  std::string met, missed;
};

TEST(PlannedEffects, AreToldApartByWhetherTheyWereMet) {
  for (const auto& [met, missed] : std::vector<planned_case_text>{
           {"  - kubernetes: {cluster: prod, answer: slow, delay: 10ms, resource: pods}\n",
            "  - kubernetes: {cluster: prod, answer: slow, delay: 10ms, resource: pods, nth: 2}\n"},
           {"  - {dns: {link: \"*->gateway\", answer: slow, delay: 10ms}, for: 10s, beside: true}\n" + revive,
            "  - {dns: {link: \"*->gateway\", answer: slow, delay: 10ms}, for: 1s}\n"},
           {"  - {auth_backend: {state: slow, delay: 10ms}, for: 10s, beside: true}\n" + revive,
            "  - {auth_backend: {state: down}, for: 1s}\n"},
           {"  - audit_store: {state: down}\n", "  - {audit_store: {state: down}, for: 1s}\n"}}) {
    const sim_run as_planned = play_before_a_list(met), in_vain = play_before_a_list(missed);
    for (const sim_run* one : {&as_planned, &in_vain})
      EXPECT_EQ(count(*one, record_kind::fault_planned), 1U) << met;
    EXPECT_EQ(count(as_planned, record_kind::fault_fired), 1U) << met;
    EXPECT_EQ(count(in_vain, record_kind::fault_fired), 0U) << missed;
  }
}

TEST(PlannedEffects, WhatPutsThingsRightOrPassesTheAgentByIsNone) {
  for (const char* harmless :
       {"  - kubernetes: {cluster: prod, answer: allow, resource: services}\n",
        "  - kubernetes: {cluster: prod, answer: deny, resource: pods, user: somebody}\n",
        "  - auth_backend: {state: up}\n"})
    EXPECT_EQ(count(play_before_a_list(harmless), record_kind::fault_planned), 0U) << harmless;
}

}  // namespace
}  // namespace kitfox::conformance
