// Each fault as the guide for writers shows it fires in a run that gives it an occasion: an example that fits
// nothing would teach nothing.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "conformance/scenario/scenario_schema.hpp"
#include "conformance/world/run_sim.hpp"

namespace kitfox::conformance {
namespace {

/// Streams, dials, commands with their answers, heartbeats and an end in order, all while the fault is there.
std::string around_fault(const std::string& example) {
  return R"(kitfox: scenario/v1
title: a fault of the guide
area: connect
verifies: [REC-5]
worlds: [sim]
because: it is about what the guide shows
topology: {organisations: {acme: {teams: {payments: {clusters: {prod-us-east-1: {}}}}}}}
steps:
  - await: {agent: "*", state: connected, within: 10s}
  - name: tried
    beside: true
    for: 30m
    )" + example +
         R"(
  - wait: 1s
  - {execute: {cluster: prod-us-east-1, command: list_pods, timeout: 5s}}
  - wait: 10m
  - cut_established: {link: "*->gateway", how: rst}
  - wait: 1m
  - {execute: {cluster: prod-us-east-1, command: list_pods, timeout: 5s}}
  - cut_established: {link: "*->gateway", how: rst}
  - wait: 10m
  - {execute: {cluster: prod-us-east-1, command: list_pods, timeout: 5s}}
  - stop: {node: "prod-us-east-1/*"}
  - wait: 30s
expect:
  - exits: {node: "*", at_most: 1}
)";
}

bool fires(const std::string& name, const std::string& example) {
  const scenario_source source{"guide.yaml", around_fault(example)};
  const loaded read = load_scenario_text(source.text, source.file, {});
  for (const load_error& one : read.errors) ADD_FAILURE() << to_string(one);
  if (read.cases.empty()) return false;
  // Firings are called by the fault and the number of its step.
  const std::string planned = name + "#1";
  const sim_run ran = run_in_sim(read.cases.front(), source, {});
  return std::ranges::any_of(ran.tape.records(), [&](const record& one) {
    return one.kind == record_kind::fault_fired && one.name == planned;
  });
}

TEST(FaultsOfTheGuide, FireAsTheyAreShown) {
  std::ifstream guide{KITFOX_SOURCE_SCENARIOS "/README.md"};
  std::size_t shown = 0;
  for (std::string line; std::getline(guide, line);) {
    const std::string name = line.starts_with("- ") ? line.substr(2, line.find(':') - 2) : "";
    if (!scenario_verbs().faults.contains(name)) continue;
    ++shown;
    EXPECT_TRUE(fires(name, line.substr(2))) << line;
  }
  EXPECT_GE(shown, scenario_verbs().faults.size());
}

}  // namespace
}  // namespace kitfox::conformance
