#include "gateway/gateway.hpp"

#include <algorithm>
#include <utility>

#include "gateway/agent_api.hpp"
#include "gateway/caller_api.hpp"
#include "gateway/options_check.hpp"
#include "gateway/switchboard.hpp"
#include "runtime/assert.hpp"
#include "runtime/errc.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

namespace {
/// How long answers that are still being written may take once everything else has ended.
constexpr duration last_answers_timeout = std::chrono::seconds{2};

runtime::http::server_options server_options_of(const gateway_limits& of) {
  runtime::http::server_options options;
  options.bounds.header_bytes_max = of.header_bytes_max;
  options.bounds.body_bytes_max = of.body_bytes_max;
  options.bounds.header_timeout = of.header_timeout;
  options.bounds.body_timeout = of.body_timeout;
  options.bounds.idle_timeout = of.idle_timeout;
  options.bounds.handshake_timeout = of.handshake_timeout;
  options.bounds.write_timeout = of.write_timeout;
  options.connections_max = of.connections_max;
  options.connections_per_peer_max = of.connections_per_peer_max;
  return options;
}

// owners: the caller and the listener
using shared_tls = std::shared_ptr<runtime::tls_server>;

task<runtime::result<std::unique_ptr<runtime::listener>>> bind(
    runtime::network& on, runtime::endpoint at, std::optional<runtime::tls_server_options> tls) {
  shared_tls prepared;
  if (tls) {
    auto made = on.make_tls_server(*tls);
    if (made.has_error()) co_return made.error();
    prepared = std::move(made.value());
  }
  co_return co_await on.listen(std::move(at), std::move(prepared));
}
}  // namespace

struct gateway::state {
  state(gateway_parts with, gateway_options chosen)
      : parts{std::move(with)},
        options{std::move(chosen)},
        audit{parts.on, parts.audit, options.limits},
        board{parts.on, options, parts.policy, audit, numbers},
        agents{shared_parts(), parts.keys},
        tasks{parts.on},
        servers_ended{parts.on.executor()} {}

  api_parts shared_parts() { return {parts.on, options, parts.policy, board, audit, numbers, draining}; }

  task<error_code> start();
  task<void> serve(runtime::http::server& one);
  task<void> drain();
  task<void> wait_for_answers(duration patience);
  task<void> run(runtime::stop_source& stop);

  gateway_parts parts;
  gateway_options options;
  metrics numbers;
  bool draining = false;
  audit_log audit;
  switchboard board;
  agent_api agents;
  std::optional<caller_api> callers;
  std::optional<runtime::http::server> agent_server, caller_server;
  runtime::task_group tasks;
  std::size_t serving = 0;
  runtime::notifier servers_ended;
};

task<error_code> gateway::state::start() {
  std::string reason;
  error_code failure = check_options(options, reason);
  if (!failure) failure = audit.open();
  if (failure) co_return failure;
  auto book = credential_book::make(options.callers);
  KITFOX_ASSERT(book.has_value());
  callers.emplace(shared_parts(), parts.clusters, std::move(book.value()));

  auto agent_listener = co_await bind(parts.on.network(), options.agent_listen, options.agent_tls);
  if (agent_listener.has_error()) co_return agent_listener.error();
  auto caller_listener = co_await bind(parts.on.network(), options.caller_listen, options.caller_tls);
  if (caller_listener.has_error()) co_return caller_listener.error();
  const auto bounds = server_options_of(options.limits);
  agent_server.emplace(parts.on, std::move(agent_listener.value()), agents, bounds);
  caller_server.emplace(parts.on, std::move(caller_listener.value()), *callers, bounds);
  parts.on.events().info("listening", {{"agent_port", std::uint64_t{agent_server->local().port}},
                                       {"caller_port", std::uint64_t{caller_server->local().port}}});
  co_return error_code{};
}

task<void> gateway::state::serve(runtime::http::server& one) {
  ++serving;
  co_await one.run();
  --serving;
  servers_ended.notify_all();
}

task<void> gateway::state::drain() {
  draining = true;
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
  KITFOX_ASSERT(agent_server && caller_server);
  tasks.spawn("audit", audit.run());
  tasks.spawn("agent listener", serve(*agent_server));
  tasks.spawn("caller listener", serve(*caller_server));
  bool cancelled = false;
  if (co_await stop.wait())
    cancelled = true;
  else
    co_await drain();

  draining = true;
  board.stop();
  if (!cancelled) {
    agent_server->stop();
    caller_server->stop();
    co_await wait_for_answers(last_answers_timeout / 2);
    audit.stop_waiting();
    co_await wait_for_answers(last_answers_timeout / 2);
  }
  agent_server->close_all();
  caller_server->close_all();
  while (serving != 0) {
    if (co_await servers_ended.wait()) break;
  }
  audit.stop();
  if (cancelled) tasks.cancel();
  co_await tasks.join();
  co_await board.join();
  parts.on.events().info("stopped");
}

gateway::gateway(gateway_parts parts, gateway_options options)
    : state_{std::make_unique<state>(std::move(parts), std::move(options))} {}
gateway::~gateway() = default;

task<error_code> gateway::start() { return state_->start(); }
task<void> gateway::run(runtime::stop_source& stop) { return state_->run(stop); }
std::uint16_t gateway::agent_port() const noexcept { return state_->agent_server->local().port; }
std::uint16_t gateway::caller_port() const noexcept { return state_->caller_server->local().port; }

}  // namespace kitfox::gateway
