#include "agent/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <span>

#include "runtime/json_lines_sink.hpp"

namespace kitfox::agent {

namespace {

constexpr const char* description =
    "Dials out from a cluster to a gateway, reads commands from its event stream, runs them read-only "
    "against "
    "the Kubernetes API and posts the answers back.";

constexpr const char* footer = R"(
Environment:
  INCIDENTFOX_API_KEY       the key, ixfx_k8s_<id>.<secret> (required, or --api-key-file)
  INCIDENTFOX_GATEWAY_URL   as --gateway-url
  INCIDENTFOX_CLUSTER_NAME  as --cluster-name
  LOG_LEVEL                 as --log-level
  KUBECONFIG                as --kubeconfig; unset: the pod's service account, with
                            KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT
  SSL_CERT_FILE             authorities to trust for the gateway, unless --ca-file is given

Log: JSON lines on standard output. Events: agent_started, connecting, connected_to_gateway, readiness,
disconnected, connect_failed, key_rejected, event_skipped, command_received, command_repeated,
command_finished, denied, response_retried, answer_undelivered, metadata_incomplete, metrics_listening,
metrics_unavailable, probe_file_failed, draining, drain_incomplete, configuration_invalid, stopped.

Exit codes:
  0  asked to stop (SIGTERM, SIGINT), in order
  1  a fault of the program itself
  2  bad arguments, environment or configuration file; nothing was dialled
  3  the gateway refused the key (401, 403) before the agent was ever connected
  4  the gateway asked the agent not to come back (204)
)";

/// What stands on the command line and in the environment, before it is checked.
struct raw_options {
  std::string gateway_url, cluster_name, instance_id, ca_file, key_file, log_level;
  std::string health_file = "/tmp/healthy";
  kube_environment kubernetes;
  std::optional<std::uint16_t> metrics_port;
  std::size_t workers = command_options{}.workers;
  std::size_t queue_max = command_options{}.queue_max;
  double drain_timeout_seconds = 25;
  bool plain = false;
  agent_policy policy;
  std::deque<double> spans;  ///< In order of tuned_spans(); a deque, since CLI11 keeps references.
};

struct tuned_span {
  const char* flag;
  runtime::duration& (*of)(agent_policy&);
  const char* meaning;
};

/// Times that a deployment may tune; each is a flag in seconds.
std::span<const tuned_span> tuned_spans() {
  using policy = agent_policy;
  using span = runtime::duration;
  static constexpr tuned_span all[] = {
      {"--backoff-initial-seconds", [](policy& p) -> span& { return p.backoff.initial; },
       "Envelope of the first retry"},
      {"--backoff-cap-seconds", [](policy& p) -> span& { return p.backoff.cap; },
       "The envelope never exceeds it"},
      {"--healthy-after-seconds", [](policy& p) -> span& { return p.backoff.healthy_after; },
       "A stream healthy for so long starts the count of failures anew"},
      {"--session-spread-seconds", [](policy& p) -> span& { return p.backoff.session_spread; },
       "The first retry after a session is drawn from at least this"},
      {"--floor-max-seconds", [](policy& p) -> span& { return p.backoff.floor_max; },
       "The longest wait that a gateway may ask for"},
      {"--slow-lane-seconds", [](policy& p) -> span& { return p.backoff.slow_lane; },
       "Middle of the delays after a refused key"},
      {"--dial-timeout-seconds", [](policy& p) -> span& { return p.session.dial_timeout; },
       "Name, TCP and TLS together"},
      {"--head-timeout-seconds", [](policy& p) -> span& { return p.session.head_timeout; },
       "From a request to the end of the response's head"},
      {"--connected-timeout-seconds", [](policy& p) -> span& { return p.session.connected_timeout; },
       "From the head to the connected event"},
      {"--heartbeat-interval-seconds", [](policy& p) -> span& { return p.session.heartbeat_interval; },
       "Assumed until the gateway says otherwise"},
      {"--heartbeat-post-interval-seconds",
       [](policy& p) -> span& { return p.session.heartbeat_post_interval; },
       "Between two heartbeats that the agent posts; 0: none"},
      {"--response-try-timeout-seconds", [](policy& p) -> span& { return p.responses.try_timeout; },
       "One try to deliver an answer"},
      {"--response-retry-initial-seconds", [](policy& p) -> span& { return p.responses.retry_initial; },
       "Envelope of the first pause between tries"},
      {"--response-retry-cap-seconds", [](policy& p) -> span& { return p.responses.retry_cap; },
       "Longest pause between tries"},
  };
  return all;
}

double in_seconds(runtime::duration span) { return std::chrono::duration<double>(span).count(); }

void declare_tuning(CLI::App& app, raw_options& raw) {
  const char* const group = "Tuning";
  for (const tuned_span& one : tuned_spans()) {
    raw.spans.push_back(in_seconds(one.of(raw.policy)));
    app.add_option(one.flag, raw.spans.back(), one.meaning)
        ->check(CLI::Range(0.0, 86'400.0))
        ->capture_default_str()
        ->group(group);
  }
  app.add_option("--backoff-factor", raw.policy.backoff.factor, "Growth of the envelope")
      ->check(CLI::Range(1.0, 10.0))
      ->capture_default_str()
      ->group(group);
  app.add_option("--watchdog-intervals", raw.policy.session.watchdog_intervals,
                 "Heartbeat intervals of silence that end a stream")
      ->check(CLI::Range(1, 100))
      ->capture_default_str()
      ->group(group);
  app.add_option("--event-bytes-max", raw.policy.session.event_bytes_max, "Bytes of one server-sent event")
      ->capture_default_str()
      ->group(group);
  app.add_option("--answers-kept", raw.policy.idempotency.entries_max, "Answers remembered against repeats")
      ->capture_default_str()
      ->group(group);
  app.add_option("--body-bytes-max", raw.policy.responses.body_bytes_max,
                 "Bytes of one answer; a longer one is truncated")
      ->capture_default_str()
      ->group(group);
  app.add_option("--page-items", raw.policy.kubernetes.page_items, "Objects asked of Kubernetes at a time")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str()
      ->group(group);
  app.add_option("--log-bytes-max", raw.policy.kubernetes.log_bytes_max, "Bytes of one container log")
      ->capture_default_str()
      ->group(group);
}

void declare(CLI::App& app, raw_options& raw) {
  declare_tuning(app, raw);
  const agent_policy defaults;
  app.footer(footer);
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
      ->check(CLI::Range(3.0, 3600.0))
      ->capture_default_str();
  app.add_flag("--allow-plain-loopback", raw.plain,
               "Accept an http:// gateway on loopback, for tests; never to another machine");
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

void apply(const raw_options& raw, agent_options& agent) {
  if (!raw.gateway_url.empty()) agent.gateway_url = raw.gateway_url;
  agent.plain = raw.plain ? plain_loopback::allowed : plain_loopback::refused;
  agent.cluster_name = raw.cluster_name;
  agent.instance_id = raw.instance_id;
  agent.metrics_port = raw.metrics_port;
  agent.policy = raw.policy;
  const auto tuned = tuned_spans();
  for (std::size_t i = 0; i < tuned.size(); ++i) {
    tuned[i].of(agent.policy) =
        std::chrono::duration_cast<runtime::duration>(std::chrono::duration<double>(raw.spans[i]));
  }
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
  return check(raw, variables, disk);
}

}  // namespace kitfox::agent
