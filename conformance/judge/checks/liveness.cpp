// LIV-*: nobody keeps a dead stream.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

/// Until when the agent's process could act at all.
instant acts_until(const evidence& about, const process& agent) {
  instant until = about.end;
  for (const auto& limit : {agent.exited, agent.killed, agent.paused}) {
    if (limit) until = std::min(until, *limit);
  }
  return until;
}

instant acts_until(const evidence& about, const connection& on) {
  return on.by ? acts_until(about, about.processes[*on.by]) : about.end;
}

/// LIV-2: silence for three heartbeat intervals ends the stream.
void judge_watchdog(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const connection& on = about.connections[one.connection];
    if (!one.connected) continue;
    const instant bound =
        seconds(3 * one.heartbeat_seconds) + seconds(std::max(0.5, one.heartbeat_seconds / 3));
    const instant until = std::min(one.over_at_agent.value_or(about.end), acts_until(about, on));
    instant last = *one.connected;
    instant worst = 0, worst_from = 0;
    const auto reach = [&](instant t) {
      if (t - last > worst) {
        worst = t - last;
        worst_from = last;
      }
      last = std::max(last, t);
    };
    // Within a quiet run the largest gap is kept with it.
    for (const instant t : on.delivered_activity) {
      if (t > until) break;
      const bool inside_run =
          std::any_of(one.quiet_delivered.begin(), one.quiet_delivered.end(),
                      [&](const record* quiet) { return quiet->first == last && quiet->last == t; });
      if (inside_run)
        last = t;
      else
        reach(t);
    }
    reach(until);
    const instant silence = seconds(3 * one.heartbeat_seconds);
    if (worst < silence) continue;
    out.evaluated("LIV-2");
    if (worst <= bound) continue;
    out.too_late("LIV-2", on.from,
                 "a stream without bytes for 3 heartbeat intervals closed within " + print_span(bound),
                 "kept for " + print_span(worst), worst_from, worst - bound);
  }
}

/// LIV-1: the gateway sends bytes at least every H on every stream.
void judge_heartbeats(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const connection& on = about.connections[one.connection];
    if (!one.connected_sent) continue;
    const instant bound = seconds(one.heartbeat_seconds) + seconds(0.05);
    instant until = one.over_at_gateway.value_or(about.end);
    for (const process& gateway : about.processes) {
      if (gateway.kind != "gateway" || !gateway.alive_at(*one.connected_sent)) continue;
      for (const auto& limit : {gateway.exited, gateway.killed, gateway.paused}) {
        if (limit) until = std::min(until, *limit);
      }
    }
    std::vector<instant> sent{*one.connected_sent};
    instant gap = 0, gap_at = 0;
    for (const stream_event& event : one.sent) sent.push_back(event.t);
    for (const record* quiet : one.quiet_sent) {
      sent.push_back(quiet->first);
      sent.push_back(quiet->last);
      if (quiet->gap_max > gap) {
        gap = quiet->gap_max;
        gap_at = quiet->last;
      }
    }
    std::sort(sent.begin(), sent.end());
    sent.push_back(until);
    for (std::size_t i = 0; i + 1 < sent.size(); ++i) {
      const bool inside_run = std::any_of(
          one.quiet_sent.begin(), one.quiet_sent.end(),
          [&](const record* quiet) { return quiet->first == sent[i] && quiet->last == sent[i + 1]; });
      if (inside_run || sent[i + 1] - sent[i] <= gap) continue;
      gap = sent[i + 1] - sent[i];
      gap_at = sent[i];
    }
    if (until - *one.connected_sent < seconds(one.heartbeat_seconds)) continue;
    out.evaluated("LIV-1");
    if (gap <= bound) continue;
    out.too_late("LIV-1", on.from,
                 "bytes from the gateway at least every " + print_span(seconds(one.heartbeat_seconds)),
                 "nothing for " + print_span(gap), gap_at, gap - bound);
  }
}

/// LIV-5: readiness follows the connection; CON-4: and never runs ahead of the `connected` event.
void judge_readiness(const evidence& about, findings& out) {
  for (const process& agent : about.processes) {
    if (agent.kind != "agent") continue;
    std::optional<instant> ready_since;
    const auto judge = [&](instant from, instant until) {
      out.evaluated("LIV-5");
      out.evaluated("CON-4");
      bool covered = false;
      instant last_lost = -1;
      double heartbeat = 15;
      for (const std::size_t index : agent.streams) {
        const stream& one = about.streams[index];
        if (!one.connected) continue;
        heartbeat = one.heartbeat_seconds;
        const instant over = one.over_at_agent.value_or(until);
        // The file and the bytes are watched by two observers.
        if (*one.connected <= from + tolerance(about)) covered = true;
        if (over < until) last_lost = std::max(last_lost, over);
      }
      if (!covered) {
        out.fail("CON-4", agent.node, "ready only after the `connected` event", "ready without one", from);
      } else if (last_lost >= from && until - last_lost > seconds(3 * heartbeat)) {
        const bool again = std::any_of(agent.streams.begin(), agent.streams.end(), [&](std::size_t index) {
          const stream& one = about.streams[index];
          return one.connected && *one.connected > last_lost && *one.connected <= until;
        });
        if (!again)
          out.too_late("LIV-5", agent.node,
                       "not ready within 3 heartbeat intervals after the stream was lost", "still ready",
                       last_lost, until - last_lost - seconds(3 * heartbeat));
      }
    };
    for (const record* line : agent.logs) {
      if (line->name != "readiness") continue;
      const bool ready = line->facts().value("ready", false);
      if (ready && !ready_since) ready_since = line->t;
      if (!ready && ready_since) {
        judge(*ready_since, std::min(line->t, acts_until(about, agent)));
        ready_since.reset();
      }
    }
    if (ready_since) judge(*ready_since, acts_until(about, agent));
  }
}

/// LIV-7: streams do not live for ever.
void judge_stream_age(const evidence& about, findings& out) {
  const double max_age = about.facts().value("max_stream_age", 3600.0);
  const double jitter = about.facts().value("stream_age_jitter", 0.1);
  const instant bound = seconds(max_age * (1 + jitter)) + seconds(6);
  for (const stream& one : about.streams) {
    if (!one.connected_sent) continue;
    const instant until = one.over_at_gateway.value_or(about.end);
    if (until - *one.connected_sent < seconds(max_age * (1 - jitter))) continue;
    out.evaluated("LIV-7");
    const connection& on = about.connections[one.connection];
    if (about.ended_by_gateway(one) && !one.says_when_to_return(*one.connected_sent + 1)) {
      out.fail("LIV-7", "gateway", "a drain event or a retry field before the stream to " + on.from + " ends",
               "none", until);
    }
    if (until - *one.connected_sent <= bound) continue;
    out.too_late("LIV-7", on.from, "a stream no older than " + print_span(bound),
                 print_span(until - *one.connected_sent), *one.connected_sent,
                 until - *one.connected_sent - bound);
  }
}

constexpr std::string_view watchdog_ids[] = {"LIV-2"};
constexpr std::string_view heartbeat_ids[] = {"LIV-1"};
constexpr std::string_view readiness_ids[] = {"LIV-5", "CON-4"};
constexpr std::string_view age_ids[] = {"LIV-7"};
constexpr requirement_check liveness_table[] = {{"watchdog", watchdog_ids, judge_watchdog},
                                                {"heartbeats", heartbeat_ids, judge_heartbeats},
                                                {"readiness", readiness_ids, judge_readiness},
                                                {"stream-age", age_ids, judge_stream_age}};

}  // namespace

std::span<const requirement_check> liveness_checks() { return liveness_table; }

}  // namespace kitfox::conformance
