#include "conformance/subject/load_subject.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

constexpr const char* least = "kitfox: subject/v1\nrole: agent\nname: mine\ncommand: ./mine\n";

std::string messages_of(const std::string& text) {
  std::string out;
  for (const load_error& one : load_subject_text(text, "dir/agent.yaml").errors) out += to_string(one) + "\n";
  return out;
}

TEST(SubjectFile, NeedsLittle) {
  const loaded_subject loaded = load_subject_text(least, "agent.yaml");
  ASSERT_TRUE(loaded.errors.empty()) << to_string(loaded.errors.front());
  EXPECT_EQ(loaded.what.role, party::agent);
  EXPECT_EQ(loaded.what.name, "mine");
  EXPECT_EQ(loaded.what.program.command, std::vector<std::string>{"./mine"});
  EXPECT_TRUE(loaded.what.program.takes.empty());
  EXPECT_EQ(loaded.what.profiles, std::vector{requirement_profile::core});
}

TEST(SubjectFile, SaysWhichOptionalCommandsAnAgentOffers) {
  EXPECT_TRUE(load_subject_text(least, "a.yaml").what.program.commands->empty());
  const auto some = load_subject_text(std::string{least} + "commands: [list_nodes]\n", "a.yaml");
  EXPECT_EQ(*some.what.program.commands, std::set<std::string>{"list_nodes"});
  EXPECT_EQ(load_subject_text(std::string{least} + "commands: all\n", "a.yaml").what.program.commands->size(),
            optional_commands().size());
  EXPECT_NE(messages_of(std::string{least} + "commands: [list_node]\n")
                .find("dir/agent.yaml:5:12: commands: \"list_node\" is no optional command; did you mean "
                      "\"list_nodes\"?"),
            std::string::npos)
      << messages_of(std::string{least} + "commands: [list_node]\n");
}

TEST(SubjectFile, SaysHowAProgramIsReadyAndHowItIsStopped) {
  const std::string gateway = "kitfox: subject/v1\nrole: gateway\nname: mine\ncommand: ./mine\n";
  const loaded_subject usual = load_subject_text(gateway, "g.yaml");
  EXPECT_TRUE(usual.what.program.ready.log.empty());
  EXPECT_EQ(usual.what.program.ready.within, std::chrono::seconds{20});
  EXPECT_EQ(usual.what.program.stop_signal, "SIGTERM");
  const loaded_subject own = load_subject_text(
      gateway + "ready: {log: \"now serving\", within: 90s}\nstop: {signal: SIGQUIT}\n", "g.yaml");
  ASSERT_TRUE(own.errors.empty()) << to_string(own.errors.front());
  EXPECT_EQ(own.what.program.ready.log, "now serving");
  EXPECT_EQ(own.what.program.ready.within, std::chrono::seconds{90});
  EXPECT_EQ(own.what.program.stop_signal, "SIGQUIT");
  EXPECT_NE(messages_of(std::string{least} + "ready: {within: 9s}\n").find("5:8: ready: is said of gateways"),
            std::string::npos)
      << messages_of(std::string{least} + "ready: {within: 9s}\n");
  EXPECT_NE(messages_of(std::string{least} + "stop: {signal: TERM}\n").find("expected one of SIGTERM"),
            std::string::npos)
      << messages_of(std::string{least} + "stop: {signal: TERM}\n");
}

TEST(SubjectFile, SplitsACommandAsAShellDoesAndTakesAListAsItIs) {
  const std::string head = "kitfox: subject/v1\nrole: agent\nname: mine\n";
  const std::vector<std::string> words{"./mine", "--name", "a b"};
  EXPECT_EQ(load_subject_text(head + "command: ./mine --name 'a b'\n", "a.yaml").what.program.command, words);
  EXPECT_EQ(load_subject_text(head + "command: [./mine, --name, a b]\n", "a.yaml").what.program.command,
            words);
}

TEST(SubjectFile, PutsItsFolderInPlaceAndLeavesVariablesForTheRun) {
  const loaded_subject loaded = load_subject_text(
      "kitfox: subject/v1\nrole: agent\nname: mine\ncommand: ${HERE}/mine --url ${INCIDENTFOX_GATEWAY_URL}\n"
      "environment: {TOKEN: \"${INCIDENTFOX_API_KEY}\"}\n",
      "/somewhere/agent.yaml");
  ASSERT_TRUE(loaded.errors.empty()) << to_string(loaded.errors.front());
  EXPECT_EQ(loaded.what.program.command,
            (std::vector<std::string>{"/somewhere/mine", "--url", "${INCIDENTFOX_GATEWAY_URL}"}));
  EXPECT_EQ(loaded.what.program.environment.front().second, "${INCIDENTFOX_API_KEY}");
}

TEST(SubjectFile, ReadsWhatTheProgramTakesClaimsAndBreaks) {
  const loaded_subject loaded = load_subject_text(
      std::string{least} +
          "takes: [backoff_cap, probe_file]\nsettings: {backoff_cap: 30s}\nprofiles: [fleet]\n"
          "known_failures: [\"REC-4 # issue 12: starts anew too early\"]\n",
      "agent.yaml");
  ASSERT_TRUE(loaded.errors.empty()) << to_string(loaded.errors.front());
  EXPECT_EQ(loaded.what.program.takes, (std::set<std::string>{"backoff_cap", "probe_file"}));
  EXPECT_EQ(loaded.what.profiles, (std::vector{requirement_profile::core, requirement_profile::fleet}));
  ASSERT_NE(find_setting(loaded.what.program.own_settings, "backoff_cap"), nullptr);
  ASSERT_EQ(loaded.what.known_failures.size(), 1u);
  EXPECT_EQ(loaded.what.known_failures.front().requirement, "REC-4");
  EXPECT_EQ(loaded.what.known_failures.front().reason, "issue 12: starts anew too early");
}

TEST(SubjectFile, TakesAllThatThereIs) {
  const loaded_subject loaded = load_subject_text(std::string{least} + "takes: all\n", "agent.yaml");
  EXPECT_EQ(loaded.what.program.takes.size(), takeable_names(party::agent).size());
}

TEST(SubjectFile, NamesPlaceAndWordOfEveryMistake) {
  EXPECT_EQ(messages_of("kitfox: subject/v1\nrole: agent\nname: mine\n"),
            "dir/agent.yaml:1:1: no command or reach; expected exactly one\n");
  EXPECT_NE(messages_of(std::string{least} + "tales: all\n")
                .find("dir/agent.yaml:5:1: unknown key \"tales\"; did you mean \"takes\"?"),
            std::string::npos)
      << messages_of(std::string{least} + "tales: all\n");
  EXPECT_NE(
      messages_of(std::string{least} + "takes: [backof_cap]\n")
          .find("dir/agent.yaml:5:9: takes: unknown name \"backof_cap\"; did you mean \"backoff_cap\"?"),
      std::string::npos)
      << messages_of(std::string{least} + "takes: [backof_cap]\n");
  EXPECT_NE(messages_of(std::string{least} + "settings: {backoff_cap: soon}\n")
                .find("dir/agent.yaml:5:25: settings"),
            std::string::npos)
      << messages_of(std::string{least} + "settings: {backoff_cap: soon}\n");
  EXPECT_NE(messages_of(std::string{least} + "known_failures: [\"REC-4\"]\n").find("no reason"),
            std::string::npos);
  EXPECT_NE(messages_of(std::string{least} + "known_failures: [\"RECC-4 # x\"]\n")
                .find("unknown requirement \"RECC-4\"; did you mean \"REC-4\"?"),
            std::string::npos);
  EXPECT_NE(messages_of(std::string{least} + "environment: {A: \"${INCIDENTFOX_KEY}\"}\n")
                .find("did you mean \"INCIDENTFOX_API_KEY\"?"),
            std::string::npos);
  EXPECT_NE(messages_of("kitfox: subject/v1\nrole: agent\nname: mine\ncommand: \"./mine 'x\"\n")
                .find("a quote is left open"),
            std::string::npos);
}

constexpr const char* reached =
    "kitfox: subject/v1\nrole: gateway\nname: theirs\nreach:\n  agents: https://gw.example:8443/gateway\n"
    "  callers: https://gw.example\n  credentials: {caller: \"c-${ORG}\", administrator: \"a-${TEAM}\"}\n";
constexpr const char* made_by_request =
    "keys:\n  make: {request: {url: /keys, body: '{\"of\": \"${CLUSTER}\"}'}}\n"
    "  answer: {key: /key, cluster_id: /id}\n";

TEST(SubjectFile, ReadsWhereAGatewayIsReachedAndHowItsKeysAreMade) {
  const loaded_subject loaded =
      load_subject_text(std::string{reached} + made_by_request +
                            "  revoke: {command: \"${HERE}/keys revoke '${CLUSTER_ID}'\"}\n",
                        "/etc/gateway.yaml");
  ASSERT_TRUE(loaded.errors.empty()) << to_string(loaded.errors.front());
  const subject_program& program = loaded.what.program;
  EXPECT_EQ(program.reached->agents_url, "https://gw.example:8443/gateway");
  EXPECT_EQ(program.reached->administrator_credential, "a-${TEAM}");
  EXPECT_FALSE(program.is_reference());
  EXPECT_EQ(std::get<declared_request>(program.keys->make).body, R"({"of": "${CLUSTER}"})");
  EXPECT_EQ(program.keys->answer.cluster_id, "/id");
  EXPECT_FALSE(program.keys->another);
  EXPECT_EQ(std::get<declared_command>(*program.keys->revoke).words,
            (std::vector<std::string>{"/etc/keys", "revoke", "${CLUSTER_ID}"}));
}

struct mistake {
  std::string text, complaint;
};
TEST(SubjectFile, NamesPlaceAndWordOfMistakesAboutGateways) {
  const std::string keys = std::string{reached} + "keys:\n";
  for (const auto& [text, complaint] : {
           mistake{std::string{reached} + "command: ./gateway\n",
                   "dir/agent.yaml:8:1: a second command or reach"},
           mistake{"kitfox: subject/v1\nrole: gateway\nname: x\n",
                   "no command or reach; expected exactly one"},
           mistake{std::string{reached} + "takes: all\n", "takes: is said of a program that kitfox starts"},
           mistake{keys + "  mak: {}\n",
                   "dir/agent.yaml:9:3: keys: unknown key \"mak\"; did you mean \"make\"?"},
           mistake{keys + "  make: {request: {url: /keys}}\n", "`keys.answer` must say where"},
           mistake{keys + "  make: {request: {url: keys}}\n  answer: {key: /a, cluster_id: /b}\n",
                   "dir/agent.yaml:9:25: keys.make.request.url: expected an absolute URL, or a path"},
           mistake{keys + "  make: {command: \"k ${CLUSTERS}\"}\n",
                   "dir/agent.yaml:9:19: keys.make.command: ${CLUSTERS} is not known when keys are made or "
                   "revoked; "
                   "did you mean \"CLUSTER\"?"},
           mistake{keys + "  make: {command: k}\n  answer: {key: token, cluster_id: /b}\n",
                   "dir/agent.yaml:10:17: keys.answer.key: expected a JSON pointer, such as /token"},
           mistake{std::string{least} + made_by_request, "keys: is said of gateways"},
       })
    EXPECT_NE(messages_of(text).find(complaint), std::string::npos) << messages_of(text) << complaint;
  std::string other = reached;
  other.replace(other.find("/gateway\n"), 8, "/hub");
  EXPECT_NE(
      messages_of(other).find("dir/agent.yaml:5:11: reach.agents: its path is \"/hub\"; expected /gateway"),
      std::string::npos)
      << messages_of(other);
}

TEST(SubjectFile, SaysThatItCannotBeRead) {
  const loaded_subject loaded = load_subject("no/such/agent.yaml");
  ASSERT_EQ(loaded.errors.size(), 1u);
  EXPECT_EQ(loaded.errors.front().message, "cannot be read");
}

}  // namespace
}  // namespace kitfox::conformance
