#include "agent/command_line.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "agent/agent_metrics.hpp"
#include "agent/event_list.hpp"
#include "agent/probe_file_sink.hpp"

namespace kitfox::agent {
namespace {

const char* const key = "ixfx_k8s_test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const char* const url = "https://orchestrator.incidentfox.ai/gateway";

struct command_line {
  command_line() {
    variables["INCIDENTFOX_API_KEY"] = key;
    variables["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
    variables["KUBERNETES_SERVICE_PORT"] = "443";
    disk.put("/var/run/secrets/kubernetes.io/serviceaccount/token", "t");
    disk.put("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", "PEM");
  }
  auto read(std::vector<std::string> arguments = {}) {
    return read_command_line(
        std::move(arguments),
        [this](const char* name) {
          const auto found = variables.find(name);
          return found == variables.end() ? std::nullopt : std::optional{found->second};
        },
        disk);
  }
  program_options program(std::vector<std::string> arguments = {}) {
    auto all = read(std::move(arguments));
    if (const auto* end = std::get_if<early_end>(&all)) ADD_FAILURE() << end->text;
    return std::get<program_options>(std::move(all));
  }
  early_end end(std::vector<std::string> arguments = {}) {
    auto all = read(std::move(arguments));
    EXPECT_TRUE(std::holds_alternative<early_end>(all));
    return std::get<early_end>(std::move(all));
  }
  std::map<std::string, std::string> variables;
  memory_files disk;
};

TEST(CommandLine, NeedsNothingButAKeyInAPod) {
  command_line f;
  const program_options program = f.program();
  EXPECT_EQ(program.agent.gateway_url, url);
  EXPECT_EQ(program.agent.key.reveal(), key);
  EXPECT_EQ(program.agent.kubernetes.server_url, "https://10.96.0.1:443");
  EXPECT_EQ(program.agent.kubernetes.authorities_pem, "PEM");
  EXPECT_EQ(program.health_file, "/tmp/healthy");
  EXPECT_EQ(program.log_level, runtime::severity::info);
  EXPECT_FALSE(program.agent.metrics_port);
}

TEST(CommandLine, FindsThePodsFilesWhereTheyAreMountedOnTheNode) {
  command_line f;
  f.variables["CONTAINER_SANDBOX_MOUNT_POINT"] = "/mounts/1";
  f.disk = {};
  f.disk.put("/mounts/1/var/run/secrets/kubernetes.io/serviceaccount/token", "t");
  f.disk.put("/mounts/1/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", "of the pod");
  const program_options program = f.program();
  EXPECT_EQ(program.agent.kubernetes.authorities_pem, "of the pod");
  EXPECT_EQ(program.health_file, "/mounts/1/tmp/healthy");
  EXPECT_EQ(f.program({"--health-file", "/elsewhere"}).health_file, "/elsewhere");
}

TEST(CommandLine, ReadsTheEnvironment) {
  command_line f;
  f.variables["INCIDENTFOX_GATEWAY_URL"] = "https://gw.example:8443/x";
  f.variables["INCIDENTFOX_CLUSTER_NAME"] = "prod";
  f.variables["LOG_LEVEL"] = "WARNING";
  f.variables["KUBECONFIG"] = "/kc";
  f.disk.put("/kc",
             R"({"kind":"Config","current-context":"a","contexts":[{"name":"a","context":{"cluster":"c"}}],
"clusters":[{"name":"c","cluster":{"server":"https://k"}}]})");
  const program_options program = f.program();
  EXPECT_EQ(program.agent.gateway_url, "https://gw.example:8443/x");
  EXPECT_EQ(program.agent.cluster_name, "prod");
  EXPECT_EQ(program.log_level, runtime::severity::warning);
  EXPECT_EQ(program.agent.kubernetes.server_url, "https://k");
}

TEST(CommandLine, ReadsTuningFromTheEnvironment) {
  command_line f;
  f.variables["KITFOX_PROBE_FILE"] = "/probe";
  f.variables["KITFOX_AGENT_BACKOFF_CAP_SECONDS"] = "2.5";
  f.variables["KITFOX_AGENT_PAGE_ITEMS"] = "7";
  f.variables["KITFOX_AGENT_WORKERS"] = "4";
  f.variables["KITFOX_AGENT_QUEUE_MAX"] = "5";
  f.variables["KITFOX_AGENT_DRAIN_TIMEOUT_SECONDS"] = "6";
  f.variables["KITFOX_AGENT_ANSWERS_KEPT"] = "";
  const program_options program = f.program({"--workers", "3"});
  EXPECT_EQ(program.health_file, "/probe");
  EXPECT_EQ(program.agent.policy.backoff.cap, std::chrono::milliseconds{2500});
  EXPECT_EQ(program.agent.policy.kubernetes.page_items, 7u);
  EXPECT_EQ(program.agent.policy.commands.workers, 3u) << "a flag wins";
  EXPECT_EQ(program.agent.policy.commands.queue_max, 5u);
  EXPECT_EQ(program.agent.policy.commands.drain_timeout, std::chrono::seconds{6});
  EXPECT_EQ(program.agent.policy.idempotency.entries_max, idempotency_options{}.entries_max);
}

TEST(CommandLine, NamesTheVariableThatIsWrong) {
  for (const auto& [name, value] :
       {std::pair{"KITFOX_AGENT_WORKERS", "0"}, std::pair{"KITFOX_AGENT_BACKOFF_CAP_SECONDS", "nan"},
        std::pair{"KITFOX_AGENT_PAGE_ITEMS", "many"}}) {
    command_line f;
    f.variables[name] = value;
    const early_end end = f.end();
    EXPECT_EQ(end.code, exit_code::bad_configuration);
    EXPECT_TRUE(end.text.starts_with("kitfox-agent: " + std::string{name} + " (")) << end.text;
  }
}

TEST(CommandLine, AsksKubernetesForAtMostAThousandObjectsAtATime) {
  command_line f;
  EXPECT_EQ(f.program({"--page-items", "1000"}).agent.policy.kubernetes.page_items, 1000u);
  const early_end end = f.end({"--page-items", "1001"});
  EXPECT_EQ(end.code, exit_code::bad_configuration);
  EXPECT_NE(end.text.find("--page-items"), std::string::npos) << end.text;
}

TEST(CommandLine, LetsFlagsWinOverTheEnvironment) {
  command_line f;
  f.variables["INCIDENTFOX_CLUSTER_NAME"] = "from-environment";
  f.variables["LOG_LEVEL"] = "nonsense";
  f.disk.put("/key", std::string{key} + "\n");
  f.disk.put("/ca.pem", "CA");
  const program_options program = f.program({"--cluster-name",
                                             "from-flag",
                                             "--log-level",
                                             "debug",
                                             "--api-key-file",
                                             "/key",
                                             "--ca-file",
                                             "/ca.pem",
                                             "--metrics-port",
                                             "0",
                                             "--health-file",
                                             "",
                                             "--instance-id",
                                             "i-1",
                                             "--workers",
                                             "2",
                                             "--queue-max",
                                             "3",
                                             "--drain-timeout-seconds",
                                             "10"});
  EXPECT_EQ(program.agent.cluster_name, "from-flag");
  EXPECT_EQ(program.log_level, runtime::severity::debug);
  EXPECT_EQ(program.agent.gateway_authorities_pem, "CA");
  EXPECT_EQ(program.agent.metrics_port, 0);
  EXPECT_EQ(program.health_file, "");
  EXPECT_EQ(program.agent.instance_id, "i-1");
  EXPECT_EQ(program.agent.policy.commands.workers, 2u);
  EXPECT_EQ(program.agent.policy.commands.queue_max, 3u);
  EXPECT_EQ(program.agent.policy.commands.drain_timeout, std::chrono::seconds{10});
}

TEST(CommandLine, TakesTuningWithinItsBounds) {
  command_line f;
  const agent_policy policy =
      f.program({"--backoff-initial-seconds", "0.1", "--backoff-cap-seconds", "0.5", "--backoff-factor",
                 "1.5", "--slow-lane-seconds", "60", "--heartbeat-post-interval-seconds", "0",
                 "--answer-bytes-kept", "1000"})
          .agent.policy;
  EXPECT_EQ(policy.backoff.initial, std::chrono::milliseconds{100});
  EXPECT_EQ(policy.backoff.cap, std::chrono::milliseconds{500});
  EXPECT_EQ(policy.backoff.factor, 1.5);
  EXPECT_EQ(policy.session.heartbeat_post_interval, runtime::duration{});
  EXPECT_EQ(policy.idempotency.answer_bytes_max, 1000u);
}

TEST(CommandLine, RefusesTuningThatWouldMakeAStorm) {
  const std::vector<std::pair<const char*, const char*>> cases{{"--backoff-initial-seconds", "1e-9"},
                                                               {"--backoff-initial-seconds", "nan"},
                                                               {"--backoff-initial-seconds", "-1"},
                                                               {"--backoff-initial-seconds", "1s"},
                                                               {"--backoff-cap-seconds", "86400"},
                                                               {"--backoff-cap-seconds", "60.1"},
                                                               {"--backoff-factor", "1"},
                                                               {"--backoff-factor", "1.49"},
                                                               {"--backoff-factor", "nan"},
                                                               {"--slow-lane-seconds", "0"},
                                                               {"--slow-lane-seconds", "59"},
                                                               {"--session-spread-seconds", "0"},
                                                               {"--floor-max-seconds", "301"},
                                                               {"--healthy-after-seconds", "0"},
                                                               {"--dial-timeout-seconds", "0"},
                                                               {"--head-timeout-seconds", "inf"},
                                                               {"--response-retry-cap-seconds", "0"},
                                                               {"--response-try-timeout-seconds", "0"},
                                                               {"--heartbeat-interval-seconds", "0"},
                                                               {"--heartbeat-post-interval-seconds", "0.001"},
                                                               {"--watchdog-intervals", "0"},
                                                               {"--event-bytes-max", "0"},
                                                               {"--body-bytes-max", "1"},
                                                               {"--drain-timeout-seconds", "nan"}};
  for (const auto& [flag, value] : cases) {
    command_line f;
    const early_end end = f.end({flag, value});
    EXPECT_EQ(end.code, exit_code::bad_configuration);
    EXPECT_NE(end.text.find(flag), std::string::npos) << end.text;
    EXPECT_EQ(end.text.find('\n'), std::string::npos) << end.text;
  }
}

struct bad_line {
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> variables;
  const char* named;
};

TEST(CommandLine, ComplainsInOneLineThatNamesTheCulprit) {
  const std::vector<bad_line> cases{
      {{}, {{"INCIDENTFOX_API_KEY", ""}}, "INCIDENTFOX_API_KEY"},
      {{}, {{"INCIDENTFOX_API_KEY", "ixfx_k8s_short.secretsecret"}}, "INCIDENTFOX_API_KEY"},
      {{"--api-key-file", "/gone"}, {}, "/gone"},
      {{"--ca-file", "/gone"}, {}, "--ca-file /gone"},
      {{"--gateway-url", "http://gw.example"}, {}, "https://"},
      {{"--gateway-url", "http://gw.example", "--allow-plain-loopback"}, {}, "https://"},
      {{"--gateway-url", "gw.example"}, {}, "INCIDENTFOX_GATEWAY_URL"},
      {{"--gateway-url", "https://user:pw@gw.example"}, {}, "INCIDENTFOX_GATEWAY_URL"},
      {{}, {{"INCIDENTFOX_GATEWAY_URL", "https://"}}, "INCIDENTFOX_GATEWAY_URL"},
      {{"--instance-id", "a b"}, {}, "--instance-id"},
      {{"--cluster-name", std::string(257, 'x')}, {}, "INCIDENTFOX_CLUSTER_NAME"},
      {{"--log-level", "LOUD"}, {}, "LOG_LEVEL"},
      {{"--workers", "0"}, {}, "--workers"},
      {{"--metrics-port", "70000"}, {}, "--metrics-port"},
      {{"--no-such-flag"}, {}, "--no-such-flag"},
      {{"--kubeconfig", "/gone"}, {}, "/gone"},
      {{}, {{"KUBERNETES_SERVICE_HOST", ""}}, "KUBERNETES_SERVICE_HOST"},
      {{}, {{"SSL_CERT_FILE", "/gone"}}, "SSL_CERT_FILE /gone"},
      {{}, {{"SSL_CERT_FILE", "/no-pem"}}, "SSL_CERT_FILE /no-pem"},
  };
  for (const bad_line& one : cases) {
    command_line f;
    f.disk.put("/no-pem", "nonsense");
    for (const auto& [name, value] : one.variables) f.variables[name] = value;
    const early_end end = f.end(one.arguments);
    EXPECT_EQ(end.code, exit_code::bad_configuration) << end.text;
    EXPECT_NE(end.text.find(one.named), std::string::npos) << end.text;
    EXPECT_EQ(end.text.find('\n'), std::string::npos) << end.text;
    EXPECT_EQ(end.text.find("secretsecret"), std::string::npos) << end.text;
  }
}

TEST(CommandLine, AllowsPlainHttpOnLoopbackWithItsFlag) {
  for (const char* plain : {"http://127.0.0.1:8080", "http://localhost:1/gateway", "http://[::1]:1"}) {
    command_line f;
    EXPECT_EQ(f.end({"--gateway-url", plain}).code, exit_code::bad_configuration);
    EXPECT_EQ(f.program({"--gateway-url", plain, "--allow-plain-loopback"}).agent.gateway_url, plain);
  }
  for (const char* elsewhere :
       {"http://127.0.0.1.evil.example", "http://127.evil.example", "http://10.0.0.1", "http://[::2]"}) {
    command_line f;
    const early_end end = f.end({"--gateway-url", elsewhere, "--allow-plain-loopback"});
    EXPECT_EQ(end.code, exit_code::bad_configuration);
    EXPECT_NE(end.text.find("must begin with https://"), std::string::npos) << end.text;
  }
}

TEST(CommandLine, DocumentsEveryOptionEventAndExitCode) {
  command_line f;
  const early_end help = f.end({"--help"});
  EXPECT_EQ(help.code, exit_code::stopped);
  for (const char* part :
       {"--gateway-url", "--cluster-name", "--api-key-file", "--ca-file", "--instance-id", "--kubeconfig",
        "--context", "--log-level", "--health-file", "--metrics-port", "--workers", "--queue-max",
        "--drain-timeout-seconds", "--allow-plain-loopback", "INCIDENTFOX_API_KEY", "SSL_CERT_FILE",
        "Exit codes", "[60 to 3600]", "[0, or 1 to 86400]"})
    EXPECT_NE(help.text.find(part), std::string::npos) << part;
  for (const std::string_view event : event_list)
    EXPECT_NE(help.text.find(" " + std::string{event}), std::string::npos) << event;
  EXPECT_EQ(f.end({"--version"}).text, "kitfox-agent " KITFOX_VERSION)
      << "the project's own, in CMakeLists.txt";
}

TEST(Readme, ExplainsEveryEventAndNoOther) {
  std::ifstream in{std::string{KITFOX_AGENT_FOLDER} + "/README.md"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto from = text.find("## Events");
  const auto to = text.find("`reason` is one of", from);
  ASSERT_NE(to, std::string::npos);
  std::set<std::string, std::less<>> explained;
  std::istringstream lines{text.substr(from, to - from)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('|')) continue;
    const std::string names = line.substr(0, line.find('|', 1));
    for (auto at = names.find('`'); at != std::string::npos; at = names.find('`', at + 1)) {
      const auto end = names.find('`', at + 1);
      explained.insert(names.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  EXPECT_EQ(explained, (std::set<std::string, std::less<>>{event_list.begin(), event_list.end()}));
  for (std::size_t reason = 0; reason < agent_metrics::reasons; ++reason)
    EXPECT_NE(text.find(to_string(static_cast<end_reason>(reason)), to), std::string::npos)
        << to_string(static_cast<end_reason>(reason));
}

/// Swallows everything.
class silent_events final : public runtime::event_sink {
 public:
  void emit(runtime::severity, std::string_view event, std::span<const runtime::event_field>) override {
    names.emplace_back(event);
  }
  std::vector<std::string> names;
};

struct probe_file : testing::Test {
  [[nodiscard]] bool exists() const { return std::ifstream{path}.good(); }
  std::string path = testing::TempDir() + "kitfox_agent_probe_" +
                     testing::UnitTest::GetInstance()->current_test_info()->name();
  silent_events log;
};

TEST_F(probe_file, ExistsExactlyWhileReady) {
  { std::ofstream{path} << "left over"; }
  {
    probe_file_sink sink{path, log};
    EXPECT_FALSE(exists()) << "left by an earlier process";
    sink.info("readiness", {{"ready", true}});
    EXPECT_TRUE(exists());
    sink.info("something_else", {{"ready", false}});
    EXPECT_TRUE(exists());
    sink.info("readiness", {{"ready", false}});
    EXPECT_FALSE(exists());
    sink.info("readiness", {{"ready", true}});
  }
  EXPECT_FALSE(exists()) << "the process has ended";
  EXPECT_EQ(log.names.size(), 4u) << "every event is handed on";
}

TEST_F(probe_file, ReportsThatItCannotBeMade) {
  probe_file_sink sink{"/no/such/folder/healthy", log};
  sink.info("readiness", {{"ready", true}});
  EXPECT_EQ(log.names, (std::vector<std::string>{"probe_file_failed", "readiness"}));
}

TEST_F(probe_file, IsNotKeptWithoutAPath) {
  probe_file_sink sink{"", log};
  sink.info("readiness", {{"ready", true}});
  EXPECT_EQ(log.names, std::vector<std::string>{"readiness"});
}

}  // namespace
}  // namespace kitfox::agent
