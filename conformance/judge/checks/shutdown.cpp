// DRN-*: ending in order.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/fullest_window.hpp"

namespace kitfox::conformance {
namespace {

/// What an exit code says to whoever looks for its reason.
std::string print_exit(int code) {
  constexpr int ended_by_sigterm = 128 + 15;
  if (code != ended_by_sigterm) return std::to_string(code);
  return "143: ended by SIGTERM, which it does not handle, or a shell around it was (start it by `exec`)";
}

/// DRN-3: an agent told to stop takes no new command, finishes and exits 0 within its time.
void judge_agent_stop(const evidence& about, findings& out) {
  const double limit = about.facts().value("drain_timeout", 25.0);
  for (const process& agent : about.processes) {
    if (agent.kind != "agent" || !agent.told_to_stop || agent.killed) continue;
    const instant bound = *agent.told_to_stop + seconds(limit) + seconds(0.5);
    if (!agent.exited && about.end <= bound + tolerance(about)) continue;
    out.evaluated("DRN-3");
    if (!agent.exited || *agent.exited > bound) {
      out.too_late(
          "DRN-3", agent.node, "exit within " + print_span(seconds(limit)) + " of SIGTERM",
          agent.exited ? "after " + print_span(*agent.exited - *agent.told_to_stop) : "still running",
          *agent.told_to_stop, agent.exited.value_or(about.end) - bound);
    } else if (agent.exit_code != 0) {
      out.fail("DRN-3", agent.node, "exit code 0 after SIGTERM", print_exit(agent.exit_code), *agent.exited);
    }
    for (const auto& [id, one] : about.commands) {
      if (one.delivered.empty() || !one.responses.empty()) continue;
      const connection& on = about.connections[about.streams[one.delivered_on.front()].connection];
      const instant t = one.delivered.front().t;
      if (on.from != agent.node || t >= *agent.told_to_stop || t < agent.started) continue;
      const bool disturbed =
          std::any_of(agent.connections.begin(), agent.connections.end(),
                      [&](std::size_t index) { return about.connections[index].first_fault.has_value(); });
      if (disturbed) continue;
      out.fail("DRN-3", agent.node, "an answer to " + id + ", which ran when it was told to stop", "none",
               *agent.told_to_stop);
    }
  }
}

/// DRN-1: a stream that the gateway ends of itself says when to return.
void judge_drain_hint(const evidence& about, const stream& one, instant told, findings& out) {
  if (!about.ended_by_gateway(one)) return;
  out.evaluated("DRN-1");
  if (one.says_when_to_return(told)) return;
  out.fail("DRN-1", "gateway",
           "a drain event or a retry field before the stream to " + about.connections[one.connection].from +
               " ends",
           "none", *one.over_at_gateway);
}

/// DRN-1: a gateway told to stop lets nobody in and spreads the ends of its streams.
void judge_gateway_drain(const evidence& about, findings& out) {
  for (const process& gateway : about.processes) {
    if (gateway.kind != "gateway" || !gateway.told_to_stop) continue;
    const instant told = *gateway.told_to_stop;
    const instant gone = gateway.exited.value_or(about.end);
    std::vector<instant> ends;
    for (const stream& one : about.streams) {
      const exchange& connect = about.exchanges[one.exchange];
      if (connect.arrived && *connect.arrived > told + seconds(1) && *connect.arrived < gone &&
          connect.answered) {
        out.evaluated("DRN-1");
        if (connect.status_sent == 200)
          out.fail("DRN-1", "gateway", "503 to a connect while draining", "200",
                   {*connect.answered, connect.answer});
      }
      if (!one.connected_sent || *one.connected_sent > told || !one.over_at_gateway ||
          *one.over_at_gateway < told)
        continue;
      ends.push_back(*one.over_at_gateway);
      judge_drain_hint(about, one, told, out);
    }
    const double window = about.facts().value("drain_window", 30.0);
    if (ends.size() < 20) continue;
    out.evaluated("DRN-1");
    // No tenth of the window holds more than twice its share, and a little for small numbers.
    const instant slice = seconds(window / 10);
    const std::size_t peak = find_fullest_window(ends, slice).count;
    const double share = static_cast<double>(ends.size()) / 10;
    if (static_cast<double>(peak) > 2 * share + 3) {
      out.fail("DRN-1", "gateway", "streams closed evenly over " + print_span(seconds(window)),
               std::to_string(peak) + " of " + std::to_string(ends.size()) + " within " + print_span(slice),
               told);
    }
  }
}

/// DRN-2: no call is lost in silence when the gateway stops.
void judge_no_silent_loss(const evidence& about, findings& out) {
  for (const process& gateway : about.processes) {
    if (gateway.kind != "gateway" || !gateway.told_to_stop || !gateway.exited) continue;
    for (const caller_call& call : about.calls) {
      if (call.begun->name == "send" || call.begun->t >= *gateway.told_to_stop) continue;
      if (call.ended != nullptr && call.ended->t < *gateway.told_to_stop) continue;
      out.evaluated("DRN-2");
      const bool told = call.ended != nullptr && call.ended->status == 200;
      if (!told)
        out.fail("DRN-2", "call " + call.begun->id,
                 "a result or an explicit failure before the gateway exits",
                 call.ended == nullptr ? "none" : "the connection ended", *gateway.exited);
    }
  }
}

constexpr std::string_view agent_ids[] = {"DRN-3"};
constexpr std::string_view gateway_ids[] = {"DRN-1"};
constexpr std::string_view loss_ids[] = {"DRN-2"};
constexpr requirement_check shutdown_table[] = {{"agent-stop", agent_ids, judge_agent_stop},
                                                {"gateway-drain", gateway_ids, judge_gateway_drain},
                                                {"no-silent-loss", loss_ids, judge_no_silent_loss}};

}  // namespace

std::span<const requirement_check> shutdown_checks() { return shutdown_table; }

}  // namespace kitfox::conformance
