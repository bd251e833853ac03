// How a world of real processes starts agents, and what it learns of programs beside the wire.
#include <boost/system/errc.hpp>

#include "conformance/world/accelerated_clock.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/program_command.hpp"
#include "conformance/world/program_flags.hpp"
#include "conformance/world/sockets_world.hpp"
#include "conformance/world/subject_variables.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::conformance {
namespace {

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

runtime::task<runtime::error_code> sockets_world::attach(const std::string& node, const std::string& cluster,
                                                         const runtime::child_options& options) {
  const attachment& to = *programs_.agent.attached;
  auto& slot = children_[node];
  slot = std::make_unique<child>();
  slot->node = node;
  slot->awaited = true;
  std::string text = "\n# " + what_.title + "\n# Start a new process of agent " + node + " of cluster " +
                     cluster + " with:\n";
  for (const auto& [name, value] : options.environment)
    text += "export " + name + "=" + quote_word(value) + "\n";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(to.patience).count();
  to.tell(text + "# Waiting for it to dial, up to " + std::to_string(seconds) + " s.\n");
  const runtime::mono_time until = harness_.clock().now() + to.patience;
  while (slot->awaited) {
    auto changed = changed_.wait();
    const runtime::error_code failure =
        co_await runtime::with_deadline(harness_.clock(), until, std::move(changed));
    if (failure) co_return failure;
  }
  co_return runtime::error_code{};
}

void sockets_world::note_dial(const std::string& link_name) {
  const auto found = children_.find(link_name.substr(0, link_name.find("->")));
  if (found != children_.end()) found->second->dialled = true;
  note_attached(link_name);
}

/// Its life begins with its first dial: when it was really started nobody here can see.
void sockets_world::note_attached(const std::string& link_name) {
  const auto found = children_.find(link_name.substr(0, link_name.find("->")));
  if (found == children_.end() || !found->second->awaited) return;
  found->second->awaited = false;
  if (!begun_by_hand_) note_start(tape_, harness_.clock().now());
  begun_by_hand_ = true;
  const std::string& node = found->first;
  record begun;
  begun.kind = record_kind::node_started;
  begun.node = node;
  begun.more = {{"kind", "agent"}};
  for (std::size_t i = 0; i < what_.topology.clusters.size(); ++i) {
    const std::string label = cluster_label(what_.topology, i);
    if (node.starts_with(label + "/")) begun.more["cluster"] = label;
  }
  tape_.add(std::move(begun), harness_.clock().now());
  changed_.notify_all();
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
  const service_address served = apis_.at(node.cluster)->address();
  upstream gateway = gateway_of_agents_, api_server{served.at, served.tls, {}};
  const auto to_gateway = co_await open_relay(gateway_link, gateway_link, std::move(gateway));
  if (!to_gateway) co_return to_gateway.error();
  const auto to_kubernetes = co_await open_relay(kubernetes_link, kubernetes_link, std::move(api_server));
  if (!to_kubernetes) co_return to_kubernetes.error();
  const auto token = co_await kubernetes(node.cluster).agent_token();
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
  runtime::child_options options;
  options.environment = {
      {"INCIDENTFOX_API_KEY", std::move(key)},
      {"INCIDENTFOX_CLUSTER_NAME", spec.name},
      {"INCIDENTFOX_GATEWAY_URL",
       scheme + "://127.0.0.1:" + std::to_string((*to_gateway)->local().port) + gateway_of_agents_.path},
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
  add_clock(programs_.agent, programs_.faster, pace_, harness_.clock().wall_now(), options);
  node_of_probe_.emplace(file, name);
  const std::string label = cluster_label(what_.topology, node.cluster);
  if (programs_.agent.attached) co_return co_await attach(name, label, options);
  const auto launched = launch(name, "agent", label, std::move(options));
  if (!launched) co_return launched.error();
  // An address without TLS is one that it is to refuse, whatever else it was told.
  if (!what_.agent_settings.empty() && spec.gateway == cluster_spec::scheme::https)
    (*launched)->settings = print_settings(what_.agent_settings);
  co_return runtime::error_code{};
}

}  // namespace kitfox::conformance
