#include "conformance/bench/gateway_bench.hpp"

#include <fmt/format.h>
#include <sys/vfs.h>

#include "conformance/world/program_command.hpp"
#include "runtime/descriptor_limit.hpp"
#include "runtime/real_host.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

using runtime::in_seconds;

using runtime::task;

// Targets of the reference gateway.
constexpr double resident_kib_max = 64, connects_per_core_min = 500, executes_min = 5'000;
/// RES-2: of 10,000 streams nothing stays; allocators give and take this much whatever is asked of
/// them, and SQLite opens and closes files of its log.
constexpr double churn_mib_max = 2, churn_files_max = 2;
/// Descriptors of each process that are not an agent's stream.
constexpr std::size_t descriptors_kept = 200;

/// What the load generator itself reports is of no interest: failures are counted.
double per_second(std::size_t count, runtime::duration span) {
  return span.count() > 0 ? static_cast<double>(count) / in_seconds(span) : 0;
}

/// In memory nothing is ever durable, and fsync(2) costs nothing.
bool is_in_memory(const std::string& directory) {
  constexpr long tmpfs = 0x01021994;
  struct statfs info {};
  return statfs(directory.c_str(), &info) == 0 && info.f_type == tmpfs;
}

/// One gateway and one load on it, under one limit of time.
struct bench_run {
  runtime::host& on;
  const gateway_bench_options& options;
  std::string directory;
  std::string why;
  bool ran_out = false;

  template <class Load, class Numbers>
  task<runtime::error_code> measure(const Load& what, std::size_t clusters, Numbers& out);
  task<void> watch(gateway_load& load);
};

task<void> bench_run::watch(gateway_load& load) {
  const runtime::error_code failure = co_await on.clock().sleep_for(options.limit);
  if (failure) co_return;
  ran_out = true;
  load.cancel();
}

template <class Load, class Numbers>
task<runtime::error_code> bench_run::measure(const Load& what, std::size_t clusters, Numbers& out) {
  gateway_program gateway{on, directory};
  std::vector<std::string> command = command_or_reference(options.gateway_command, "kitfox-gateway");
  runtime::error_code failure = co_await gateway.start(std::move(command), options.start_timeout, why);
  if (!failure) {
    gateway_load load{on, gateway};
    runtime::task_group guard{on};
    guard.spawn("limit of the run", watch(load));
    failure = co_await load.prepare(clusters, why);
    if (!failure) failure = co_await load.run(what, out, why);
    guard.cancel();
    co_await guard.join();
    if (ran_out) why = "the limit of the run has passed";
  }
  co_await gateway.stop();
  co_return failure;
}

void report_idle(const idle_load& what, const idle_numbers& got, bench_report& out) {
  const double agents = static_cast<double>(std::max<std::size_t>(got.connected, 1));
  const double grown =
      static_cast<double>(got.resident_after - std::min(got.resident_before, got.resident_after));
  const double each = grown / agents / 1024;
  const double total_each = static_cast<double>(got.resident_after) / agents / 1024;
  const double per_core = per_second(got.connected, got.connect_cpu);
  out.values["connect"] = {{"agents", what.agents},
                           {"connected", got.connected},
                           {"failed", got.failed},
                           {"wall_seconds", in_seconds(got.connect_wall)},
                           {"gateway_cpu_seconds", in_seconds(got.connect_cpu)},
                           {"generator_cpu_seconds", in_seconds(got.own_connect_cpu)},
                           {"per_second", per_second(got.connected, got.connect_wall)},
                           {"per_gateway_cpu_second", per_core}};
  out.values["idle"] = {{"resident_bytes_before", got.resident_before},
                        {"resident_bytes_after", got.resident_after},
                        {"resident_kib_per_agent", each},
                        {"resident_kib_per_agent_with_program", total_each},
                        {"ended_early", got.ended_early},
                        {"wall_seconds", in_seconds(got.idle_wall)},
                        {"gateway_cpu_seconds", in_seconds(got.idle_cpu)},
                        {"heartbeats", got.heartbeats}};
  out.text += fmt::format(
      "connect  {} TLS agents in {:.1f} s: {:.0f}/s; the gateway took {:.2f} s of CPU, this generator {:.2f} "
      "s\n"
      "idle     {:.1f} KiB resident for each agent ({:.1f} MiB before, {:.1f} MiB after; {:.1f} KiB with the "
      "program itself)\n"
      "         {:.1f} % of a core over {:.1f} s with {} heartbeats\n",
      got.connected, in_seconds(got.connect_wall), per_second(got.connected, got.connect_wall),
      in_seconds(got.connect_cpu), in_seconds(got.own_connect_cpu), each,
      static_cast<double>(got.resident_before) / 1048576, static_cast<double>(got.resident_after) / 1048576,
      total_each, 100 * in_seconds(got.idle_cpu) / std::max(in_seconds(got.idle_wall), 1e-9),
      in_seconds(got.idle_wall), got.heartbeats);
  using side = bench_target::side;
  const auto wanted = static_cast<double>(what.agents);
  out.targets.push_back({"agents connected and idle", "agents",
                         static_cast<double>(got.connected - got.ended_early), wanted, side::at_least});
  out.targets.push_back({"resident memory of an idle agent", "KiB", each, resident_kib_max, side::at_most});
  out.targets.push_back(
      {"connects a second of gateway CPU", "1/CPU s", per_core, connects_per_core_min, side::at_least});
}

void report_execute(const execute_load& what, const execute_numbers& got, bool in_memory, bench_report& out) {
  const double rate = per_second(got.done, got.wall);
  out.values["execute"] = {{"callers", what.callers},
                           {"done", got.done},
                           {"failed", got.failed},
                           {"wall_seconds", in_seconds(got.wall)},
                           {"gateway_cpu_seconds", in_seconds(got.cpu)},
                           {"generator_cpu_seconds", in_seconds(got.own_cpu)},
                           {"per_second", rate},
                           {"per_gateway_cpu_second", per_second(got.done, got.cpu)},
                           {"database_in_memory", in_memory},
                           {"latency", got.latency.to_json()}};
  out.text += fmt::format(
      "execute  {} at a time over TLS: {:.0f}/s for {:.1f} s, {} failed; p50 {}, p99 {}\n"
      "         {:.0f} a second of the gateway's CPU ({:.2f} s); this generator took {:.2f} s\n",
      what.callers, rate, in_seconds(got.wall), got.failed, print_span(got.latency.quantile(0.5)),
      print_span(got.latency.quantile(0.99)), per_second(got.done, got.cpu), in_seconds(got.cpu),
      in_seconds(got.own_cpu));
  if (in_memory)
    out.text += "         the audit lies in memory (tmpfs): what it costs to be durable is missing here\n";
  out.text += got.latency.print_histogram();
  using side = bench_target::side;
  out.targets.push_back({"executes", "1/s", rate, executes_min, side::at_least});
  out.targets.push_back({"executes that failed", "", static_cast<double>(got.failed), 0, side::at_most});
}

void report_churn(const churn_load& what, const churn_numbers& got, bench_report& out) {
  const double grown =
      (static_cast<double>(got.after.resident_bytes) - static_cast<double>(got.before.resident_bytes)) /
      1048576;
  const auto to_json = [](const churn_numbers::left_behind& one) {
    return nlohmann::json{{"resident_bytes", one.resident_bytes},
                          {"descriptors", one.descriptors},
                          {"metric_series", one.metric_series}};
  };
  out.values["churn"] = {
      {"connected", got.connected},           {"failed", got.failed},
      {"wall_seconds", in_seconds(got.wall)}, {"per_second", per_second(got.connected, got.wall)},
      {"before", to_json(got.before)},        {"after", to_json(got.after)}};
  out.text += fmt::format(
      "churn    {} streams came and went, {:.0f}/s, after {} to warm up\n"
      "         {:+.2f} MiB resident, {} open files after {}, {} metric series after {}\n",
      got.connected, per_second(got.connected, got.wall), what.warm_up, grown, got.after.descriptors,
      got.before.descriptors, got.after.metric_series, got.before.metric_series);
  using side = bench_target::side;
  const auto more = [](std::uint64_t after, std::uint64_t before) {
    return static_cast<double>(after) - static_cast<double>(before);
  };
  out.targets.push_back({"streams that came and went", "", static_cast<double>(got.connected),
                         static_cast<double>(what.connects), side::at_least});
  out.targets.push_back({"memory that they left behind", "MiB", grown, churn_mib_max, side::at_most});
  out.targets.push_back({"open files that they left behind", "",
                         more(got.after.descriptors, got.before.descriptors), churn_files_max,
                         side::at_most});
  out.targets.push_back({"metric series that they left behind", "",
                         more(got.after.metric_series, got.before.metric_series), 0, side::at_most});
}

/// A part in a folder of its own; false, and `run.why` says why, when it has no numbers.
template <class Load, class Numbers>
task<bool> run_part(bench_run& run, const char* name, const Load& what, std::size_t clusters, Numbers& got) {
  const std::string base = run.directory;
  run.directory = base + "/" + name;
  std::filesystem::create_directories(run.directory);
  auto measuring = run.measure(what, clusters, got);
  const runtime::error_code failure = co_await std::move(measuring);
  run.directory = base;
  if (failure) run.why += ": " + failure.message();
  co_return !failure;
}

std::size_t clusters_for(std::size_t agents) {
  return (agents + gateway_load::agents_per_cluster - 1) / gateway_load::agents_per_cluster;
}

task<int> run_parts(bench_run& run, bench_report& out) {
  const gateway_bench_options& options = run.options;
  if (options.measures_idle) {
    idle_numbers got;
    const bool done = co_await run_part(run, "idle", options.idle, clusters_for(options.idle.agents), got);
    if (!done) co_return 1;
    report_idle(options.idle, got, out);
  }
  if (options.measures_execute) {
    execute_numbers got;
    const bool done = co_await run_part(run, "execute", options.execute, options.execute.callers, got);
    if (!done) co_return 1;
    report_execute(options.execute, got, is_in_memory(run.directory), out);
  }
  if (options.measures_churn) {
    churn_numbers got;
    const std::size_t clusters = clusters_for(options.churn.connects + options.churn.warm_up);
    const bool done = co_await run_part(run, "churn", options.churn, clusters, got);
    if (!done) co_return 1;
    report_churn(options.churn, got, out);
  }
  co_return 0;
}

}  // namespace

bool run_gateway_bench(const gateway_bench_options& options, bench_report& out, std::string& failure) {
  const std::size_t descriptors = runtime::raise_descriptor_limit().now;
  const std::size_t wanted = options.measures_idle ? options.idle.agents : 3 * options.execute.callers;
  if (descriptors < wanted + descriptors_kept) {
    failure = fmt::format("{} agents need more open files than the {} that `ulimit -Hn` allows", wanted,
                          descriptors);
    return false;
  }
  const runtime::temporary_directory own;
  const std::string directory = options.directory.empty() ? own.path().string() : options.directory;
  if (directory.empty()) {
    failure = "cannot make a temporary folder";
    return false;
  }
  out.schema = "kitfox/bench-gateway/1";
  out.settings = {{"gateway_command", options.gateway_command},
                  {"descriptors", descriptors},
                  {"agents", options.idle.agents},
                  {"callers", options.execute.callers},
                  {"seconds", in_seconds(options.execute.span)}};
  out.text = fmt::format("open files: limit raised to {} for each process\n", descriptors);
  runtime::no_events events;
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(events);
  bench_run run{*host, options, directory, {}};
  const int status = host->run(run_parts(run, out));
  failure = run.why;
  return status == 0;
}

}  // namespace kitfox::conformance
