#include "gateway/gateway.hpp"

#include <algorithm>
#include <utility>

#include "gateway/agent_desk.hpp"
#include "gateway/agent_shard.hpp"
#include "gateway/caller_api.hpp"
#include "gateway/key_watch.hpp"
#include "gateway/options_check.hpp"
#include "gateway/switchboard.hpp"
#include "runtime/assert.hpp"
#include "runtime/errc.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

namespace {
runtime::http::server_options server_options_of(const gateway_limits& of, std::size_t listeners) {
  runtime::http::server_options options;
  options.bounds.header_bytes_max = of.header_bytes_max;
  options.bounds.body_bytes_max = of.body_bytes_max;
  options.bounds.header_timeout = of.header_timeout;
  options.bounds.body_timeout = of.body_timeout;
  options.bounds.idle_timeout = of.idle_timeout;
  options.bounds.handshake_timeout = of.handshake_timeout;
  options.bounds.write_timeout = of.write_timeout;
  // The system spreads connections about evenly.
  options.connections_max = (of.connections_max + listeners - 1) / listeners;
  options.connections_per_peer_max = (of.connections_per_peer_max + listeners - 1) / listeners;
  return options;
}

// owners: the gateway while it starts, and the listeners
using shared_tls = std::shared_ptr<runtime::tls_server>;

std::string print_address(const runtime::endpoint& of) { return of.host + ':' + std::to_string(of.port); }

/// Nothing where no TLS is wanted.
runtime::result<shared_tls> prepare_tls(runtime::network& on,
                                        const std::optional<runtime::tls_server_options>& wanted) {
  if (!wanted) return shared_tls{};
  return on.make_tls_server(*wanted);
}
}  // namespace

struct gateway::state {
  state(gateway_parts with, gateway_options chosen)
      : parts{std::move(with)},
        options{std::move(chosen)},
        audit{parts.on, parts.audit, options.limits},
        board{parts.on, options, parts.policy, audit, numbers},
        refusals{parts.on, audit, options.limits, board.deadlines()},
        desk{shared_parts(), parts.keys},
        watch{{parts.on, parts.clusters, parts.keys, board}, options.key_check_interval},
        at_once{parts.clusters},
        tasks{parts.on},
        errands{parts.on},
        servers_ended{parts.on.executor()} {
    add_shard(parts.on);
    for (runtime::host* one : parts.more) add_shard(*one);
  }

  api_parts shared_parts() {
    return {parts.on, options, parts.policy, board, audit, refusals, numbers, draining};
  }

  void add_shard(runtime::host& on) {
    shards.push_back(std::make_unique<agent_shard>(
        agent_shard::parts{on, parts.on, errands, options, parts.policy, board, desk}));
  }
  task<error_code> start();
  error_code blame(const std::string& what, error_code failure);
  task<error_code> listen_for_agents();
  task<void> serve_callers();
  void tell_readiness();
  void on_server_ended();
  task<void> drain();
  task<void> wait_for_answers(duration patience);
  task<void> run(runtime::stop_source& stop);

  gateway_parts parts;
  gateway_options options;
  std::string complaint;
  metrics numbers;
  bool draining = false;
  audit_log audit;
  switchboard board;
  refusal_audit refusals;
  agent_desk desk;
  key_watch watch;
  store_writer at_once;
  std::optional<caller_api> callers;
  std::optional<runtime::http::server> caller_server;
  runtime::task_group tasks;
  runtime::task_group errands;                       ///< What the shards ask the desk.
  std::vector<std::unique_ptr<agent_shard>> shards;  ///< The first one is on the hub's host.
  std::size_t serving = 0;
  runtime::notifier servers_ended;
};

error_code gateway::state::blame(const std::string& what, error_code failure) {
  complaint = what + ": " + failure.message();
  return failure;
}

task<error_code> gateway::state::start() {
  if (const error_code failure = check_options(options, complaint)) co_return failure;
  if (const error_code failure = audit.open()) co_return blame("the audit", failure);
  auto book = credential_book::make(options.callers);
  KITFOX_ASSERT(book.has_value());
  key_writer& changes = parts.changes != nullptr ? *parts.changes : at_once;
  callers.emplace(shared_parts(), registry_parts{parts.clusters, changes}, std::move(book.value()));

  if (const error_code unusable = co_await listen_for_agents()) co_return unusable;
  auto caller_tls = prepare_tls(parts.on.network(), options.caller_tls);
  if (caller_tls.has_error()) co_return blame(options.caller_tls_source, caller_tls.error());
  auto caller_listener = co_await parts.on.network().listen(options.caller_listen, caller_tls.value());
  if (caller_listener.has_error())
    co_return blame("--caller-listen " + print_address(options.caller_listen), caller_listener.error());
  caller_server.emplace(parts.on, std::move(caller_listener.value()), *callers,
                        server_options_of(options.limits, 1));
  parts.on.events().info("listening", {{"agent_port", std::uint64_t{shards.front()->local().port}},
                                       {"caller_port", std::uint64_t{caller_server->local().port}},
                                       {"threads", std::uint64_t{shards.size()}}});
  co_return error_code{};
}

// One TLS context for all of them, so that a session is resumed on whichever thread its agent comes to.
task<error_code> gateway::state::listen_for_agents() {
  auto tls = prepare_tls(parts.on.network(), options.agent_tls);
  if (tls.has_error()) co_return blame(options.agent_tls_source, tls.error());
  const auto bounds = server_options_of(options.limits, shards.size());
  runtime::listen_options how;
  how.unacknowledged_max = options.limits.write_timeout + options.heartbeat_interval;
  if (shards.size() > 1) how.sharing = runtime::port_sharing::first;
  runtime::endpoint at = options.agent_listen;
  for (const auto& shard : shards) {
    const error_code failure = co_await shard->listen(at, tls.value(), bounds, how);
    if (failure) co_return blame("--agent-listen " + print_address(options.agent_listen), failure);
    at.port = shards.front()->local().port;
    how.sharing = runtime::port_sharing::joining;
  }
  co_return error_code{};
}

void gateway::state::tell_readiness() {
  const readiness now = readiness_of(shared_parts());
  for (const auto& shard : shards) shard->set_ready(now);
}

void gateway::state::on_server_ended() {
  --serving;
  servers_ended.notify_all();
}

task<void> gateway::state::serve_callers() {
  co_await caller_server->run();
  on_server_ended();
}

task<void> gateway::state::drain() {
  draining = true;
  tell_readiness();
  runtime::clock& clock = parts.on.clock();
  const runtime::mono_time began = clock.now();
  const std::vector<session_id> lines = board.lines();
  parts.on.events().info("draining", {{"agents", std::uint64_t{lines.size()}}});
  // The last stream too gets its time to finish before the window ends.
  const duration finishing = std::min(options.limits.retire_grace, options.drain_window / 4);
  const std::vector<duration> times =
      parts.policy.spread_drain(lines.size(), options.drain_window - finishing);
  for (std::size_t index = 0; index < std::min(lines.size(), times.size()); ++index) {
    const runtime::mono_time due = began + times[index];
    if (co_await clock.sleep_until(due)) co_return;
    board.retire(lines[index], stream_end::drained);
  }
  // What is left may finish until the window ends.
  constexpr duration glance = std::chrono::milliseconds{100};
  while (clock.now() < began + options.drain_window) {
    if (board.open_lines() == 0 && board.commands().unfinished() == 0) break;
    if (co_await clock.sleep_for(glance)) co_return;
  }
}

task<void> gateway::state::wait_for_answers(duration patience) {
  const runtime::mono_time until = parts.on.clock().now() + patience;
  constexpr duration glance = std::chrono::milliseconds{10};
  while (serving != 0 && parts.on.clock().now() < until)
    if (co_await parts.on.clock().sleep_for(glance)) co_return;
}

task<void> gateway::state::run(runtime::stop_source& stop) {
  KITFOX_ASSERT(caller_server.has_value());
  audit.on_change([this] {
    if (!draining) tell_readiness();
  });
  tasks.spawn("audit", audit.run());
  tasks.spawn("key check", watch.run());
  serving = shards.size() + 1;
  for (const auto& shard : shards) shard->begin([this] { on_server_ended(); });
  tasks.spawn("caller listener", serve_callers());
  bool cancelled = false;
  if (co_await stop.wait())
    cancelled = true;
  else
    co_await drain();

  draining = true;
  watch.stop();
  board.stop();
  if (!cancelled) {
    for (const auto& shard : shards) shard->stop();
    caller_server->stop();
    co_await wait_for_answers(options.limits.last_answers_timeout / 2);
    audit.stop_waiting();
    co_await wait_for_answers(options.limits.last_answers_timeout / 2);
  }
  for (const auto& shard : shards) shard->close_all();
  caller_server->close_all();
  while (serving != 0) {
    if (co_await servers_ended.wait()) break;
  }
  for (const auto& shard : shards) co_await shard->join();
  refusals.finish();
  audit.stop();
  if (cancelled) tasks.cancel();
  co_await errands.join();
  co_await tasks.join();
  parts.on.events().info("stopped");
}

gateway::gateway(gateway_parts parts, gateway_options options)
    : state_{std::make_unique<state>(std::move(parts), std::move(options))} {}
gateway::~gateway() = default;

const std::string& gateway::complaint() const noexcept { return state_->complaint; }
task<error_code> gateway::start() { return state_->start(); }
std::size_t gateway::audit_records_lost() const noexcept { return state_->audit.pending(); }
task<void> gateway::run(runtime::stop_source& stop) { return state_->run(stop); }
std::uint16_t gateway::agent_port() const noexcept { return state_->shards.front()->local().port; }
std::uint16_t gateway::caller_port() const noexcept { return state_->caller_server->local().port; }

}  // namespace kitfox::gateway
