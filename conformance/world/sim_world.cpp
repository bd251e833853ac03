#include "conformance/world/sim_world.hpp"

#include <boost/system/errc.hpp>

#include "conformance/world/failable_keys.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/party_settings.hpp"
#include "conformance/world/watched_audit.hpp"
#include "fakes/kube/serve_api.hpp"
#include "fakes/sim/certificate.hpp"
#include "gateway/options_check.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::string_view authority = "kitfox";
constexpr std::uint16_t kubernetes_port = 6443;

sim::kill_mode mode_of(socket_fate fate) {
  switch (fate) {
    case socket_fate::fin:
      return sim::kill_mode::fin;
    case socket_fate::rst:
      return sim::kill_mode::rst;
    case socket_fate::silent:
      return sim::kill_mode::silent;
  }
  return sim::kill_mode::fin;
}

runtime::tls_server_options server_certificate(const std::string& host, runtime::wall_time now) {
  sim::certificate one;
  one.hosts = {host};
  one.not_before = now - std::chrono::hours{24};
  one.not_after = now + std::chrono::hours{24 * 3650};
  one.issuer = authority;
  one.serial = std::hash<std::string>{}(host);
  return {sim::print_certificate(one), sim::print_private_key(one), {}};
}

}  // namespace

/// One life of one process. The host, and what its tasks refer to, stay until the world is gone.
struct sim_world::process {
  process(sim::sim_host& on, recorder& tape, std::string name)
      : host{on}, node{std::move(name)}, tape_{tape}, tasks{on}, stop{on.executor()} {}
  virtual ~process() = default;

  void note_exit(int code) {
    if (exited) return;
    exited = true;
    record one;
    one.kind = record_kind::node_exited;
    one.node = node;
    one.status = code;
    one.name = killed ? "kill" : "exit";
    tape_.add(std::move(one), tape_clock());
  }
  [[nodiscard]] runtime::mono_time tape_clock() const { return world->now(); }

  sim::sim_host& host;
  std::string node;
  recorder& tape_;
  sim::simulation* world = nullptr;
  bool exited = false, killed = false, paused = false;
  std::unique_ptr<runtime::host> around;  ///< What a variation puts around `host`.
  [[nodiscard]] runtime::host& outside() { return around ? *around : static_cast<runtime::host&>(host); }
  runtime::task_group tasks;
  runtime::stop_source stop;
};

struct sim_world::agent_process final : process {
  using process::process;
  agent::memory_files disk;

  runtime::task<void> live(agent::agent_options options, const agent::agent_parts& parts) {
    const int code = co_await agent::run_agent(outside(), std::move(options), stop, disk, parts);
    note_exit(code);
    host.kill(sim::kill_mode::fin);
  }
};

struct sim_world::gateway_process final : process {
  using process::process;
  std::unique_ptr<gateway::key_source> keys;  ///< What a variation puts around the world's.
  std::unique_ptr<gateway::gateway> program;

  runtime::task<void> live(std::optional<runtime::error_code>& outcome, runtime::notifier& told) {
    const runtime::error_code failure = co_await program->start();
    outcome = failure;
    told.notify_all();  // whoever waits for the outcome is gone after this
    if (!failure) co_await program->run(stop);
    note_exit(failure ? 4 : 0);
    host.kill(sim::kill_mode::fin);
  }
};

struct sim_world::api_process final : process {
  using process::process;
  api_process(sim::sim_host& on, recorder& tape, std::string name, kube::api_server& api)
      : process{on, tape, std::move(name)}, server{api} {}
  kube::api_server& server;
  std::unique_ptr<kube::api_service> service;

  /// Binds its listener as a task of its own process, and serves until the process is killed.
  runtime::task<void> live(runtime::endpoint at, runtime::tls_server_options certificate,
                           std::optional<runtime::error_code>& outcome, runtime::notifier& told) {
    auto tls = host.network().make_tls_server(certificate);
    outcome = tls ? runtime::error_code{} : tls.error();
    if (tls) {
      auto listening = co_await host.network().listen(std::move(at), *tls);
      outcome = listening ? runtime::error_code{} : listening.error();
      if (listening) service = std::make_unique<kube::api_service>(host, std::move(*listening), server);
    }
    told.notify_all();
    if (service) co_await service->run();
    note_exit(0);
  }
};

sim_world::sim_world(const scenario& what, sim::simulation_options settings, recorder& tape,
                     const sim_subjects& subjects)
    : what_{what},
      tape_{tape},
      subjects_{subjects},
      random_{runtime::make_seeded_entropy(settings.seed)->child("world")},
      links_{what.topology, *random_, tape,
             [this](std::uint64_t connection) { sim_.on_link_changed(connection); }},
      sim_{[&] {
        settings.paths = this;
        settings.observer = &tape;
        return settings;
      }()},
      harness_{sim_.start_host(std::string{caller_node})},
      state_{harness_.executor()},
      started_{harness_.executor()} {
  tape_.set_listener(&state_);
}

sim_world::~sim_world() { tape_.set_listener(nullptr); }

std::string sim_world::name_of(node_ref node) const {
  switch (node.kind) {
    case node_set::what::gateway:
      return std::string{gateway_node};
    case node_set::what::kubernetes:
      return kubernetes_node(what_.topology, node.cluster);
    case node_set::what::agents:
      return agent_node(what_.topology, node.cluster, node.number);
  }
  return {};
}

sim_world::process* sim_world::find(node_ref node) const {
  const auto found = processes_.find(name_of(node));
  return found == processes_.end() ? nullptr : found->second.get();
}

bool sim_world::running(node_ref node) const {
  const process* one = find(node);
  return one != nullptr && !one->exited;
}

sim::opened_path sim_world::open(const sim::path_request& request) {
  const bool to_gateway = request.to == gateway_node;
  const std::string name = to_gateway ? link_to_gateway(request.from) : link_to_kubernetes(request.from);
  return {links_.get(name).open(request.connection), name};
}

void sim_world::note_started(const std::string& node, const char* kind, const std::string& cluster) {
  record one;
  one.kind = record_kind::node_started;
  one.node = node;
  one.more = {{"kind", kind}};
  if (!cluster.empty()) one.more["cluster"] = cluster;
  tape_.add(std::move(one), sim_.now());
}

runtime::task<runtime::error_code> sim_world::open(std::string& why) {
  auto opened = gateway::store::open(":memory:");
  auto audit = gateway::audit_store::open(":memory:");
  if (!opened || !audit) {
    why = "the gateway's store";
    co_return opened ? audit.error() : opened.error();
  }
  store_ = std::move(*opened);
  audit_ = std::move(*audit);
  key_source_ = std::make_unique<failable_keys>(*store_, harness_.clock());
  watch_audit();
  for (std::size_t i = 0; i < what_.topology.clusters.size(); ++i) {
    const runtime::error_code failure = co_await start({node_set::what::kubernetes, i, 0}, {});
    if (failure) {
      why = "API server of " + cluster_label(what_.topology, i) + (failure_.empty() ? "" : ": " + failure_);
      co_return failure;
    }
  }
  const runtime::error_code failure = co_await start({node_set::what::gateway, 0, 0}, {});
  why = "gateway" + (failure_.empty() ? "" : ": " + failure_);
  co_return failure;
}

runtime::task<runtime::error_code> sim_world::start(node_ref node, std::string key) {
  const std::string name = name_of(node);
  if (auto& previous = processes_[name]; previous) {
    if (!previous->exited)
      co_return boost::system::errc::make_error_code(boost::system::errc::device_or_resource_busy);
    ended_.push_back(std::move(previous));
  }
  runtime::error_code failure;
  switch (node.kind) {
    case node_set::what::kubernetes:
      failure = co_await start_api(node.cluster);
      break;
    case node_set::what::gateway:
      failure = co_await start_gateway();
      break;
    case node_set::what::agents:
      failure = co_await start_agent(node, std::move(key));
      break;
  }
  co_return failure;
}

template <class Process, class... Rest>
Process& sim_world::begin(const std::string& name, const std::string& host_name, const char* kind,
                          const std::string& cluster, Rest&... rest) {
  auto sink = std::make_unique<recording_sink>(tape_, name, harness_.clock());
  sim::host_options options;
  if (std::string_view{kind} != "kubernetes")
    options.events = sink.get();  // what it was asked shows on its link
  sinks_.push_back(std::move(sink));
  auto fresh = std::make_unique<Process>(sim_.start_host(host_name, options), tape_, name, rest...);
  fresh->world = &sim_;
  Process& out = *fresh;
  processes_[name] = std::move(fresh);
  note_started(name, kind, cluster);
  return out;
}

runtime::task<runtime::error_code> sim_world::started(std::optional<runtime::error_code>& outcome) {
  while (!outcome) {
    const runtime::error_code failure = co_await started_.wait();
    if (failure) co_return failure;
  }
  co_return *outcome;
}

runtime::task<runtime::error_code> sim_world::start_api(std::size_t cluster) {
  auto& server = api_servers_[cluster];
  if (!server) {
    const cluster_spec& spec = what_.topology.clusters[cluster];
    server = std::make_unique<fake_cluster>(harness_.clock(), spec, cluster);
    std::string why;
    const runtime::error_code failure = server->fill(spec, object_files_, why);
    if (failure) {
      failure_ = why;
      co_return failure;
    }
  }
  const std::string host = kubernetes_host(what_.topology, cluster);
  auto& one = begin<api_process>(kubernetes_node(what_.topology, cluster), host, "kubernetes",
                                 cluster_label(what_.topology, cluster), server->server());
  std::optional<runtime::error_code> outcome;
  one.tasks.spawn("API server", one.live({host, kubernetes_port}, server_certificate(host, sim_.wall_now()),
                                         outcome, started_));
  co_return co_await started(outcome);
}

cluster_api& sim_world::kubernetes(std::size_t cluster) { return *api_servers_.at(cluster); }

std::string sim_world::agent_token(std::size_t cluster) {
  auto token = api_servers_.at(cluster)->issue_token();
  KITFOX_ASSERT(token.has_value());  // the service account was installed with the cluster
  return std::move(*token);
}

runtime::task<runtime::error_code> sim_world::start_gateway() {
  auto& one = begin<gateway_process>(std::string{gateway_node}, std::string{gateway_node}, "gateway", {});
  gateway::gateway_options options;
  options.agent_listen = {std::string{gateway_node}, agent_port_};
  options.caller_listen = {std::string{gateway_node}, caller_port_};
  options.agent_tls = server_certificate(std::string{gateway_node}, sim_.wall_now());
  options.caller_tls = options.agent_tls;
  options.pepper = "pepper of the simulated world";
  for (const std::string& team : what_.topology.teams()) {
    const std::size_t slash = team.find('/');
    const gateway::tenant owner{team.substr(0, slash), team.substr(slash + 1)};
    options.callers.push_back(
        {"caller of " + team, credential(team, false), gateway::caller_role::caller, owner});
    options.callers.push_back(
        {"admin of " + team, credential(team, true), gateway::caller_role::admin, owner});
  }
  apply_settings(what_.gateway_settings, options);
  const runtime::error_code refused = gateway::check_options(options, failure_);
  if (refused) co_return refused;
  if (subjects_.tune_gateway != nullptr) subjects_.tune_gateway(options);
  if (subjects_.around_gateway != nullptr) one.around = subjects_.around_gateway(one.host, options);
  if (subjects_.around_keys != nullptr) one.keys = subjects_.around_keys(*key_source_);
  gateway::key_source& keys = one.keys ? *one.keys : *key_source_;
  one.program = std::make_unique<gateway::gateway>(
      gateway::gateway_parts{one.outside(), *store_, keys, *audit_sink_, subjects_.gateway},
      std::move(options));
  // The listeners belong to the simulated process, so they are bound by one of its own tasks.
  std::optional<runtime::error_code> outcome;
  one.tasks.spawn("gateway", one.live(outcome, started_));
  co_return co_await started(outcome);
}

runtime::task<runtime::error_code> sim_world::start_agent(node_ref node, std::string key) {
  const std::string name = name_of(node);
  const cluster_spec& spec = what_.topology.clusters[node.cluster];
  auto& one = begin<agent_process>(name, name, "agent", cluster_label(what_.topology, node.cluster));
  auto parsed = protocol::api_key::parse(key);
  KITFOX_ASSERT(parsed.has_value());
  agent::agent_options options{.key = std::move(*parsed)};
  options.gateway_url = "https://" + std::string{gateway_node} + "/gateway";
  options.gateway_authorities_pem = sim::print_authority(authority);
  options.cluster_name = spec.name;
  options.policy = subjects_.agent;
  apply_settings(what_.agent_settings, options.policy);
  if (subjects_.tune_agent != nullptr) subjects_.tune_agent(options.policy);
  if (subjects_.around_agent != nullptr) one.around = subjects_.around_agent(one.host);
  options.kubernetes.server_url =
      "https://" + kubernetes_host(what_.topology, node.cluster) + ":" + std::to_string(kubernetes_port);
  options.kubernetes.authorities_pem = sim::print_authority(authority);
  options.kubernetes.token = agent_token(node.cluster);
  static const agent::agent_parts reference;
  one.tasks.spawn(name,
                  one.live(std::move(options), subjects_.parts != nullptr ? *subjects_.parts : reference));
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> sim_world::act(node_ref node, node_action action, socket_fate sockets) {
  process* one = find(node);
  if (one == nullptr || one->exited) co_return runtime::error_code{};
  record signalled;
  signalled.kind = record_kind::node_signalled;
  signalled.node = one->node;
  signalled.name = std::string{to_string(action)};
  tape_.add(std::move(signalled), sim_.now());
  switch (action) {
    case node_action::stop:
      one->stop.request();
      break;
    case node_action::kill: {
      one->killed = true;
      one->host.kill(mode_of(sockets));
      const auto stuck = co_await one->host.ended();
      one->note_exit(137);
      if (!stuck.empty()) co_return impossible();
      break;
    }
    case node_action::pause:
      one->host.pause();
      break;
    case node_action::resume:
      one->host.resume();
      break;
  }
  co_return runtime::error_code{};
}

runtime::task<void> sim_world::close() {
  for (auto& [name, one] : processes_) {
    if (!one || one->exited) continue;
    one->host.resume();
    one->host.kill(sim::kill_mode::silent);
    const auto stuck = co_await one->host.ended();
    for (const std::string& task : stuck) stuck_.push_back(task);
  }
}

runtime::error_code sim_world::set_clock(node_ref node, runtime::duration jump, double drift) {
  process* one = find(node);
  if (one == nullptr) return impossible();
  if (jump != runtime::duration::zero()) one->host.jump_clock(sim::time_line::wall, jump);
  one->host.set_clock_drift(static_cast<std::int64_t>((drift - 1.0) * 1e9));
  return {};
}

service_address sim_world::caller_service() {
  return {{std::string{gateway_node}, caller_port_}, harness_tls()};
}

service_address sim_world::agent_service() {
  return {{std::string{gateway_node}, agent_port_}, harness_tls()};
}

std::shared_ptr<runtime::tls_client> sim_world::harness_tls() {
  if (!harness_tls_) {
    auto made = harness_.network().make_tls_client({sim::print_authority(authority), {}, {}});
    KITFOX_ASSERT(made.has_value());
    harness_tls_ = std::move(*made);
  }
  return harness_tls_;
}

std::string sim_world::credential(const std::string& team, bool administrator) const {
  return (administrator ? "administrator-credential-of-" : "caller-credential-of-the-team-") + team;
}

}  // namespace kitfox::conformance
