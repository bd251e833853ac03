#include "conformance/bench/reconnect_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "conformance/bench/agent_program.hpp"
#include "conformance/bench/bench_cluster.hpp"
#include "conformance/bench/distribution.hpp"
#include "conformance/bench/registered_cluster.hpp"
#include "conformance/world/program_command.hpp"
#include "runtime/deadline.hpp"
#include "runtime/real_host.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

using runtime::error_code;
using runtime::task;
using tls_client_ptr = std::shared_ptr<runtime::tls_client>;  // owners: the bench, streams dialled with it

/// Waits that are subtracted anyway need not be long.
constexpr const char* short_backoff =
    " --backoff-initial-seconds 0.1 --backoff-cap-seconds 0.5 --session-spread-seconds 0.1";
constexpr const char* health = "GET /health HTTP/1.1\r\nHost: gateway\r\n\r\n";

/// One agent under measurement.
struct subject {
  std::string command;
  std::unique_ptr<agent_program> program;
  distribution cost, scheduled;
  std::size_t without_delay = 0;
};

class reconnect_run {
 public:
  reconnect_run(runtime::host& on, const reconnect_bench_options& options, std::filesystem::path directory)
      : on_{on},
        options_{options},
        directory_{std::move(directory)},
        gateway_{on, directory_},
        cluster_{on} {}

  task<int> run() {
    error_code failure = co_await open();
    const runtime::mono_time until = on_.clock().now() + options_.limit;
    for (std::size_t i = 0; !failure && i < options_.count && on_.clock().now() < until; ++i)
      failure = co_await round();
    for (subject& one : subjects) {
      if (one.program) co_await one.program->stop();
    }
    co_await cluster_.stop();
    co_await gateway_.stop();
    if (failure) why += (why.empty() ? "" : ": ") + failure.message();
    co_return failure ? 1 : 0;
  }

  std::deque<subject> subjects;
  distribution full, resumed;
  std::string why;

 private:
  task<error_code> open();
  task<error_code> open_agents();
  task<error_code> round();
  task<error_code> measure(subject& one);
  task<error_code> measure_floor(const runtime::endpoint& path);
  task<runtime::result<runtime::duration>> bare_get(runtime::endpoint to, tls_client_ptr trust);
  [[nodiscard]] runtime::result<tls_client_ptr> make_trust() {
    return on_.network().make_tls_client({gateway_.authority().certificate_pem(), {}, {}});
  }

  runtime::host& on_;
  const reconnect_bench_options& options_;
  std::filesystem::path directory_;
  gateway_program gateway_;
  bench_cluster cluster_;
  tls_client_ptr kept_;  ///< With the session of the last resumed handshake.
};

task<error_code> reconnect_run::open() {
  // One agent that is cut again and again is what the gateway's quotas of connects are against.
  gateway_.set_variable("KITFOX_GATEWAY_CONNECTS_PER_KEY_MAX", "1000000");
  gateway_.set_variable("KITFOX_GATEWAY_REPLACEMENTS_MAX", "1000000");
  std::vector<std::string> command = command_or_reference(options_.gateway_command, "kitfox-gateway");
  error_code failure = co_await gateway_.start(std::move(command), options_.start_timeout, why);
  if (failure) co_return failure;
  why = "the fake API server";
  failure =
      co_await cluster_.start(gateway_.authority(), gateway_.authority_file(), directory_ / "kubeconfig");
  if (failure) co_return failure;
  auto trust = make_trust();
  if (!trust) co_return trust.error();
  kept_ = std::move(*trust);
  co_return co_await open_agents();
}

task<error_code> reconnect_run::open_agents() {
  auto stream = co_await on_.network().dial(gateway_.callers(), kept_);
  if (!stream) co_return stream.error();
  bare_connection administrator{std::move(*stream)};
  std::vector<std::string> commands = options_.agent_commands;
  if (commands.empty()) commands = {command_or_reference({}, "kitfox-agent").front() + short_backoff};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    auto made = co_await register_cluster(administrator, i, why);
    if (!made) co_return made.error();
    agent_program::setting how;
    how.name = fmt::format("cluster-{}", i);
    how.command = split_command_line(commands[i]).value_or(std::vector<std::string>{commands[i]});
    if (!how.command.empty() && how.command.front().ends_with("kitfox-agent")) {
      how.command.insert(how.command.end(),
                         {"--health-file", (directory_ / (how.name + ".healthy")).string()});
    }
    how.key = made->key;
    how.authority_file = gateway_.authority_file();
    how.kubeconfig_file = directory_ / "kubeconfig";
    subject& one = subjects.emplace_back();
    one.command = commands[i];
    one.program = std::make_unique<agent_program>(on_, std::move(how), gateway_.agents());
    error_code failure = co_await one.program->start(why);
    if (!failure) failure = co_await one.program->await_connected(options_.start_timeout);
    if (failure) {
      why =
          one.command + " does not log \"connected_to_gateway\"; its last line: " + one.program->last_line();
      co_return failure;
    }
  }
  why.clear();
  co_return error_code{};
}

task<error_code> reconnect_run::round() {
  for (subject& one : subjects) {
    const error_code failure = co_await measure(one);
    if (failure) co_return failure;
    const runtime::endpoint path = one.program->path();
    const error_code unmeasured = co_await measure_floor(path);
    if (unmeasured) {
      why = "a bare GET";
      co_return unmeasured;
    }
  }
  co_return error_code{};
}

task<error_code> reconnect_run::measure(subject& one) {
  agent_program& agent = *one.program;
  error_code failure = co_await agent.cut_for(options_.outage);
  if (!failure) failure = co_await agent.await_connected(options_.reconnect_timeout);
  if (failure) {
    why = one.command + " does not come back; its last line: " + agent.last_line();
    co_return failure;
  }
  const runtime::wall_time due = agent.due_at().value_or(agent.healthy_at());
  if (!agent.due_at()) ++one.without_delay;
  const runtime::wall_time begun = std::max(agent.healthy_at(), due);
  one.cost.add(std::max(agent.connected_at() - begun, runtime::duration{0}));
  one.scheduled.add(begun - agent.healthy_at());
  co_return error_code{};
}

task<error_code> reconnect_run::measure_floor(const runtime::endpoint& path) {
  auto fresh = make_trust();
  if (!fresh) co_return fresh.error();
  const auto whole = co_await bare_get(path, std::move(*fresh));
  if (!whole) co_return whole.error();
  full.add(*whole);
  const auto again = co_await bare_get(path, kept_);
  if (!again) co_return again.error();
  if (full.count() > 1) resumed.add(*again);  // the first had nothing to resume
  co_return error_code{};
}

task<runtime::result<runtime::duration>> reconnect_run::bare_get(runtime::endpoint to, tls_client_ptr trust) {
  const runtime::mono_time begun = on_.clock().now();
  auto stream = co_await on_.network().dial(std::move(to), std::move(trust));
  if (!stream) co_return stream.error();
  bare_connection connection{std::move(*stream)};
  const auto status = co_await connection.exchange(health);
  if (!status) co_return status.error();
  const runtime::duration took = on_.clock().now() - begun;
  connection.close();
  co_return took;
}

double ratio(runtime::duration of, runtime::duration to) {
  return to.count() > 0 ? static_cast<double>(of.count()) / static_cast<double>(to.count()) : 0;
}

std::string quantiles(const distribution& of) {
  return fmt::format("p50 {:>8}  p90 {:>8}  p99 {:>8}  max {:>8}", print_span(of.quantile(0.5)),
                     print_span(of.quantile(0.9)), print_span(of.quantile(0.99)), print_span(of.quantile(1)));
}

void report(const reconnect_run& run, bench_report& out) {
  nlohmann::ordered_json agents = nlohmann::ordered_json::array();
  for (const subject& one : run.subjects) {
    const double to_full = ratio(one.cost.quantile(0.5), run.full.quantile(0.5));
    const double to_resumed = ratio(one.cost.quantile(0.5), run.resumed.quantile(0.5));
    agents.push_back({{"command", one.command},
                      {"after_scheduled_delay", one.cost.to_json()},
                      {"scheduled_delay", one.scheduled.to_json()},
                      {"without_announced_delay", one.without_delay},
                      {"p50_to_bare_full", to_full},
                      {"p50_to_bare_resumed", to_resumed}});
    out.text += fmt::format(
        "{}\n  {} reconnects, from a healthy path and the announced delay's end to `connected`\n  {}\n"
        "  p50 is {:.2f} times a bare handshake and GET, {:.2f} times one that resumes a session\n",
        one.command, one.cost.count(), quantiles(one.cost), to_full, to_resumed);
    if (one.without_delay != 0)
      out.text += fmt::format("  {} times no delay was announced: those hold the agent's waiting too\n",
                              one.without_delay);
    out.text += one.cost.print_histogram();
  }
  out.text += fmt::format(
      "bare TLS handshake and GET over the same path, in the same rounds\n  full     {}\n  resumed  {}\n",
      quantiles(run.full), quantiles(run.resumed));
  out.values = {{"agents", std::move(agents)},
                {"bare_full", run.full.to_json()},
                {"bare_resumed", run.resumed.to_json()}};
}

}  // namespace

bool run_reconnect_bench(const reconnect_bench_options& options, bench_report& out, std::string& failure) {
  const runtime::temporary_directory own;
  if (own.path().empty()) {
    failure = "cannot make a temporary folder";
    return false;
  }
  out.schema = reconnect_schema;
  out.settings = {{"gateway_command", options.gateway_command},
                  {"count", options.count},
                  {"outage_ms", std::chrono::duration<double, std::milli>(options.outage).count()}};
  runtime::no_events events;
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(events);
  reconnect_run run{*host, options, own.path()};
  const int status = host->run(run.run());
  failure = run.why;
  if (status != 0) return false;
  report(run, out);
  return true;
}

}  // namespace kitfox::conformance
