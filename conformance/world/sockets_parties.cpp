// How a world of real processes starts the programs under test, and what it learns of them beside the wire.
#include <boost/system/errc.hpp>

#include "conformance/world/cluster_objects.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/program_command.hpp"
#include "conformance/world/program_flags.hpp"
#include "conformance/world/sockets_world.hpp"
#include "conformance/world/subject_variables.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::conformance {
namespace {

/// A gateway that does not listen by then does not come up.
constexpr runtime::duration start_timeout = std::chrono::seconds{20};
/// Between two looks at a gateway that is no reference and so may not say when it listens.
constexpr runtime::duration look_again = std::chrono::milliseconds{50};
constexpr const char* probe_folder = "probes";

std::string file_name(std::string node) {
  for (char& c : node) {
    if (c == '/') c = '-';
  }
  return node;
}

}  // namespace

std::string sockets_world::last_words(const std::string& node) const {
  const auto found = children_.find(node);
  if (found == children_.end()) return {};
  const child& one = *found->second;
  std::string out = one.exited ? ", which exited with " + std::to_string(one.exit_code) : "";
  if (!one.last_line.empty()) out += "; its last line: " + one.last_line;
  return out;
}

/// The probe file is what the kubelet looks at, so it is the evidence of readiness, and not the agent's word.
runtime::error_code sockets_world::watch_readiness() {
  const std::filesystem::path folder = directory_ / probe_folder;
  std::error_code failure;
  std::filesystem::create_directory(folder, failure);
  if (failure) return failure;
  auto opened = folder_watch::open(harness_, folder, [this](std::string_view name, bool exists) {
    const auto node = node_of_probe_.find(name);
    if (node == node_of_probe_.end()) return;
    tape_.log(node->second, "readiness", {{"ready", exists}, {"seen", "probe file"}}, harness_.clock().now());
  });
  if (!opened) return opened.error();
  probes_ = std::move(*opened);
  tasks_.spawn("probe files", probes_->run());
  return {};
}

runtime::error_code sockets_world::write_credentials() const {
  nlohmann::json credentials = nlohmann::json::array();
  for (const std::string& team : what_.topology.teams()) {
    const std::size_t slash = team.find('/');
    for (const bool administrator : {false, true}) {
      credentials.push_back({{"name", (administrator ? "admin of " : "caller of ") + team},
                             {"secret", credential(team, administrator)},
                             {"role", administrator ? "admin" : "caller"},
                             {"org_id", team.substr(0, slash)},
                             {"team_node_id", team.substr(slash + 1)}});
    }
  }
  return write("credentials.json", nlohmann::json{{"credentials", std::move(credentials)}}.dump(1));
}

/// A program that cannot say which ports the system gave it is told free ones.
runtime::task<runtime::error_code> sockets_world::choose_gateway_ports() {
  runtime::endpoint any{loopback, 0}, other{loopback, 0};
  const auto agents = co_await harness_.network().listen(std::move(any), nullptr);
  if (!agents) co_return agents.error();
  const auto callers = co_await harness_.network().listen(std::move(other), nullptr);
  if (!callers) co_return callers.error();
  agent_port_ = (*agents)->local().port;
  caller_port_ = (*callers)->local().port;
  co_return runtime::error_code{};
}

runtime::task<bool> sockets_world::gateway_listens() {
  for (const std::uint16_t port : {agent_port_, caller_port_}) {
    runtime::endpoint at{loopback, port};
    const auto stream = co_await harness_.network().dial(std::move(at), nullptr);
    if (!stream) co_return false;
  }
  co_return true;
}

runtime::task<runtime::error_code> sockets_world::await_gateway(child& one) {
  const runtime::mono_time until = harness_.clock().now() + start_timeout;
  const bool says_so = programs_.gateway.is_reference();
  for (;;) {
    if (one.exited) co_return boost::system::errc::make_error_code(boost::system::errc::owner_dead);
    if (says_so && agent_port_ != 0) break;
    runtime::error_code failure;
    if (says_so) {
      auto changed = changed_.wait();
      failure = co_await runtime::with_deadline(harness_.clock(), until, std::move(changed));
    } else {
      const bool listens = co_await gateway_listens();
      if (listens) break;
      failure = co_await harness_.clock().sleep_for(look_again);
      if (!failure && harness_.clock().now() > until)
        failure = boost::system::errc::make_error_code(boost::system::errc::timed_out);
    }
    if (failure) co_return failure;
  }
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> sockets_world::start_gateway() {
  agent_port_ = caller_port_ = 0;
  const runtime::error_code written = write_credentials();
  if (written) co_return written;
  child_options options;
  const std::string address = std::string{loopback} + ":";
  if (!programs_.gateway.is_reference()) {
    const runtime::error_code chosen = co_await choose_gateway_ports();
    if (chosen) co_return chosen;
  }
  options.environment = {{"KITFOX_GATEWAY_AGENT_LISTEN", address + std::to_string(agent_port_)},
                         {"KITFOX_GATEWAY_CALLER_LISTEN", address + std::to_string(caller_port_)},
                         {"KITFOX_GATEWAY_TLS_CERT_FILE", (directory_ / "server.pem").string()},
                         {"KITFOX_GATEWAY_TLS_KEY_FILE", (directory_ / "server.key").string()},
                         {"KITFOX_GATEWAY_DATABASE", (directory_ / "gateway.db").string()},
                         {"KITFOX_GATEWAY_PEPPER", "pepper of the world of sockets"},
                         {"KITFOX_GATEWAY_CREDENTIALS_FILE", (directory_ / "credentials.json").string()}};
  if (programs_.gateway.is_reference()) {
    options.command = {beside_this_program("kitfox-gateway")};
    add_flags(what_.gateway_settings, party::gateway, options.command);
  } else {
    add_subject(programs_.gateway, options);
    add_variables(what_.gateway_settings, party::gateway, options.environment);
  }
  const auto launched = launch(std::string{gateway_node}, "gateway", {}, std::move(options));
  if (!launched) co_return launched.error();
  const runtime::error_code failure = co_await await_gateway(**launched);
  if (failure) co_return failure;
  // A gateway that starts again has other ports; the relays keep theirs.
  for (auto& [key, one] : relays_) {
    if (one->through().name().ends_with("->gateway"))
      one->set_upstream({loopback, key == "caller->gateway" ? caller_port_ : agent_port_});
  }
  co_return runtime::error_code{};
}

runtime::error_code sockets_world::write_kubeconfig(const std::string& file, std::uint16_t port,
                                                    const std::string& token) const {
  const nlohmann::json kubeconfig{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"clusters",
       {{{"name", "fake"},
         {"cluster",
          {{"server", "https://127.0.0.1:" + std::to_string(port)},
           {"certificate-authority", (directory_ / "ca.pem").string()}}}}}},
      {"users", {{{"name", "agent"}, {"user", {{"token", token}}}}}},
      {"contexts", {{{"name", "fake"}, {"context", {{"cluster", "fake"}, {"user", "agent"}}}}}},
      {"current-context", "fake"}};
  return write(file, kubeconfig.dump(1));
}

runtime::task<runtime::error_code> sockets_world::start_agent(node_ref node, std::string key) {
  const std::string name = name_of(node), file = file_name(name);
  const cluster_spec& spec = what_.topology.clusters[node.cluster];
  const std::string gateway_link = link_to_gateway(name), kubernetes_link = link_to_kubernetes(name);
  runtime::endpoint gateway_port{loopback, agent_port_},
      kubernetes_port = apis_.at(node.cluster)->service->local();
  const auto to_gateway = co_await open_relay(gateway_link, gateway_link, std::move(gateway_port));
  if (!to_gateway) co_return to_gateway.error();
  const auto to_kubernetes =
      co_await open_relay(kubernetes_link, kubernetes_link, std::move(kubernetes_port));
  if (!to_kubernetes) co_return to_kubernetes.error();
  const auto token = agent_service_token(kubernetes(node.cluster), harness_.clock().wall_now());
  if (!token) co_return token.error();
  const std::string kubeconfig = file + ".kubeconfig";
  const runtime::error_code written = write_kubeconfig(kubeconfig, (*to_kubernetes)->local().port, *token);
  if (written) co_return written;
  const std::filesystem::path probe = directory_ / probe_folder / file;
  // As the container's own file system: what a killed process left is gone when the next one starts.
  node_of_probe_.erase(file);
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
  const std::string scheme = spec.gateway == cluster_spec::scheme::https ? "https" : "http";
  child_options options;
  options.environment = {
      {"INCIDENTFOX_API_KEY", std::move(key)},
      {"INCIDENTFOX_CLUSTER_NAME", spec.name},
      {"INCIDENTFOX_GATEWAY_URL",
       scheme + "://127.0.0.1:" + std::to_string((*to_gateway)->local().port) + "/gateway"},
      {"LOG_LEVEL", "INFO"},
      {"SSL_CERT_FILE", (directory_ / "ca.pem").string()},
      {"KUBECONFIG", (directory_ / kubeconfig).string()},
      {"KITFOX_PROBE_FILE", probe.string()}};
  if (programs_.agent.is_reference()) {
    options.command = {beside_this_program("kitfox-agent"), "--health-file", probe.string()};
    add_flags(what_.agent_settings, party::agent, options.command);
  } else {
    add_subject(programs_.agent, options);
    add_variables(what_.agent_settings, party::agent, options.environment);
  }
  const auto launched =
      launch(name, "agent", cluster_label(what_.topology, node.cluster), std::move(options));
  if (!launched) co_return launched.error();
  node_of_probe_.emplace(file, name);
  co_return runtime::error_code{};
}

}  // namespace kitfox::conformance
