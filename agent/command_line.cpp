#include "agent/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "agent/event_list.hpp"
#include "agent/tuning_flags.hpp"
#include "runtime/json_lines_sink.hpp"

namespace kitfox::agent {

namespace {

constexpr const char* description =
    "Dials out from a cluster to a gateway, reads commands from its event stream, runs them read-only "
    "against "
    "the Kubernetes API and posts the answers back.";

constexpr const char* variables_and_log = R"(
Environment:
  INCIDENTFOX_API_KEY       the key, ixfx_k8s_<id>.<secret> (required, or --api-key-file)
  INCIDENTFOX_GATEWAY_URL   as --gateway-url
  INCIDENTFOX_CLUSTER_NAME  as --cluster-name
  LOG_LEVEL                 as --log-level
  KITFOX_PROBE_FILE         as --health-file
  KITFOX_AGENT_...          as the flag of that name: KITFOX_AGENT_WORKERS as --workers. So have --queue-max,
                            --drain-timeout-seconds and every flag of the group Tuning. A flag wins.
  KUBECONFIG                as --kubeconfig; unset: the pod's service account, with
                            KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT
  SSL_CERT_FILE             authorities to trust for the gateway, unless --ca-file is given
  CONTAINER_SANDBOX_MOUNT_POINT
                            where the pod's mounts are, for a process on the node itself: before the
                            paths of the service account and the default --health-file

Log: JSON lines on standard output. Events:
)";

constexpr const char* exit_codes = R"(
Exit codes:
  0  asked to stop (SIGTERM, SIGINT), in order
  1  a fault of the program itself
  2  bad arguments, environment or configuration file; nothing was dialled
  3  the gateway refused the key (401, 403) before the agent was ever connected
  4  the gateway asked the agent not to come back (204)
)";

std::string footer() {
  constexpr std::size_t line_max = 100;
  std::string text = variables_and_log;
  std::string line = " ";
  for (const std::string_view name : event_list) {
    if (line.size() + name.size() + 2 > line_max) {
      text += line + "\n";
      line = " ";
    }
    line += fmt::format(" {}", name);
  }
  return text + line + "\n" + exit_codes;
}

constexpr const char* default_health_file = "/tmp/healthy";

/// What stands on the command line and in the environment, before it is checked.
struct raw_options {
  std::string gateway_url, cluster_name, instance_id, ca_file, key_file, log_level;
  std::string health_file = default_health_file;
  kube_environment kubernetes;
  std::optional<std::uint16_t> metrics_port;
  std::size_t workers = command_options{}.workers;
  std::size_t queue_max = command_options{}.queue_max;
  double drain_timeout_seconds = 25;
  bool plain = false;
  agent_policy policy;
  tuning_flags tuning;
};

void declare(CLI::App& app, raw_options& raw) {
  raw.tuning.declare(app, raw.policy);
  app.footer(footer());
  app.set_version_flag("--version", std::string{agent_version});
  app.add_option("--gateway-url", raw.gateway_url,
                 "URL of the gateway, https://host[:port][/path] "
                 "(default https://orchestrator.incidentfox.ai/gateway)");
  app.add_option("--cluster-name", raw.cluster_name, "Name of this cluster, for the gateway and the log");
  app.add_option("--api-key-file", raw.key_file, "File that holds the key, instead of INCIDENTFOX_API_KEY");
  app.add_option("--ca-file", raw.ca_file, "PEM file with the only authorities to trust for the gateway");
  app.add_option("--instance-id", raw.instance_id, "Tells agents of one cluster apart (default: random)");
  app.add_option("--kubeconfig", raw.kubernetes.kubeconfig_path, "Kubeconfig file (default: in-cluster)");
  app.add_option("--context", raw.kubernetes.context, "Context of the kubeconfig (default: its current one)");
  app.add_option("--log-level", raw.log_level, "DEBUG, INFO, WARNING or ERROR (default INFO)");
  app.add_option("--health-file", raw.health_file, "File that exists exactly while connected; \"\" for none")
      ->capture_default_str();
  app.add_option("--metrics-port", raw.metrics_port,
                 "Serve Prometheus metrics on 127.0.0.1 at this port, 0 for any (default: not served)");
  app.add_option("--workers", raw.workers, "Commands that run at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--queue-max", raw.queue_max, "Commands that wait for a worker; more are answered busy")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  app.add_option("--drain-timeout-seconds", raw.drain_timeout_seconds,
                 "Time from SIGTERM to the end of the process at most")
      ->check(within(3, 3600))
      ->capture_default_str();
  app.add_flag("--allow-plain-loopback", raw.plain,
               "Accept an http:// gateway on loopback, for tests; never to another machine");
}

bool has_variable(const CLI::Option& flag) {
  constexpr std::array<std::string_view, 3> others{"workers", "queue-max", "drain-timeout-seconds"};
  return flag.get_group() == tuning_flags::group ||
         std::find(others.begin(), others.end(), flag.get_single_name()) != others.end();
}

/// "KITFOX_AGENT_BACKOFF_CAP_SECONDS" of "backoff-cap-seconds".
std::string variable_of(const CLI::Option& flag) {
  std::string name = "KITFOX_AGENT_";
  for (const char letter : flag.get_single_name())
    name +=
        letter == '-' ? '_' : static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
  return name;
}

/// What a variable says of a flag that was not given. Returns the complaint; empty: none.
std::string take_variable(CLI::Option& flag, const environment& variables, const std::string& name) {
  const std::string value = flag.count() != 0 ? std::string{} : variables(name.c_str()).value_or("");
  if (value.empty()) return {};
  try {
    flag.add_result(value);
    flag.run_callback();
  } catch (const CLI::ParseError& error) {
    return fmt::format("{} ({})", name, error.what());
  }
  return {};
}

std::string take_variables(CLI::App& app, const environment& variables) {
  std::string complaint = take_variable(*app.get_option("--health-file"), variables, "KITFOX_PROBE_FILE");
  for (CLI::Option* flag : app.get_options())
    if (complaint.empty() && has_variable(*flag))
      complaint = take_variable(*flag, variables, variable_of(*flag));
  return complaint;
}

void take(std::string& flag, const environment& variables, const char* name) {
  if (!flag.empty()) return;
  if (auto value = variables(name)) flag = std::move(*value);
}

early_end complain(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return {exit_code::bad_configuration, "kitfox-agent: " + std::move(text)};
}

void trim_end(std::string& text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
}

/// The key itself never goes into a complaint.
std::variant<protocol::api_key, early_end> read_key(const raw_options& raw, const environment& variables,
                                                    files& disk) {
  std::string where = "INCIDENTFOX_API_KEY";
  std::string text;
  if (!raw.key_file.empty()) {
    where = raw.key_file;
    auto content = disk.read(raw.key_file);
    if (!content)
      return complain(fmt::format("--api-key-file {}: {}", raw.key_file, content.error().message()));
    text = std::move(*content);
  } else if (auto value = variables("INCIDENTFOX_API_KEY")) {
    text = std::move(*value);
  }
  trim_end(text);
  if (text.empty())
    return complain(
        fmt::format("{}: not set; put the key there that the dashboard showed for this cluster", where));
  auto key = protocol::api_key::parse(text);
  if (!key) return complain(fmt::format("{}: not a key; expected ixfx_k8s_<id>.<secret>", where));
  return std::move(*key);
}

/// What is wrong with SSL_CERT_FILE, so that the variable is named before anything is dialled; empty:
/// nothing.
std::string wrong_with_trust(const environment& variables, files& disk) {
  const std::string path = variables("SSL_CERT_FILE").value_or("");
  if (path.empty()) return {};
  const auto pem = disk.read(path);
  if (!pem) return fmt::format("SSL_CERT_FILE {}: {}", path, pem.error().message());
  if (pem->find("-----BEGIN ") == std::string::npos)
    return fmt::format("SSL_CERT_FILE {}: expected certificates as PEM", path);
  return {};
}

void apply(const raw_options& raw, agent_options& agent) {
  if (!raw.gateway_url.empty()) agent.gateway_url = raw.gateway_url;
  agent.plain = raw.plain ? plain_loopback::allowed : plain_loopback::refused;
  agent.cluster_name = raw.cluster_name;
  agent.instance_id = raw.instance_id;
  agent.metrics_port = raw.metrics_port;
  agent.policy = raw.policy;
  raw.tuning.apply(agent.policy);
  agent.policy.commands.workers = raw.workers;
  agent.policy.commands.queue_max = raw.queue_max;
  agent.policy.commands.drain_timeout =
      std::chrono::duration_cast<runtime::duration>(std::chrono::duration<double>(raw.drain_timeout_seconds));
}

std::variant<program_options, early_end> check(raw_options& raw, const environment& variables, files& disk) {
  take(raw.gateway_url, variables, "INCIDENTFOX_GATEWAY_URL");
  take(raw.cluster_name, variables, "INCIDENTFOX_CLUSTER_NAME");
  take(raw.log_level, variables, "LOG_LEVEL");
  take(raw.kubernetes.kubeconfig_path, variables, "KUBECONFIG");
  take(raw.kubernetes.service_host, variables, "KUBERNETES_SERVICE_HOST");
  take(raw.kubernetes.service_port, variables, "KUBERNETES_SERVICE_PORT");
  const std::string mounts = variables("CONTAINER_SANDBOX_MOUNT_POINT").value_or("");
  raw.kubernetes.service_account_dir.insert(0, mounts);
  if (raw.health_file == default_health_file) raw.health_file.insert(0, mounts);

  auto key = read_key(raw, variables, disk);
  if (auto* end = std::get_if<early_end>(&key)) return std::move(*end);
  program_options program{agent_options{std::get<protocol::api_key>(key)}};
  program.health_file = raw.health_file;
  apply(raw, program.agent);
  if (!raw.log_level.empty()) {
    const auto level = runtime::parse_severity(raw.log_level);
    if (!level) return complain("LOG_LEVEL (--log-level): expected DEBUG, INFO, WARNING or ERROR");
    program.log_level = *level;
  }
  if (!raw.ca_file.empty()) {
    auto pem = disk.read(raw.ca_file);
    if (!pem) return complain(fmt::format("--ca-file {}: {}", raw.ca_file, pem.error().message()));
    program.agent.gateway_authorities_pem = std::move(*pem);
  }
  std::string complaint;
  if (raw.ca_file.empty()) complaint = wrong_with_trust(variables, disk);
  if (!complaint.empty()) return complain(complaint);
  if (check_options(program.agent, complaint)) return complain(complaint);
  auto access = find_kube_access(raw.kubernetes, disk, complaint);
  if (!access) return complain(complaint);
  program.agent.kubernetes = std::move(*access);
  return program;
}

}  // namespace

std::variant<program_options, early_end> read_command_line(std::vector<std::string> arguments,
                                                           const environment& variables, files& disk) {
  raw_options raw;
  CLI::App app{description, "kitfox-agent"};
  declare(app, raw);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back.
  try {
    app.parse(arguments);
  } catch (const CLI::CallForVersion&) {
    return early_end{exit_code::stopped, fmt::format("kitfox-agent {}", agent_version)};
  } catch (const CLI::CallForHelp&) {
    return early_end{exit_code::stopped, app.help()};
  } catch (const CLI::ParseError& error) {
    return complain(fmt::format("{} (see --help)", error.what()));
  }
  const std::string complaint = take_variables(app, variables);
  if (!complaint.empty()) return complain(complaint);
  return check(raw, variables, disk);
}

}  // namespace kitfox::agent
