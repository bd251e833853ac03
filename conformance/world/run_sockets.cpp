#include "conformance/world/run_sockets.hpp"

#include "conformance/world/player.hpp"
#include "conformance/world/sockets_world.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::conformance {
namespace {

runtime::task<int> play(player& by, play_outcome& out, runtime::stop_source& stop) {
  out = co_await by.run(&stop);
  co_return 0;
}

}  // namespace

sockets_run run_in_sockets(const scenario_case& one, const scenario_source& source,
                           const sockets_run_options& options) {
  // The harness's own events are of no interest: what happens shows on the wire.
  runtime::no_events events;
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(events);
  runtime::stop_source stop{host->executor()};
  host->stop_on_signals(stop);
  recorder tape{host->clock().now()};
  tape.add(make_header(one, source, options.seed, options.programs), host->clock().now());
  play_outcome played;
  {
    sockets_world world{one.what, options.seed, *host, tape, options.programs, options.work_directory};
    player by{world, one.what, options.seed};
    const int status = host->run(play(by, played, stop));
    static_cast<void>(status);
  }
  sockets_run out;
  out.interrupted = stop.requested();
  std::string failure = out.interrupted ? "interrupted by a signal" : played.harness_failure;
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
