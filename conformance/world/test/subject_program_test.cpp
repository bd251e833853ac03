#include "conformance/world/subject_program.hpp"

#include <gtest/gtest.h>

#include "conformance/world/facts.hpp"
#include "conformance/world/party_settings.hpp"
#include "conformance/world/program_flags.hpp"

namespace kitfox::conformance {
namespace {

scenario_case in_sockets(const std::string& more, const std::string& checks = "",
                         const std::string& verifies = "REC-9") {
  const std::string text = "kitfox: scenario/v1\ntitle: t\narea: connect\nverifies: [" + verifies + "]\n" +
                           more +
                           "topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}\n"
                           "steps:\n  - await: {agent: \"*\", state: connected, within: 5s}\n" +
                           checks;
  loaded all = load_scenario_text(text, "x.yaml", {});
  EXPECT_TRUE(all.errors.empty()) << to_string(all.errors.front());
  for (scenario_case& one : all.cases) {
    if (one.world == world_kind::sockets) return std::move(one);
  }
  return {};
}

subject_programs another_agent(std::set<std::string> takes) {
  subject_programs out;
  out.agent = {{"my-agent"}, std::move(takes)};
  return out;
}

TEST(ReasonToSkip, TheReferenceTakesEverything) {
  EXPECT_EQ(reason_to_skip(in_sockets("settings: {agent: {workers: 2}, gateway: {drain_window: 2s}}\n"), {}),
            "");
}

TEST(ReasonToSkip, NamesTheSettingThatAProgramWasNotSaidToTake) {
  const scenario_case one = in_sockets("settings: {agent: {workers: 2, backoff_cap: 1s}}\n");
  EXPECT_EQ(reason_to_skip(one, another_agent({"workers"})),
            "it sets agent.backoff_cap, which --agent-takes does not name");
  EXPECT_EQ(reason_to_skip(one, another_agent({"workers", "backoff_cap"})), "");
  subject_programs of_another_command = another_agent({"workers"});
  of_another_command.agent.taken_by = "--takes";
  EXPECT_EQ(reason_to_skip(one, of_another_command),
            "it sets agent.backoff_cap, which --takes does not name");
}

TEST(ReasonToSkip, AnAgentWithAHeartbeatBoundOfItsOwnIsNotAskedToNoticeSilenceByAnother) {
  const std::string quick = "settings: {gateway: {heartbeat_interval: 1s}}\n";
  subject_programs of_its_own = another_agent({});
  of_its_own.agent.own_settings.push_back({{}, "heartbeat_interval", duration{std::chrono::seconds{15}}});
  EXPECT_NE(reason_to_skip(in_sockets(quick, {}, "LIV-2"), of_its_own), "");
  EXPECT_EQ(reason_to_skip(in_sockets(quick), of_its_own), "");
  EXPECT_EQ(reason_to_skip(in_sockets(quick, {}, "LIV-2"), another_agent({})), "");
}

TEST(ReasonToSkip, AFigureThatAProgramGoesByAnywayNeedNotBeTakenByIt) {
  const scenario_case one = in_sockets("settings: {gateway: {heartbeat_interval: 2s}}\n");
  subject_programs programs;
  programs.gateway = {{"my-gateway"}, {}};
  const auto with = [&](duration own) {
    programs.gateway.own_settings = {{{}, "heartbeat_interval", own}};
    return reason_to_skip(one, programs);
  };
  EXPECT_EQ(with(std::chrono::seconds{2}), "");
  EXPECT_EQ(with(std::chrono::seconds{3}),
            "it sets gateway.heartbeat_interval, which --gateway-takes does not name");
}

TEST(ReasonToSkip, ReadinessNeedsTheProbeFile) {
  const scenario_case one = in_sockets("", "expect:\n  - ready: {agent: \"*\", is: true}\n");
  EXPECT_EQ(reason_to_skip(one, another_agent({})),
            "it looks at readiness, and --agent-takes does not name probe_file");
  EXPECT_EQ(reason_to_skip(one, another_agent({"probe_file"})), "");
}

subject_programs reached_by_url(key_recipe keys) {
  subject_programs out;
  out.gateway.reached = reached_gateway{"https://gw/gateway", "https://gw", {}, "c", "a", {"acme/payments"}};
  out.gateway.keys = std::move(keys);
  return out;
}

TEST(ReasonToSkip, AsManyAgentsAreStartedByHandAsSomebodyAgreedTo) {
  subject_programs programs;
  programs.agent.attached.emplace();
  scenario_case one = in_sockets("");
  one.what.topology.clusters.front().agents = 4;
  EXPECT_EQ(reason_to_skip(one, programs),
            "it has 4 agents, and --agents allows for 3 to be started by hand");
  programs.agent.attached->agents_max = 4;
  EXPECT_EQ(reason_to_skip(one, programs), "");
}

TEST(PrintSettings, AreThoseOfASubjectFile) {
  const scenario_case one =
      in_sockets("settings: {gateway: {heartbeat_interval: 500ms, sessions_per_key_max: 3}}\n");
  EXPECT_EQ(print_settings(one.what.gateway_settings), "{heartbeat_interval: 0.5s, sessions_per_key_max: 3}");
}

TEST(ReasonToSkip, AGatewayReachedByUrlIsNeitherStoppedNorLookedInto) {
  const subject_programs programs = reached_by_url(dashboard_recipe());
  EXPECT_EQ(reason_to_skip(in_sockets(""), programs), "");
  const auto after = [&](const std::string& more) { return reason_to_skip(in_sockets("", more), programs); };
  EXPECT_EQ(after("  - kill: {node: gateway}\n"),
            "it has \"kill\" of the gateway, which is reached by URL and not started here");
  EXPECT_EQ(after("  - drain: {node: gateway}\n"),
            "it has \"drain\" of the gateway, which is reached by URL and not started here");
  EXPECT_EQ(after("  - kill: {node: prod/0}\n"), "");
  EXPECT_EQ(after("expect:\n  - log: {node: gateway, event: revoked}\n"),
            "it looks at the gateway's process or log, and the gateway is reached by URL");
}

TEST(ReasonToSkip, NamesTheWayToAKeyThatIsNotDeclared) {
  const subject_programs only_make = reached_by_url(key_recipe{declared_command{{"make"}}});
  const auto after = [&](const std::string& more) { return reason_to_skip(in_sockets("", more), only_make); };
  EXPECT_EQ(after("  - revoke: {cluster: prod}\n"), "it needs a way to do what `keys.revoke` would declare");
  EXPECT_EQ(after("  - revoke: {cluster: prod, key: oldest}\n"),
            "it needs a way to do what `keys.revoke_key` would declare");
  EXPECT_EQ(after("  - issue_key: {cluster: prod}\n"),
            "it needs a way to do what `keys.another` would declare");
}

TEST(ReasonToSkip, NamesAnOptionalCommandThatWasNotDeclared) {
  subject_programs programs = another_agent({});
  const auto sends = [&](const std::string& command) {
    return reason_to_skip(
        in_sockets("", "  - execute: {as: acme/payments, cluster: prod, command: " + command + "}\n"),
        programs);
  };
  EXPECT_EQ(sends("list_nodes"), "") << "nothing was said of commands";
  programs.agent.commands.emplace();
  EXPECT_EQ(sends("list_nodes"), "it sends list_nodes, an optional command that was not declared");
  EXPECT_EQ(sends("list_namespaces"), "") << "a base command";
  programs.agent.commands->insert("list_nodes");
  EXPECT_EQ(sends("list_nodes"), "");
}

TEST(Variables, AreTheSettingsInCapitalsWithTheirUnits) {
  const scenario_case one = in_sockets(
      "settings: {agent: {backoff_cap: 1500ms, workers: 2, body_bytes_max: 64KiB}, gateway: "
      "{heartbeat_interval: 2s}}\n");
  std::vector<std::pair<std::string, std::string>> environment;
  add_variables(one.what.agent_settings, party::agent, environment);
  add_variables(one.what.gateway_settings, party::gateway, environment);
  EXPECT_EQ(environment,
            (std::vector<std::pair<std::string, std::string>>{{"KITFOX_AGENT_BACKOFF_CAP_SECONDS", "1.5"},
                                                              {"KITFOX_AGENT_WORKERS", "2"},
                                                              {"KITFOX_AGENT_BODY_BYTES_MAX", "65536"},
                                                              {"KITFOX_GATEWAY_HEARTBEAT_SECONDS", "2"}}));
}

TEST(Facts, OfTheReferenceAreAllOfItsOptions) {
  const auto facts = make_header(in_sockets("settings: {agent: {workers: 2}}\n"), {}, 1, {}).more;
  EXPECT_EQ(facts["workers"], 2);
  EXPECT_EQ(facts["drain_timeout"], 25.0);
  EXPECT_EQ(facts["backoff"]["cap"], 60.0);
  EXPECT_EQ(facts["readiness"], "seen");
  EXPECT_TRUE(facts.contains("max_stream_age"));
}

TEST(Facts, OfAnotherProgramAreOnlyWhatItWasGiven) {
  const scenario_case one = in_sockets("settings: {agent: {workers: 2, backoff_cap: 1s}}\n");
  const auto facts = make_header(one, {}, 1, another_agent({"backoff_cap", "drain_timeout"})).more;
  EXPECT_EQ(facts["backoff"], (nlohmann::json{{"cap", 1.0}}));
  EXPECT_FALSE(facts.contains("workers")) << "given, but not taken";
  EXPECT_FALSE(facts.contains("drain_timeout")) << "taken, but not given";
  EXPECT_EQ(facts["readiness"], "unseen");
  EXPECT_TRUE(facts.contains("max_stream_age")) << "the gateway is the reference";
}

}  // namespace
}  // namespace kitfox::conformance
