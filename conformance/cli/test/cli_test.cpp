#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/cli/scenario_template.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

struct outcome {
  exit_status status;
  std::string out, err;
};

outcome kitfox(const std::vector<std::string>& arguments) {
  command_list commands;
  commands.push_back(make_run_command());
  commands.push_back(make_test_command());
  commands.push_back(make_lint_command());
  commands.push_back(make_list_command());
  commands.push_back(make_explain_command());
  commands.push_back(make_new_command());
  std::ostringstream out, err;
  const exit_status status = run_cli(arguments, commands, out, err);
  return {status, out.str(), err.str()};
}

/// A folder of its own for each test, gone afterwards.
class Cli : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "kitfox-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string write(const std::string& name, const std::string& text) {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream{path} << text;
    return path.string();
  }
  fs::path root_;
};

constexpr const char* broken = R"(kitfox: scenario/v1
title: a title
area: connect
verifies: [CON-5]
topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}
steps:
  - await: {agent: "*", state: connected, within: 5s}
  - revok: {cluster: prod}
)";

TEST_F(Cli, NewScenarioIsValidInEveryArea) {
  for (const std::string& area : scenario_areas()) {
    const outcome made = kitfox({"new", "scenario", "first-try", "--area", area, "--corpus", root_.string()});
    EXPECT_EQ(made.status, exit_status::passed) << made.err;
  }
  EXPECT_TRUE(fs::exists(root_ / "schema" / "scenario-v1.json"));
  const outcome checked = kitfox({"lint", root_.string()});
  EXPECT_EQ(checked.status, exit_status::passed) << checked.err;
  const std::size_t areas = scenario_areas().size();
  EXPECT_EQ(checked.out, fmt::format("{} scenario files, {} cases, no mistakes\n", areas, 3 * areas));
}

TEST_F(Cli, NewScenarioOverwritesNothing) {
  const std::string path = write("connect/mine.yaml", "precious");
  const outcome again = kitfox({"new", "scenario", "mine", "--corpus", root_.string()});
  EXPECT_EQ(again.status, exit_status::usage);
  EXPECT_EQ(again.err, path + ": exists already\n");
}

TEST_F(Cli, NewScenarioRefusesNamesAndAreasThatAreNone) {
  EXPECT_EQ(kitfox({"new", "scenario", "No Good", "--corpus", root_.string()}).status, exit_status::usage);
  EXPECT_EQ(kitfox({"new", "scenario", "good", "--area", "elsewhere", "--corpus", root_.string()}).status,
            exit_status::usage);
  EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(Cli, LintPrintsEveryMistakeWithItsPlace) {
  const std::string path = write("bad.yaml", broken);
  const outcome checked = kitfox({"lint", path});
  EXPECT_EQ(checked.status, exit_status::usage);
  EXPECT_EQ(checked.err,
            path + ":8:5: steps[1]: unknown verb \"revok\"; did you mean \"revoke\"?\n1 mistake in 1 file\n");
  EXPECT_EQ(checked.out, "");
}

TEST_F(Cli, LintOfNothingIsNotAPass) {
  const outcome checked = kitfox({"lint", root_.string()});
  EXPECT_EQ(checked.status, exit_status::nothing_executed);
  EXPECT_EQ(kitfox({"lint", (root_ / "absent").string()}).status, exit_status::usage);
}

TEST_F(Cli, TwoFilesWithOneIdAreAMistake) {
  const std::string text = print_scenario_template("same", "connect");
  write("a/connect/same.yaml", text);
  const std::string second = write("b/connect/same.yaml", text);
  const outcome checked = kitfox({"lint", root_.string()});
  EXPECT_EQ(checked.status, exit_status::usage);
  EXPECT_NE(checked.err.find(second + ": makes the id connect/same, which "), std::string::npos)
      << checked.err;
}

TEST_F(Cli, ListShowsCasesAsTableAndAsJson) {
  const std::string path = write("connect/some-case.yaml", print_scenario_template("some-case", "connect"));
  EXPECT_EQ(kitfox({"list", path}).out,
            "connect/some-case  sim,sockets,live  REC-5,REC-4           Some case\n1 case\n");
  const auto cases = nlohmann::json::parse(kitfox({"list", "--json", path}).out);
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0]["id"], "connect/some-case");
  EXPECT_EQ(cases[0]["worlds"], nlohmann::json::parse(R"(["sim", "sockets", "live"])"));
  EXPECT_EQ(cases[0]["verifies"], nlohmann::json::parse(R"(["REC-5", "REC-4"])"));
  EXPECT_EQ(cases[0]["file"], path);
}

TEST_F(Cli, ListSelects) {
  const std::string path = write("connect/some-case.yaml", print_scenario_template("some-case", "connect"));
  EXPECT_EQ(kitfox({"list", path, "--requirement", "REC-4"}).status, exit_status::passed);
  EXPECT_EQ(kitfox({"list", path, "--requirement", "REV-1"}).status, exit_status::nothing_executed);
  EXPECT_EQ(kitfox({"list", path, "--requirement", "REC-44"}).err,
            "unknown requirement \"REC-44\"; did you mean \"REC-4\"?\n");
  EXPECT_EQ(kitfox({"list", path, "--filter", "conn*"}).status, exit_status::passed);
  EXPECT_EQ(kitfox({"list", path, "--filter", "herd/*"}).status, exit_status::nothing_executed);
  EXPECT_EQ(kitfox({"list", path, "--world", "live"}).status, exit_status::passed);
}

TEST_F(Cli, ExplainKnowsRequirementsWithTheirScenarios) {
  const std::string path = write("connect/some-case.yaml", print_scenario_template("some-case", "connect"));
  const outcome told = kitfox({"explain", "REC-4", "--scenarios", path});
  EXPECT_EQ(told.status, exit_status::passed);
  EXPECT_TRUE(told.out.starts_with("REC-4  MUST  agent  profile core  area reconnect\n")) << told.out;
  EXPECT_NE(told.out.find("How it is judged\n"), std::string::npos);
  EXPECT_NE(told.out.find("Scenarios\n  connect/some-case\n"), std::string::npos) << told.out;
}

TEST_F(Cli, ExplainKnowsWordsScenariosAndStatuses) {
  const std::string path = write("connect/some-case.yaml", print_scenario_template("some-case", "connect"));
  const auto told = [&](const std::string& word) { return kitfox({"explain", word, "--scenarios", path}); };
  EXPECT_TRUE(told("revoke").out.starts_with("revoke  verb, keys\n"));
  EXPECT_TRUE(told("rst").out.starts_with("rst  fault, connection\n"));
  EXPECT_TRUE(told("back_within").out.starts_with("back_within  check, check\n"));
  EXPECT_TRUE(told("3").out.starts_with("exit status 3  inconclusive: "));
  EXPECT_TRUE(told("connect/some-case").out.starts_with("connect/some-case  in sim, sockets, live\n"));
  EXPECT_TRUE(told("matrix").out.starts_with("matrix  key of a file\n"));
  EXPECT_TRUE(told("beside").out.starts_with("beside  word of a step\n"));
  EXPECT_TRUE(told("session_spread").out.starts_with("session_spread  setting of agents\n"));
  EXPECT_NE(told("session_spread").out.find(": 100ms to 5m.\n"), std::string::npos);
  EXPECT_NE(told("topology").out.find("Keys\n"), std::string::npos);
  // It has a bound of its own with either party.
  EXPECT_NE(told("heartbeat_interval").out.find("heartbeat_interval  setting of the gateway\n"),
            std::string::npos);
  const outcome topics = kitfox({"explain", "--scenarios", path});
  for (const char* const known : {"because", "settle", "proves", "response_retry_cap", "outbox_commands_max"})
    EXPECT_NE(topics.out.find(known), std::string::npos) << known;
  EXPECT_EQ(told("revok").status, exit_status::usage);
  EXPECT_EQ(told("revok").err, "nothing is called \"revok\"; did you mean \"revoke\"?\n");
  EXPECT_EQ(kitfox({"explain", "--scenarios", path}).status, exit_status::passed);
}

TEST_F(Cli, HelpStatesEveryExitStatus) {
  const outcome help = kitfox({"--help"});
  EXPECT_EQ(help.status, exit_status::passed);
  for (const status_meaning& one : status_meanings())
    EXPECT_NE(help.out.find(std::string{one.meaning}), std::string::npos) << one.word;
  EXPECT_EQ(kitfox({"lint", "--help"}).status, exit_status::passed);
}

TEST_F(Cli, VersionIsPrinted) {
  const outcome said = kitfox({"--version"});
  EXPECT_EQ(said.status, exit_status::passed);
  EXPECT_TRUE(said.out.starts_with("kitfox ")) << said.out;
  EXPECT_EQ(said.err, "");
}

TEST_F(Cli, MistakesInArgumentsAreUsage) {
  EXPECT_EQ(kitfox({}).status, exit_status::usage);
  EXPECT_EQ(kitfox({"lint", "--bogus"}).status, exit_status::usage);
  for (std::vector<std::string> line : {std::vector<std::string>{"run"}, {"test", "agent"}}) {
    line.insert(line.end(), {"--jobs", "0"});
    const outcome refused = kitfox(line);
    EXPECT_EQ(refused.status, exit_status::usage);
    EXPECT_NE(refused.err.find("--jobs"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(kitfox({"lnt"}).err,
            "kitfox: unknown command \"lnt\"; did you mean \"lint\"?\nRun `kitfox --help` for the list of "
            "commands.\n");
}

}  // namespace
}  // namespace kitfox::conformance
