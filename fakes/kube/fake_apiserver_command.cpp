#include "fakes/kube/fake_apiserver_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/fault_file.hpp"
#include "fakes/kube/kubeconfig.hpp"
#include "fakes/kube/run_pods.hpp"
#include "fakes/kube/serve_api.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/real_host.hpp"
#include "runtime/task_group.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::kube {

namespace {

enum exit_code { stopped = 0, bad_usage = 2, cannot_listen = 5 };

struct command_options {
  std::vector<std::string> objects;
  std::string faults;
  std::string listen = "127.0.0.1:0";
  std::string certificate_file, key_file;
  std::string out = ".";
  std::string admin_token = "admin";
  std::vector<std::string> tokens;  ///< "TOKEN=USER[,GROUP...]"
  std::string version = "v1.20.2";
  bool anonymous_refused = false;
  bool watch_list = false;
  bool aggregated_discovery = false;
  bool agent_rbac = false;
  bool workloads = false;
  bool run_pods = false;
  std::vector<std::string> images;  ///< "PATTERN=COMMAND WORD..."
  std::vector<std::string> agent_namespaces;
  std::string log_level = "INFO";
};

void describe(CLI::App& app, command_options& options) {
  app.add_option("--objects", options.objects, "Files of Kubernetes YAML to start with")
      ->check(CLI::ExistingFile);
  app.add_option("--faults", options.faults, "File of YAML with answers to change, one document a rule")
      ->check(CLI::ExistingFile);
  app.add_option("--listen", options.listen, "Address and port; port 0 lets the system choose")
      ->capture_default_str();
  app.add_option("--tls-cert", options.certificate_file,
                 "PEM certificate chain; without it an authority and a certificate are made in --out");
  app.add_option("--tls-key", options.key_file, "PEM private key of --tls-cert");
  app.add_option("--out", options.out, "Folder for kubeconfig and ca.crt")->capture_default_str();
  app.add_option("--admin-token", options.admin_token, "Bearer token of the user admin in system:masters")
      ->capture_default_str();
  app.add_option("--token", options.tokens, "Another user: TOKEN=USER[,GROUP...]");
  app.add_option("--kubernetes-version", options.version, "What /version says")->capture_default_str();
  app.add_flag("--refuse-anonymous", options.anonymous_refused,
               "Answer requests without credentials with 401");
  app.add_flag("--watch-list", options.watch_list, "Serve sendInitialEvents instead of rejecting it");
  app.add_flag(
      "--aggregated-discovery", options.aggregated_discovery,
      "Answer clients that ask for it with one document of all groups, as Kubernetes 1.26 and later");
  app.add_flag("--workloads", options.workloads,
               "Make pods of Deployments and ReplicaSets, Ready at once; nothing runs in them");
  app.add_flag("--run-pods", options.run_pods,
               "As --workloads, but a pod's containers are child processes: with its environment, volumes, "
               "service account, probes, restarts and logs");
  app.add_option("--image", options.images,
                 "With --run-pods: PATTERN=COMMAND WORD..., what stands for images like PATTERN (* ? []), in "
                 "place of their entry point; PATTERN= runs what the pod names. Any other image cannot be "
                 "pulled")
      ->needs("--run-pods");
  app.add_flag("--agent-rbac", options.agent_rbac,
               "Install the agent's service account and its default rights, and write its token to --out");
  app.add_option("--agent-namespace", options.agent_namespaces,
                 "With --agent-rbac: restrict the agent to these namespaces");
  app.add_option("--log-level", options.log_level, "Of the request log on standard error")
      ->capture_default_str();
  app.footer("Exit codes: 0 stopped on request, 2 bad options or files, 5 the address cannot be used.");
}

int complain(int code, const std::string& why) {
  std::cerr << "kitfox fake apiserver: " << why << '\n';
  return code;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out{path, std::ios::binary};
  out << text;
  out.close();
  return !out.fail();
}

std::optional<runtime::endpoint> parse_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  const std::string digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const unsigned long port = std::stoul(digits);
  if (port > 65535) return std::nullopt;
  return runtime::endpoint{text.substr(0, colon), static_cast<std::uint16_t>(port)};
}

std::optional<std::pair<std::string, user_identity>> parse_user(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
  const std::string_view rest = std::string_view{text}.substr(equals + 1);
  const auto names = split_words(rest, ',');
  if (names.empty()) return std::nullopt;
  user_identity user;
  user.name = names.front();
  user.groups.assign(names.begin() + 1, names.end());
  return std::pair{text.substr(0, equals), std::move(user)};
}

/// Everything that is prepared before the first connection.
struct prepared_server {
  std::unique_ptr<api_server> server;
  runtime::tls_server_options tls;
  std::string authorities_pem;
  std::optional<runtime::temporary_directory> pods_folder;
};

// A program by its path is found from any folder.
std::string prepare_node(const command_options& options, node_options& node, prepared_server& out) {
  for (const std::string& text : options.images) {
    auto image = parse_image_mapping(text);
    if (!image) return "--image " + text + " is not PATTERN=COMMAND WORD...";
    if (!image->command.empty() && image->command.front().find('/') != std::string::npos)
      image->command.front() = std::filesystem::absolute(image->command.front()).string();
    node.images.push_back(std::move(*image));
  }
  node.pods_folder = out.pods_folder.emplace().path().string();
  return node.pods_folder.empty() ? "cannot make a folder for pods" : std::string{};
}

// Returns what is wrong; empty when nothing is.
std::string prepare_tls(const command_options& options, const std::string& host, prepared_server& out) {
  if (options.certificate_file.empty() != options.key_file.empty())
    return "--tls-cert and --tls-key belong together";
  if (!options.certificate_file.empty()) {
    const auto certificate = read_file(options.certificate_file);
    const auto key = read_file(options.key_file);
    if (!certificate || !key) return "cannot read --tls-cert or --tls-key";
    out.tls.certificate_pem = *certificate;
    out.tls.private_key_pem = *key;
    out.authorities_pem = *certificate;
    return {};
  }
  // Go's TLS clients know Ed25519 since 1.13; older ones know P-256.
  const pki::authority authority{"kitfox fake apiserver", {}, pki::key_kind::p256};
  pki::certificate_request wanted;
  wanted.hosts = {"localhost", "127.0.0.1", "::1", "kubernetes.default.svc"};
  if (host != "127.0.0.1" && host != "localhost" && host != "0.0.0.0") wanted.hosts.push_back(host);
  wanted.key = pki::key_kind::p256;
  const pki::identity identity = authority.issue(wanted);
  out.tls.certificate_pem = identity.certificate_pem;
  out.tls.private_key_pem = identity.private_key_pem;
  out.authorities_pem = authority.certificate_pem();
  return {};
}

std::string prepare_users(const command_options& options, api_server& server) {
  server.tokens().add_token(options.admin_token, {"admin", {}, {std::string{group_masters}}, {}});
  for (const std::string& text : options.tokens) {
    auto user = parse_user(text);
    if (!user) return "--token " + text + " is not TOKEN=USER[,GROUP...]";
    server.tokens().add_token(std::move(user->first), std::move(user->second));
  }
  return {};
}

std::string prepare_objects(const command_options& options, api_server& server, runtime::wall_time now) {
  if (options.agent_rbac) {
    agent_rbac_options rights;
    rights.restricted_to = options.agent_namespaces;
    for (json& object : agent_rbac_objects(rights)) {
      const auto stored = server.put(std::move(object), now);
      if (!stored) return stored.error().message();
    }
  }
  for (const std::string& path : options.objects) {
    const auto text = read_file(path);
    if (!text) return "cannot read " + path;
    diagnostics where;
    where.file = path;
    if (const auto failure = server.load_yaml(*text, where, now)) {
      return where.message.empty() ? path + ": " + failure.message() : where.text();
    }
  }
  return {};
}

std::string prepare_faults(const command_options& options, api_server& server) {
  if (options.faults.empty()) return {};
  const auto text = read_file(options.faults);
  if (!text) return "cannot read " + options.faults;
  diagnostics where;
  where.file = options.faults;
  auto rules = load_faults(*text, where);
  if (!rules) return where.text();
  for (fault_rule& rule : *rules) {
    if (!server.faults().add(std::move(rule))) return options.faults + ": too many faults";
  }
  return {};
}

std::string prepare(const command_options& options, const std::string& host, runtime::host& on,
                    prepared_server& out) {
  api_server_options settings;
  settings.identity.git_version = options.version;
  if (std::string why = prepare_tls(options, host, out); !why.empty()) return why;
  settings.root_authority_pem = out.authorities_pem;
  if (options.workloads) settings.controllers = cluster_controllers::workloads;
  if (options.run_pods) {
    settings.controllers = cluster_controllers::running_pods;
    if (std::string why = prepare_node(options, settings.node, out); !why.empty()) return why;
  }
  settings.anonymous = options.anonymous_refused ? anonymous_requests::refused : anonymous_requests::allowed;
  settings.watch_list = options.watch_list ? watch_list_support::served : watch_list_support::rejected;
  if (options.aggregated_discovery) {
    settings.identity.discovery = server_identity::discovery_forms::aggregated_too;
  }
  std::array<unsigned char, 32> key{};
  on.entropy().fill(key);
  settings.signing_key.assign(key.begin(), key.end());
  settings.uid_seed = on.entropy().next();
  const runtime::wall_time now = on.clock().wall_now();
  out.server = std::make_unique<api_server>(std::move(settings), now);
  if (std::string why = prepare_users(options, *out.server); !why.empty()) return why;
  if (std::string why = prepare_objects(options, *out.server, now); !why.empty()) return why;
  return prepare_faults(options, *out.server);
}

std::string write_outputs(const command_options& options, prepared_server& ready, const std::string& url,
                          runtime::wall_time now) {
  const std::filesystem::path folder{options.out};
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  const std::string config = print_kubeconfig({url, ready.authorities_pem, "admin", options.admin_token, {}});
  bool written = !failure && write_file(folder / "kubeconfig", config) &&
                 write_file(folder / "ca.crt", ready.authorities_pem);
  if (options.agent_rbac) {
    const auto token = ready.server->issue_token({"incidentfox", "incidentfox-agent"}, now);
    written = written && token && write_file(folder / "agent.token", *token);
  }
  return written ? std::string{} : "cannot write to " + options.out;
}

runtime::task<void> stop_when_asked(runtime::stop_source& stop, api_service& service) {
  const runtime::error_code failure = co_await stop.wait();
  if (!failure) service.stop();
}

runtime::task<int> serve(runtime::real_host& on, const command_options& options, prepared_server& ready,
                         runtime::endpoint at) {
  auto tls = on.network().make_tls_server(ready.tls);
  if (!tls) co_return complain(bad_usage, "certificate or key: " + tls.error().message());
  auto listener = co_await on.network().listen(at, *tls);
  if (!listener) co_return complain(cannot_listen, options.listen + ": " + listener.error().message());
  api_service service{on, std::move(*listener), *ready.server};
  const runtime::endpoint local = service.local();
  const std::string host = local.host == "0.0.0.0" ? "127.0.0.1" : local.host;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string url = fmt::format("https://{}:{}", is_ipv6 ? "[" + host + "]" : host, local.port);
  if (std::string why = write_outputs(options, ready, url, on.clock().wall_now()); !why.empty()) {
    service.stop();
    co_return complain(bad_usage, why);
  }
  std::cout << url << '\n' << (std::filesystem::path{options.out} / "kubeconfig").string() << std::endl;
  runtime::stop_source stop{on.executor()};
  on.stop_on_signals(stop);
  runtime::task_group beside{on};
  beside.spawn("stop on signals", stop_when_asked(stop, service));
  std::optional<pod_runner> pods;
  runtime::task_group running{on};
  if (kubelet* node = ready.server->node()) {
    node->advertise({host, local.port});
    running.spawn("pods", pods.emplace(on, *node).run());
  }
  co_await service.run();
  if (pods) pods->stop();
  co_await running.join();
  beside.cancel();
  co_await beside.join();
  co_return stopped;
}

}  // namespace

int run_fake_apiserver(int argc, char** argv) {
  command_options options;
  CLI::App app{"A fake Kubernetes API server with real RBAC, over TLS.", "kitfox fake apiserver"};
  describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? stopped : bad_usage;
  }
  const auto at = parse_endpoint(options.listen);
  if (!at) return complain(bad_usage, "--listen " + options.listen + " is not ADDRESS:PORT");
  const auto level = runtime::parse_severity(options.log_level);
  if (!level)
    return complain(bad_usage,
                    "--log-level " + options.log_level + " is none of DEBUG, INFO, WARNING, ERROR");
  runtime::json_lines_options log;
  log.least = *level;
  log.path = "stderr";
  const auto events = runtime::make_json_lines_sink(log);
  const auto host = runtime::real_host::make(*events);
  prepared_server ready;
  if (const std::string why = prepare(options, at->host, *host, ready); !why.empty()) {
    return complain(bad_usage, why);
  }
  return host->run(serve(*host, options, ready, *at));
}

}  // namespace kitfox::kube
