#include "conformance/world/sockets_world.hpp"
#include "conformance/world/watched_audit.hpp"

#include <signal.h>

#include <boost/system/errc.hpp>
#include <fstream>

#include "conformance/world/accelerated_clock.hpp"
#include "conformance/world/names.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::conformance {
namespace {

/// After SIGTERM and its own drain a process is ended by force.
constexpr runtime::duration stop_timeout = std::chrono::seconds{40};

/// The exit code of a program that does not take what it was started with.
constexpr int bad_configuration = 2;

}  // namespace

sockets_world::sockets_world(const scenario& what, std::uint64_t seed, runtime::host& harness, recorder& tape,
                             const subject_programs& programs, cluster_source& clusters,
                             std::filesystem::path directory, runtime::clock_pace pace)
    : what_{what},
      harness_{harness},
      tape_{tape},
      programs_{programs},
      clusters_{clusters},
      directory_{std::move(directory)},
      random_{runtime::make_seeded_entropy(seed)->child("world")},
      state_{harness.executor()},
      links_{what.topology, *random_, tape, [](std::uint64_t) {}},
      pace_{pace},
      changed_{harness.executor()},
      tasks_{harness} {
  tape_.set_listener(&state_);
}

sockets_world::~sockets_world() { tape_.set_listener(nullptr); }

std::string sockets_world::name_of(node_ref node) const {
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

runtime::error_code sockets_world::write(const std::string& name, const std::string& text) const {
  std::ofstream out{directory_ / name, std::ios::binary | std::ios::trunc};
  out << text;
  out.flush();
  return out ? runtime::error_code{} : boost::system::errc::make_error_code(boost::system::errc::io_error);
}

runtime::task<runtime::error_code> sockets_world::open(std::string& why) {
  tasks_.spawn("lateness", measure_lateness());
  auto trust = harness_.network().make_tls_client({authority_.certificate_pem(), {}, {}});
  if (!trust) co_return trust.error();
  trust_ = std::move(*trust);
  const pki::identity server = authority_.issue(pki::certificate_request{.hosts = {loopback, "localhost"}});
  why = "files in " + directory_.string();
  for (const auto& [name, text] :
       {std::pair{"ca.pem", authority_.certificate_pem()}, std::pair{"server.pem", server.certificate_pem},
        std::pair{"server.key", server.private_key_pem}}) {
    const runtime::error_code failure = write(name, text);
    if (failure) co_return failure;
  }
  for (std::size_t i = 0; i < what_.topology.clusters.size(); ++i) {
    why = "API server of " + cluster_label(what_.topology, i);
    const runtime::error_code failure = co_await start_api(i, why);
    if (failure) co_return failure;
  }
  why = "the folder of probe files";
  const runtime::error_code watched = watch_readiness();
  if (watched) co_return watched;
  const runtime::error_code failure = co_await start_gateway();
  why = gateway_stays() ? "gateway, which must be reached at " + programs_.gateway.reached->agents_url +
                              " and " + programs_.gateway.reached->callers_url
                        : "gateway" + last_words(std::string{gateway_node});
  if (failure) co_return failure;
  why = "relays";
  // Arguments are named first: g++ 12 copies braced temporaries of an awaited call bit by bit.
  const std::string link_name = link_to_gateway(caller_node);
  upstream for_callers = gateway_of_callers_, for_agents = gateway_of_agents_;
  const auto callers = co_await open_relay("caller->gateway", link_name, std::move(for_callers));
  if (!callers) co_return callers.error();
  const auto strangers = co_await open_relay("stranger->gateway", link_name, std::move(for_agents));
  co_return strangers ? runtime::error_code{} : strangers.error();
}

runtime::task<runtime::result<fault::relay*>> sockets_world::open_relay(std::string key,
                                                                        std::string link_name, upstream to) {
  if (const auto found = relays_.find(key); found != relays_.end()) co_return found->second.get();
  auto tls = fault::relay_tls::prepare(
      fault::relay_identities::issue(authority_, {loopback, "localhost"}, harness_.clock().wall_now()));
  if (!tls) co_return tls.error();
  fault::relay_options options;
  options.through = links_.options_for(link_name);
  options.upstream = std::move(to.at);
  options.tls = std::move(*tls);
  options.upstream_tls = std::move(to.tls);
  options.next_connection_id = [this, link_name] {
    note_dial(link_name);
    return ++connections_;
  };
  options.random = random_.get();
  auto fresh = std::make_unique<fault::relay>(harness_, std::move(options), &links_.firings(), &tape_);
  const runtime::error_code failure = co_await fresh->listen();
  if (failure) co_return failure;
  fault::relay* out = fresh.get();
  links_.adopt(key, out->through());
  relays_.emplace(key, std::move(fresh));
  tasks_.spawn("relay " + key, out->run());
  co_return out;
}

runtime::task<runtime::error_code> sockets_world::start_api(std::size_t cluster, std::string& why) {
  cluster_order order{harness_, authority_, trust_, what_.topology.clusters[cluster], cluster};
  auto fresh = co_await clusters_.open(std::move(order), why);
  if (!fresh) co_return fresh.error();
  record begun;
  begun.kind = record_kind::node_started;
  begun.node = kubernetes_node(what_.topology, cluster);
  begun.more = {{"kind", "kubernetes"}, {"cluster", cluster_label(what_.topology, cluster)}};
  tape_.add(std::move(begun), harness_.clock().now());
  apis_[cluster] = std::move(*fresh);
  co_return runtime::error_code{};
}

cluster_api& sockets_world::kubernetes(std::size_t cluster) { return *apis_.at(cluster); }

runtime::result<sockets_world::child*> sockets_world::launch(const std::string& node, const char* kind,
                                                             const std::string& cluster,
                                                             runtime::child_options options) {
  std::string file = node;
  for (char& c : file) {
    if (c == '/') c = '-';
  }
  options.log_path = (directory_ / (file + ".log")).string();
  auto& slot = children_[node];
  if (slot) ended_.push_back(std::move(slot));
  slot = std::make_unique<child>();
  child* out = slot.get();
  out->node = node;
  record begun;
  begun.kind = record_kind::node_started;
  begun.node = node;
  begun.more = {{"kind", kind}};
  if (!cluster.empty()) begun.more["cluster"] = cluster;
  tape_.add(std::move(begun), harness_.clock().now());
  auto process = runtime::child_process::start(harness_, options,
                                               [this, out](std::string_view line) { on_line(*out, line); });
  if (!process) {
    out->exited = true;
    return process.error();
  }
  out->process = std::move(*process);
  tasks_.spawn("end of " + node, await_end(*out));
  return out;
}

runtime::task<void> sockets_world::await_end(child& one) {
  const auto code = co_await one.process->ended();
  if (!code) co_return;  // the harness itself is being ended; the destructor kills the child
  one.exited = true;
  one.exit_code = *code;
  if (*code == bad_configuration && !one.killed && !one.dialled && !one.settings.empty())
    refused_settings_ =
        one.node + last_words(one.node) + "; the scenario has it started with " + one.settings;
  record ended;
  ended.kind = record_kind::node_exited;
  ended.node = one.node;
  ended.status = *code;
  ended.name = one.killed ? "kill" : "exit";
  tape_.add(std::move(ended), harness_.clock().now());
  changed_.notify_all();
}

void sockets_world::on_line(child& one, std::string_view line) {
  constexpr std::size_t kept_max = 300;
  if (!line.empty()) one.last_line = line.substr(0, kept_max);
  if (one.node == gateway_node && line.find(programs_.gateway.ready.log) != std::string_view::npos)
    one.said_ready = true;
  nlohmann::json fields = nlohmann::json::parse(line, nullptr, false);
  // Whatever it says in another form is evidence all the same: secrets leak by it too.
  if (!fields.is_object() || !fields.contains("event") || !fields["event"].is_string())
    return tape_.log(one.node, "unstructured", {{"text", line}}, harness_.clock().now());
  const std::string event = fields["event"].get<std::string>();
  for (const char* routine : {"event", "time", "level"}) fields.erase(routine);
  // What an agent says of its own readiness is no evidence: its probe file is.
  if (event == "readiness") return;
  if (one.node == gateway_node && event == "listening" && programs_.gateway.is_reference()) {
    agent_port_ = fields.value("agent_port", std::uint16_t{0});
    caller_port_ = fields.value("caller_port", std::uint16_t{0});
    changed_.notify_all();
  }
  tape_.log(one.node, event, std::move(fields), harness_.clock().now());
}

runtime::task<runtime::error_code> sockets_world::start(node_ref node, std::string key) {
  runtime::error_code failure = impossible();
  switch (node.kind) {
    case node_set::what::gateway:
      failure = co_await start_gateway();
      break;
    case node_set::what::agents:
      failure = co_await start_agent(node, std::move(key));
      break;
    case node_set::what::kubernetes:
      break;
  }
  co_return failure;
}

bool sockets_world::running(node_ref node) const {
  if (node.kind == node_set::what::kubernetes) return true;
  if (node.kind == node_set::what::gateway && gateway_stays()) return true;
  const auto found = children_.find(name_of(node));
  return found != children_.end() && !found->second->exited;
}

runtime::task<runtime::error_code> sockets_world::act(node_ref node, node_action action,
                                                      socket_fate sockets) {
  const auto found = children_.find(name_of(node));
  if (found == children_.end())
    co_return node.kind == node_set::what::agents ? runtime::error_code{} : impossible();
  child& one = *found->second;
  if (one.exited) co_return runtime::error_code{};
  if (!one.process) co_return impossible();  // somebody else's, not to be signalled
  // The kernel closes a killed process's sockets with FIN or RST as it sees fit; silence would need another
  // machine.
  if (action == node_action::kill && sockets == socket_fate::silent) co_return impossible();
  record signalled;
  signalled.kind = record_kind::node_signalled;
  signalled.node = one.node;
  signalled.name = std::string{to_string(action)};
  tape_.add(std::move(signalled), harness_.clock().now());
  switch (action) {
    case node_action::stop:
      one.process->signal_leader(stop_signal_number(
          (node.kind == node_set::what::gateway ? programs_.gateway : programs_.agent).stop_signal));
      break;
    case node_action::pause:
      one.process->signal_group(SIGSTOP);
      break;
    case node_action::resume:
      one.process->signal_group(SIGCONT);
      break;
    case node_action::kill: {
      one.killed = true;
      one.process->signal_group(SIGKILL);
      const runtime::mono_time until = harness_.clock().now() + stop_timeout;
      while (!one.exited) {
        auto changed = changed_.wait();
        const runtime::error_code failure =
            co_await runtime::with_deadline(harness_.clock(), until, std::move(changed));
        if (failure) co_return failure;
      }
      break;
    }
  }
  co_return runtime::error_code{};
}

runtime::task<void> sockets_world::close() {
  if (programs_.agent.attached && !children_.empty())
    programs_.agent.attached->tell("# This case is over: end its agents.\n");
  for (auto& [name, one] : children_) {
    if (one->exited || !one->process) continue;
    if (programs_.faster.is_any() && !library_was_loaded_)
      library_was_loaded_ = group_has_loaded(one->process->pid(), programs_.faster.library);
    one->killed = true;
    one->process->signal_group(SIGKILL);
  }
  const runtime::mono_time until = harness_.clock().now() + stop_timeout;
  for (auto& [name, one] : children_) {
    while (!one->exited && one->process) {
      auto changed = changed_.wait();
      const runtime::error_code failure =
          co_await runtime::with_deadline(harness_.clock(), until, std::move(changed));
      if (failure) break;  // its destructor ends it all the same
    }
  }
  for (auto& [key, one] : relays_) one->stop();
  for (auto& [cluster, one] : apis_) co_await one->close();
  tasks_.cancel();
  co_await tasks_.join();
}

/// Wakes often and notes by how much it was late: what the harness cannot see on time it must not judge.
runtime::task<void> sockets_world::measure_lateness() {
  constexpr runtime::duration step = std::chrono::milliseconds{50},
                              worth_noting = std::chrono::milliseconds{20};
  for (;;) {
    const runtime::mono_time due = harness_.clock().now() + step;
    const runtime::error_code failure = co_await harness_.clock().sleep_until(due);
    if (failure) co_return;
    const runtime::duration late = harness_.clock().now() - due;
    if (late < worth_noting) continue;
    record one;
    one.kind = record_kind::lateness;
    one.count = static_cast<std::uint64_t>(late.count());
    tape_.add(std::move(one), harness_.clock().now());
  }
}

runtime::error_code sockets_world::set_clock(node_ref, runtime::duration, double) { return impossible(); }
runtime::error_code sockets_world::set_auth_backend(const auth_backend_verb&, effect) { return impossible(); }
runtime::error_code sockets_world::set_audit_store(const audit_store_verb&, effect) { return impossible(); }

void sockets_world::note_audit() {
  if (!concerns_audit(what_)) return;
  record_audit((directory_ / "gateway.db.audit").string(), tape_, harness_.clock().now());
}
runtime::error_code sockets_world::set_dns(const dns_verb&, effect) { return impossible(); }

service_address sockets_world::caller_service() {
  return {relays_.at("caller->gateway")->local(), trust_, gateway_of_callers_.host};
}
service_address sockets_world::agent_service() {
  return {relays_.at("stranger->gateway")->local(), trust_, gateway_of_agents_.host};
}

}  // namespace kitfox::conformance
