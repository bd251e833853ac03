#include "conformance/world/run_sockets.hpp"

#include "conformance/world/fake_cluster.hpp"
#include "conformance/world/player.hpp"
#include "conformance/world/sockets_world.hpp"
#include "runtime/real_host.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::conformance {
namespace {

runtime::task<void> stop_at(runtime::host& on, runtime::duration left, runtime::stop_source& stop,
                            bool& passed) {
  const runtime::error_code failure = co_await on.clock().sleep_for(left);  // of the world's time
  if (failure) co_return;
  passed = true;
  stop.request();
}

runtime::task<int> play(runtime::host& on, player& by, play_outcome& out, runtime::stop_source& stop,
                        std::optional<runtime::duration> left, bool& out_of_time) {
  runtime::task_group limit{on};
  if (left) limit.spawn("deadline", stop_at(on, *left, stop, out_of_time));
  out = co_await by.run(&stop);
  limit.cancel();
  co_await limit.join();
  co_return 0;
}

}  // namespace

sockets_run run_in_sockets(const scenario_case& one, const scenario_source& source,
                           const sockets_run_options& options) {
  fake_clusters fakes;
  return run_in_sockets(one, source, options, fakes);
}

sockets_run run_in_sockets(const scenario_case& one, const scenario_source& source,
                           const sockets_run_options& options, cluster_source& clusters) {
  // The harness's own events are of no interest: what happens shows on the wire.
  runtime::no_events events;
  const acceleration& faster = options.programs.faster;
  const runtime::clock_pace pace =
      faster.is_any() ? runtime::quicker_from_now(faster.times) : runtime::clock_pace{};
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(events, pace);
  runtime::stop_source stop{host->executor()};
  host->stop_on_signals(stop);
  recorder tape{host->clock().now()};
  record header = make_header(one, source, options.seed, options.programs);
  if (!options.reproduce.empty()) header.more["reproduce"] = options.reproduce;
  tape.add(std::move(header), host->clock().now());
  play_outcome played;
  std::optional<runtime::duration> time_left = options.time_left;
  if (time_left) *time_left *= pace.times;
  sockets_run out;
  {
    sockets_world world{one.what, options.seed,           *host, tape, options.programs,
                        clusters, options.work_directory, pace};
    player by{world, one.what, options.seed};
    const int status = host->run(play(*host, by, played, stop, time_left, out.out_of_time));
    static_cast<void>(status);
    out.library_was_loaded = world.library_was_loaded();
  }
  out.interrupted = stop.requested() && !out.out_of_time;
  std::string failure = out.interrupted   ? "interrupted by a signal"
                        : out.out_of_time ? "broken off: no time was left"
                                          : played.harness_failure;
  if (failure.empty() && !tape.complete()) failure = "more records than a transcript may hold";
  record footer;
  footer.name = "done";
  footer.more = nlohmann::json::object();
  if (!failure.empty()) footer.more["harness_failure"] = failure;
  tape.finish(std::move(footer), host->clock().now());
  out.tape = std::move(tape).take();
  return out;
}

}  // namespace kitfox::conformance
