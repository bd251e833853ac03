#include <boost/asio/this_coro.hpp>

#include "agent/agent.hpp"
#include "agent/gateway_stream.hpp"
#include "agent/kube_commands.hpp"
#include "agent/metrics_server.hpp"
#include "agent/redacting_host.hpp"
#include "agent/response_sender.hpp"
#include "protocol/ids.hpp"
#include "runtime/assert.hpp"
#include "runtime/errc.hpp"

namespace kitfox::agent {

using runtime::error_code;
using runtime::mono_time;
using runtime::task;

namespace {

std::string draw_instance_id(runtime::host& on) {
  std::array<unsigned char, 16> random{};
  on.entropy().child("instance_id")->fill(random);
  return protocol::make_request_id(std::as_bytes(std::span<const unsigned char, 16>{random}));
}

/// Everything of one run, in order of dependence.
struct agent_run {
  agent_run(runtime::host& host, const agent_options& from, const agent_parts& parts, gateway_access to,
            std::unique_ptr<kube_client> kubernetes)
      : on{host},
        options{from},
        access{std::move(to)},
        identity{from.version, from.instance_id.empty() ? draw_instance_id(host) : from.instance_id,
                 from.cluster_name},
        client{std::move(kubernetes)},
        channel{host, access, from.policy.responses},
        runner{parts.make_command_runner(std::make_unique<kube_commands>(*client))},
        sender{parts.make_answer_sender(
            std::make_unique<response_sender>(host, channel, from.policy.responses, metrics))},
        jitter{host.entropy().child("backoff")},
        delays{parts.make_reconnect_policy(from.policy.backoff, *jitter)},
        session{from.policy.session, *delays},
        metadata{host, *client, from.policy.metadata},
        commands{host, from.policy, *runner, *sender, clock, metrics},
        stream{{host, access, identity, session, clock, channel, metadata, commands, metrics},
               from.policy.session.event_bytes_max},
        wake{host.executor()},
        beside{host},
        streaming{host} {}

  task<int> run(runtime::stop_source& stop);

  runtime::host& on;
  const agent_options& options;
  gateway_access access;
  agent_identity identity;
  agent_metrics metrics;
  std::unique_ptr<kube_client> client;
  gateway_channel channel;
  std::unique_ptr<command_runner> runner;
  std::unique_ptr<answer_sender> sender;
  std::unique_ptr<runtime::entropy> jitter;
  std::unique_ptr<reconnect_policy> delays;
  agent_session session;
  gateway_clock clock;
  cluster_metadata metadata;
  command_service commands;
  gateway_stream stream;
  std::optional<exit_code> stream_end;
  runtime::stop_source wake;  ///< Asked to stop, or the stream ended for good.
  runtime::task_group beside;
  runtime::task_group streaming;

 private:
  task<void> run_stream();
  task<void> watch(runtime::stop_source& stop);
  task<void> post_heartbeats();
  task<void> drain();
};

task<void> agent_run::run_stream() {
  stream_end = co_await stream.run();
  wake.request();
}

task<void> agent_run::watch(runtime::stop_source& stop) {
  const error_code cancelled = co_await stop.wait();
  if (!cancelled) wake.request();
}

task<void> agent_run::post_heartbeats() {
  const runtime::duration interval = options.policy.session.heartbeat_post_interval;
  for (;;) {
    const error_code cancelled = co_await on.clock().sleep_for(interval);
    if (cancelled) co_return;
    if (!session.connected()) continue;
    const mono_time give_up_at = on.clock().now() + options.policy.responses.try_timeout;
    const post_result result = co_await channel.post("/agent/heartbeat", "{}", give_up_at);
    if (result.status != 200)
      on.events().debug("heartbeat_unanswered", {{"status", std::int64_t{result.status}}});
  }
}

task<void> agent_run::drain() {
  on.events().info("draining", {{"unfinished", std::uint64_t{commands.unfinished()}}});
  const mono_time begin = on.clock().now();
  const command_options& bounds = options.policy.commands;
  // Without a stream there is nothing to hear any more; with one, a cancel may still come.
  if (session.on_stop_requested()) streaming.cancel();
  const mono_time answers_until = begin + bounds.drain_timeout;
  co_await commands.drain(answers_until - bounds.answer_reserve, answers_until);
}

task<int> agent_run::run(runtime::stop_source& stop) {
  beside.spawn("agent.commands", commands.run());
  beside.spawn("agent.metadata", metadata.run());
  beside.spawn("agent.stop", watch(stop));
  if (options.policy.session.heartbeat_post_interval > runtime::duration{})
    beside.spawn("agent.heartbeats", post_heartbeats());
  if (options.metrics_port) beside.spawn("agent.metrics", serve_metrics(on, *options.metrics_port, metrics));
  streaming.spawn("agent.stream", run_stream());

  const error_code cancelled = co_await wake.wait();
  // Also when the gateway sends the agent away: what it accepted is still answered.
  const bool has_ended = stream_end.has_value() && commands.unfinished() == 0;
  if (!cancelled && !has_ended) co_await drain();
  streaming.cancel();
  co_await streaming.join();
  co_await commands.stop();
  beside.cancel();
  co_await beside.join();
  stream.report_closed();
  co_return static_cast<int>(stream_end.value_or(exit_code::stopped));
}

}  // namespace

task<int> run_agent(runtime::host& host, agent_options options, runtime::stop_source& stop, files& disk,
                    const agent_parts& parts) {
  // Cancelled, it still has to await what it started.
  co_await runtime::asio::this_coro::throw_if_cancelled(false);
  redacting_host on{host, options.key};
  constexpr int bad_configuration = static_cast<int>(exit_code::bad_configuration);
  std::string complaint;
  if (check_options(options, complaint)) {
    on.events().error("configuration_invalid", {{"error", complaint}});
    co_return bad_configuration;
  }
  const auto url = runtime::http::parse_url(options.gateway_url);
  KITFOX_ASSERT(url.has_value());  // check_options() parsed it.
  gateway_access access{*url, nullptr, options.key};
  if (url->scheme == runtime::http::url::scheme_kind::https) {
    const runtime::tls_client_options trust{options.gateway_authorities_pem, {}, {}};
    auto tls = on.network().make_tls_client(trust);
    if (!tls) {
      const char* const source = options.gateway_authorities_pem.empty()
                                     ? "SSL_CERT_FILE, or the system's authorities where it is unset"
                                     : "--ca-file";
      complaint = std::string{source} + ": expected certificates of the gateway's authorities as PEM";
      on.events().error("configuration_invalid", {{"error", complaint}});
      co_return bad_configuration;
    }
    access.tls = std::move(*tls);
  }
  auto client = kube_client::make(on, options.kubernetes, disk, options.policy.kubernetes);
  if (!client) {
    complaint = "access to Kubernetes: " + client.error().message();
    if (client.error() == runtime::errc::tls_configuration_invalid)
      complaint += options.kubernetes.authorities_pem.empty()
                       ? "; SSL_CERT_FILE, which counts where no authority is configured, must be PEM"
                       : "; authority and client certificate must be PEM";
    on.events().error("configuration_invalid", {{"error", complaint}});
    co_return bad_configuration;
  }
  on.events().info("agent_started", {{"version", options.version}, {"cluster_name", options.cluster_name}});
  agent_run run{on, options, parts, std::move(access), std::move(*client)};
  const int code = co_await run.run(stop);
  on.events().info("stopped", {{"exit_code", std::int64_t{code}}});
  co_return code;
}

}  // namespace kitfox::agent
