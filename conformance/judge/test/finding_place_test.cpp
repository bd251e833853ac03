// Which record a finding shows: the one that was judged, not whatever else happened in that instant.
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

/// The record that the first finding of a scenario with this check or step points at.
record shown(tape run, const std::string& steps, const std::string& expect, double end = 60) {
  const std::string text =
      "kitfox: scenario/v1\ntitle: t\narea: commands\nverifies: [CMD-1]\nworlds: [sim]\nbecause: nothing "
      "runs here\n"
      "topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {agents: 2}}}}}}}\n"
      "steps:\n  - wait: 60s\n" +
      steps + (expect.empty() ? "" : "expect:\n  - " + expect + "\n");
  run.facts() = {{"scenario", text}, {"file", "x.yaml"}, {"case", "commands/x"}, {"world", "sim"}};
  const transcript all = run.until(end);
  const judgement out = judge(all);
  EXPECT_EQ(out.harness_failure, "");
  const auto found = std::ranges::find_if(out.findings, [](const finding& one) {
    return one.check == "expectation" && one.requirement == "CMD-1";
  });
  if (found == out.findings.end()) {
    ADD_FAILURE() << "nothing was found";
    return {};
  }
  return all.records()[found->record];
}

TEST(Place, OfACallIsItsAnswerAmongAllOfThatInstant) {
  tape run = connected_tape();
  run.step(5, 5, "1", "execute");
  for (const char* id : {"1", "2"})
    run.calls(5, 5, id, {{"as", "acme/payments"}, {"cluster", "prod"}, {"step", 1}}, "list_pods", 200,
              {{"ok", true}, {"request_id", id}, {"result", {{"pod_count", id[0] - '0'}}}});
  run.logs(5, "prod/0", "readiness", {{"ready", true}});
  const record at =
      shown(run, "  - execute: {cluster: prod, command: list_pods, expect: {result: {pod_count: 1}}}\n", "");
  EXPECT_EQ(at.kind, record_kind::call_ended);
  EXPECT_EQ(at.id, "2");
}

/// prod/1 dials in vain at 10, 11, 14 and 18 s, in instants in which more happens.
tape dialling() {
  tape run = connected_tape();
  run.starts(9, "prod/1", "agent", "prod");
  std::uint64_t conn = 50;
  for (const double t : {10.0, 11.0, 14.0, 18.0}) {
    run.logs(t, "prod/0", "readiness", {{"ready", true}});
    run.dials(t, conn++, "prod/1->gateway", "refuse");
    run.logs(t, "prod/0", "readiness", {{"ready", true}});
  }
  return run;
}

TEST(Place, OfAWindowIsTheDialThatIsAtFault) {
  struct example {
    const char* check;
    std::uint64_t conn;
  };
  for (const example& one : {example{"dials: {agent: prod/1, at_most: 2}", 52},
                             {"dials: {agent: prod/1, per_process_at_most: 2/5s}", 52},
                             {"peak_connects: {per: 5s, at_most: 2, after: 9s}", 52},
                             {"backoff: {agent: prod/1, median_at_least: 5s}", 51},
                             {"backoff: {agent: prod/1, spread_at_least: 5s}", 51},
                             {"backoff: {agent: prod/1, each_at_most: 3s}", 53}}) {
    const record at = shown(dialling(), "", one.check);
    EXPECT_EQ(at.kind, record_kind::dial) << one.check;
    EXPECT_EQ(at.conn, one.conn) << one.check;
  }
}

TEST(Place, OfAnOutcomeIsTheFirstCallThatCameToAnother) {
  tape run = connected_tape();
  run.step(5, 7, "1", "execute");
  for (const auto& [t, id, ok] : {std::tuple{5, "1", true}, {6, "2", false}, {7, "3", true}}) {
    nlohmann::json told{{"request_id", id}, {"ok", ok}};
    if (!ok) told["error_code"] = "busy";
    run.calls(t, t, id, {{"as", "acme/payments"}, {"cluster", "prod"}, {"step", 1}}, "list_pods", 200, told);
  }
  const std::string steps = "  - execute: {cluster: prod, command: list_pods, times: 3}\n";
  EXPECT_EQ(shown(run, steps, "outcomes: {of: execute, ok: {exactly: 3}}").id, "2");
  EXPECT_EQ(shown(run, steps, "outcomes: {of: execute, ok: {at_most: 1}}").id, "3");
}

TEST(Place, WithoutARecordIsTheLastOfThatInstantOfTheNode) {
  tape run = connected_tape();
  run.starts(2, "prod/1", "agent", "prod").logs(20, "prod/1", "readiness", {{"ready", true}});
  run.exits(20, "prod/1", 0).logs(20, "prod/0", "readiness", {{"ready", true}});
  const record at = shown(run, "", "exits: {node: \"*\", exactly: 0}");
  EXPECT_EQ(at.kind, record_kind::node_exited);
  EXPECT_EQ(at.node, "prod/1");
}

}  // namespace
}  // namespace kitfox::conformance
