#include "conformance/world/run_sockets.hpp"

#include <filesystem>

#include "conformance/world/player.hpp"
#include "conformance/world/program_command.hpp"
#include "conformance/world/program_flags.hpp"
#include "conformance/world/sockets_world.hpp"
#include "conformance/world/temporary_directory.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::conformance {
namespace {

/// The harness's own events are of no interest: what happens shows on the wire.
class no_events final : public runtime::event_sink {
 public:
  void emit(runtime::severity, std::string_view, std::span<const runtime::event_field>) override {}
};

runtime::task<int> play(player& by, play_outcome& out) {
  out = co_await by.run();
  co_return 0;
}

sockets_subjects subjects_of(const sockets_run_options& options) {
  sockets_subjects out;
  out.reference_agent = options.agent_command.empty();
  out.reference_gateway = options.gateway_command.empty();
  out.agent_command = command_or_reference(options.agent_command, "kitfox-agent");
  out.gateway_command = command_or_reference(options.gateway_command, "kitfox-gateway");
  return out;
}

/// A setting that the reference program cannot be given is found before anything runs.
std::string unsupported_setting(const scenario& what, const sockets_subjects& subjects) {
  std::vector<std::string> ignored;
  if (subjects.reference_agent) {
    if (std::string name = add_agent_flags(what.agent_settings, ignored); !name.empty())
      return "agent." + name;
  }
  if (subjects.reference_gateway) {
    if (std::string name = add_gateway_flags(what.gateway_settings, ignored); !name.empty())
      return "gateway." + name;
  }
  return {};
}

}  // namespace

transcript run_in_sockets(const scenario_case& one, const scenario_source& source,
                          const sockets_run_options& options) {
  no_events events;
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(events);
  recorder tape{host->clock().now()};
  tape.add(make_header(one, source, options.seed), host->clock().now());
  std::string failure;
  {
    const temporary_directory own;
    const std::filesystem::path directory =
        options.work_directory.empty() ? own.path() : std::filesystem::path{options.work_directory};
    const sockets_subjects subjects = subjects_of(options);
    if (directory.empty()) {
      failure = "cannot make a temporary folder";
    } else if (const std::string name = unsupported_setting(one.what, subjects); !name.empty()) {
      failure = "settings: " + name +
                " cannot be given to the reference program; leave sockets out, or the setting";
    } else {
      sockets_world world{one.what, options.seed, *host, tape, subjects, directory};
      play_outcome played;
      player by{world, one.what, options.seed};
      const int status = host->run(play(by, played));
      static_cast<void>(status);
      failure = played.harness_failure;
    }
  }
  if (failure.empty() && !tape.complete()) failure = "more records than a transcript may hold";
  record footer;
  footer.name = "done";
  footer.more = nlohmann::json::object();
  if (!failure.empty()) footer.more["harness_failure"] = failure;
  tape.finish(std::move(footer), host->clock().now());
  return std::move(tape).take();
}

}  // namespace kitfox::conformance
