#include "conformance/subject/clock_probe.hpp"

#include <algorithm>

#include "conformance/judge/attempts.hpp"
#include "conformance/judge/findings.hpp"
#include "conformance/world/run_sockets.hpp"
#include "runtime/assert.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

/// What the probes ask for; see their files.
constexpr instant pause_asked = seconds(30), caller_limit = seconds(25);

std::string judge_pause(const evidence& about) {
  for (const process& one : about.processes) {
    if (one.kind != "agent") continue;
    const std::vector<attempt> attempts = attempts_of(about, one);
    for (const wait_before_retry& wait : waits_of(about, attempts)) {
      const attempt& refused = attempts[wait.after];
      if (refused.status != 503) continue;
      const instant longest = longest_wait(wait, refused).value_or(0) + seconds(2);
      if (wait.delay >= pause_asked - seconds(0.5) && wait.delay <= longest) return {};
      return "asked to wait for " + print_span(pause_asked) + " it came back after " + print_span(wait.delay);
    }
  }
  return "asked to wait for " + print_span(pause_asked) + " it did not come back in time";
}

/// By the interval that was announced, or by the 15 s of a peer that announces none.
bool is_watchdog(instant silence, double announced) {
  return std::ranges::any_of(std::initializer_list<double>{announced, 15.0}, [&](double interval) {
    return silence >= seconds(3 * interval * 0.9) && silence <= seconds(3 * interval * 1.25 + 1);
  });
}

std::string judge_silence(const evidence& about) {
  const auto left = std::find_if(about.streams.rbegin(), about.streams.rend(),
                                 [](const stream& one) { return one.connected && one.over_at_agent; });
  if (left == about.streams.rend()) return "it kept a stream that had fallen silent";
  const connection& on = about.connections[left->connection];
  const instant last = on.delivered_activity.empty() ? *left->connected : on.delivered_activity.back();
  const instant silence = *left->over_at_agent - last;
  if (is_watchdog(silence, left->heartbeat_seconds)) return {};
  return "it left a silent stream after " + print_span(silence) + ", not after three intervals of " +
         print_span(seconds(left->heartbeat_seconds)) + " or 15 s";
}

std::string judge_heartbeats(const evidence& about) {
  for (const stream& one : about.streams) {
    if (!one.connected) continue;
    const connection& on = about.connections[one.connection];
    instant last = *one.connected, longest = 0;
    for (const instant t : on.delivered_activity) {
      // Of a run of heartbeats the transcript keeps both ends and the longest gap.
      const auto run = std::ranges::find_if(one.quiet_delivered, [&](const record* quiet) {
        return quiet->first == last && quiet->last == t && quiet->count > 1;
      });
      longest = std::max(longest, run == one.quiet_delivered.end() ? t - last : (*run)->gap_max);
      last = t;
    }
    longest = std::max(longest, about.end - last);
    if (longest <= seconds(one.heartbeat_seconds * 1.3 + 1)) return {};
    return "its heartbeats came " + print_span(longest) + " apart, with an interval of " +
           print_span(seconds(one.heartbeat_seconds));
  }
  return "no agent was connected";
}

std::string judge_caller_limit(const evidence& about) {
  for (const caller_call& call : about.calls) {
    if (call.command != "list_namespaces" || call.ended == nullptr) continue;
    const instant took = call.ended->t - call.begun->t;
    if (took >= caller_limit - seconds(1) && took <= caller_limit + seconds(4)) return {};
    return "a call with a limit of " + print_span(caller_limit) + " ended after " + print_span(took);
  }
  return "a call with a limit of " + print_span(caller_limit) + " did not end";
}

}  // namespace

clock_probe judge_clock(const transcript& of, party role) {
  const evidence about{of};
  std::string why = role == party::agent ? judge_pause(about) : judge_caller_limit(about);
  if (why.empty()) why = role == party::agent ? judge_silence(about) : judge_heartbeats(about);
  return {std::move(why)};
}

clock_probe play_clock_probe(const subject& whose, const acceleration& faster) {
  if (whose.program.attached) return {"the program is started by hand"};
  if (whose.program.reached) return {"the program runs already"};
  if (faster.library.empty())
    return {"libfaketime is not installed (Debian's package libfaketime, or KITFOX_LIBFAKETIME)"};
  const bool agent = whose.role == party::agent;
  const std::string text{agent ? embedded_agent_probe() : embedded_gateway_probe()};
  const scenario_source source{agent ? "connect/probe-agent.yaml" : "connect/probe-gateway.yaml", text};
  const loaded file = load_scenario_text(text, source.file, {});
  KITFOX_ASSERT(file.errors.empty());
  const runtime::temporary_directory folder;
  if (folder.path().empty()) return {"a temporary folder cannot be made"};
  const auto in_sockets = std::ranges::find(file.cases, world_kind::sockets, &scenario_case::world);
  KITFOX_ASSERT(in_sockets != file.cases.end());
  subject_programs programs;
  (agent ? programs.agent : programs.gateway) = whose.program;
  programs.faster = faster;
  const sockets_run ran = run_in_sockets(*in_sockets, source, {1, programs, folder.path()});
  if (ran.interrupted) return {"the probe was interrupted"};
  if (!ran.library_was_loaded)
    return {"the program did not load " + faster.library + ", as one that is linked statically does not"};
  return judge_clock(ran.tape, whose.role);
}

}  // namespace kitfox::conformance
