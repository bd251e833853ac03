// REC-1 .. REC-10: how an agent comes back.
#include <algorithm>
#include <map>

#include "conformance/judge/attempts.hpp"
#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/fullest_window.hpp"
#include "conformance/judge/uniformity.hpp"

namespace kitfox::conformance {
namespace {

struct agent_history {
  const process* agent = nullptr;
  std::vector<attempt> attempts;
  std::vector<wait_before_retry> waits;
};

std::vector<agent_history> histories(const evidence& about) {
  std::vector<agent_history> out;
  for (const process& one : about.processes) {
    if (one.kind != "agent") continue;
    agent_history history{&one, attempts_of(about, one), {}};
    history.waits = waits_of(about, history.attempts);
    out.push_back(std::move(history));
  }
  return out;
}

/// Half of the slow lane's 60 s, which are drawn with 50 % either way.
constexpr instant slow_lane_min = seconds(30);
/// Who has not asked again for so long after a refusal is not in a hurry.
constexpr instant rest_seen_min = seconds(5);

bool refused_key(const attempt& one) { return one.status == 401 || one.status == 403; }

void judge_uniformity(const evidence& about, findings& out, std::string_view requirement,
                      const std::vector<double>& scaled, std::string_view what) {
  if (scaled.size() < uniform_count_min) return;
  out.evaluated(requirement);
  const double bound = uniform_distance_max(scaled.size());
  const double distance = distance_from_uniform(scaled);
  if (distance <= bound) return;
  out.fail(requirement, "all agents",
           std::string{what} + " spread uniformly over their envelope (Kolmogorov-Smirnov distance at most " +
               std::to_string(bound) + " for " + std::to_string(scaled.size()) + " delays)",
           "distance " + std::to_string(distance), about.end);
}

void judge_envelope(const evidence& about, findings& out) {
  std::vector<double> after_failures, after_short_sessions, after_sessions;
  for (const agent_history& history : histories(about)) {
    for (const wait_before_retry& wait : history.waits) {
      const attempt& ended = history.attempts[wait.after];
      const auto longest = longest_wait(wait, ended);
      if (!longest) continue;
      const instant ceiling = *longest;
      const instant floor = ended.floor.value_or(0);
      // A healthy session starts the count anew: a longer wait then means that it was not reset.
      const bool reset = wait.after_session && wait.consecutive == 0;
      const std::string_view requirement = reset ? "REC-3" : "REC-1";
      out.evaluated(requirement);
      if (wait.delay > ceiling) {
        out.too_late(requirement, history.agent->node,
                     "retry " + std::to_string(wait.consecutive + 1) + " within " + print_span(ceiling) +
                         (reset ? " after a stream that had been healthy" : ""),
                     "waited " + print_span(wait.delay), wait.from, wait.delay - ceiling);
      }
      // What the loopback adds to a short wait would show as a skew.
      if (floor > 0 || wait.envelope <= 8 * tolerance(about)) continue;
      const double scaled =
          std::clamp(static_cast<double>(wait.delay) / static_cast<double>(wait.envelope), 0.0, 1.0);
      // Where streams came up but never lasted, the growing count is what keeps a flapping agent from
      // storming.
      if (!wait.after_session)
        after_failures.push_back(scaled);
      else
        (wait.consecutive > 0 ? after_short_sessions : after_sessions).push_back(scaled);
    }
  }
  judge_uniformity(about, out, "REC-1", after_failures, "delays");
  judge_uniformity(about, out, "REC-8", after_sessions, "first delays after a session");
  judge_uniformity(about, out, "REC-3", after_short_sessions,
                   "delays after streams too short to reset the count");
}

std::string_view kind_of(const attempt& one, const evidence& about) {
  const connection& on = about.connections[one.connection];
  if (one.status != 0 && one.status != 200) return "an error status";
  if (!one.stream) return "a failed dial";
  if (on.ended_by_client && (!on.end_seen_by_client || *on.ended_by_client <= *on.end_seen_by_client)) {
    return "the agent's own decision to end the stream";
  }
  return on.end_seen_how == "rst" ? "a reset" : "a clean end of stream";
}

/// No kind of end leads to a quick return.
void judge_no_hot_path(const evidence& about, findings& out) {
  struct group {
    std::vector<instant> delays;
    instant last = 0;
  };
  std::map<std::string_view, group> by_kind;
  for (const agent_history& history : histories(about)) {
    for (const wait_before_retry& wait : history.waits) {
      group& one = by_kind[kind_of(history.attempts[wait.after], about)];
      one.delays.push_back(wait.delay);
      one.last = wait.from;
    }
  }
  // An agent that is told to begin sooner may wait less: chance alone would take it below the bound now and
  // then.
  const instant bound = std::min(seconds(0.1), first_envelope(about) / 10);
  for (auto& [kind, one] : by_kind) {
    // Of waits from nothing to 1, 2, 4 ... s the middle of five is below 100 ms in 3 of 10^4 runs, of seven
    // in 6 of 10^6 (simulated).
    constexpr std::size_t samples_min = 7;
    if (one.delays.size() < samples_min) continue;
    out.evaluated("REC-2");
    std::nth_element(one.delays.begin(),
                     one.delays.begin() + static_cast<std::ptrdiff_t>(one.delays.size() / 2),
                     one.delays.end());
    const instant median = one.delays[one.delays.size() / 2];
    if (median >= bound) continue;
    out.fail("REC-2", "all agents",
             "a median delay of at least " + print_span(bound) + " after " + std::string{kind},
             print_span(median) + " over " + std::to_string(one.delays.size()) + " delays", one.last);
  }
}

/// When the process will no longer act by itself: it exited, was killed or told to stop, or the run ended.
instant wants_until(const evidence& about, const process& agent) {
  instant until = about.end;
  for (const auto& limit : {agent.exited, agent.killed, agent.told_to_stop, agent.paused}) {
    if (limit) until = std::min(until, *limit);
  }
  return until;
}

void judge_keeps_trying(const evidence& about, findings& out) {
  for (const agent_history& history : histories(about)) {
    const instant until = wants_until(about, *history.agent);
    for (std::size_t i = 0; i < history.attempts.size(); ++i) {
      const attempt& ended = history.attempts[i];
      if (!ended.over || refused_key(ended) || ended.status == 204 || *ended.over >= until) continue;
      const bool last = i + 1 == history.attempts.size();
      const instant next = last ? until : history.attempts[i + 1].dialled;
      // While dials cannot be seen there is nothing to demand, but the wait for the one after them is
      // bounded.
      const instant from = about.unseen_until(history.agent->node, *ended.over, next).value_or(*ended.over);
      if (from >= next) continue;
      const instant asked = ended.floor.value_or(0);
      const instant bound = seconds(60) + asked + asked / 2;
      // That it has not dialled by the end of the run says nothing while it may still wait.
      if (last && next - from <= bound) continue;
      out.evaluated("REC-4");
      out.evaluated("REC-5");
      if (next - from <= bound) continue;
      out.too_late(
          last ? "REC-5" : "REC-4", history.agent->node,
          "another attempt within " + print_span(bound) + (asked > 0 ? " (the gateway asked to wait)" : ""),
          last ? "none in " + print_span(next - from) : "after " + print_span(next - from), from,
          next - from - bound);
    }
  }
}

bool ended_of_itself(const process& one) { return one.exited && !one.told_to_stop && !one.killed; }

/// Whether what was seen after the first refusal could have shown three dials within a minute: its watch was
/// long enough for them, or the process ended, which it may.
void judge_refused_dials(const evidence& about, const agent_history& history,
                         const std::vector<instant>& dials, findings& out) {
  const auto first = std::ranges::find_if(history.attempts, refused_key);
  if (first == history.attempts.end() || !first->over) return;
  const bool of_itself = ended_of_itself(*history.agent);
  if (of_itself || dials.size() > 2 || wants_until(about, *history.agent) - *first->over >= slow_lane_min)
    out.evaluated("REC-6");
}

/// Three dials within a minute with a refused key break REC-6; one sooner than half of the slow lane after a
/// session breaks REV-7.
void judge_refused_key(const evidence& about, findings& out) {
  for (const agent_history& history : histories(about)) {
    std::vector<instant> dials;  // made while the last answer was a refusal
    bool established = false;
    for (std::size_t i = 0; i < history.attempts.size(); ++i) {
      const attempt& one = history.attempts[i];
      if (i > 0 && refused_key(history.attempts[i - 1])) dials.push_back(one.dialled);
      established = established || one.established;
      if (!refused_key(one)) continue;
      const bool of_itself = ended_of_itself(*history.agent);
      const bool asked_again = i + 1 < history.attempts.size();
      const instant until =
          asked_again ? history.attempts[i + 1].dialled : wants_until(about, *history.agent);
      if (established && one.over && (asked_again || of_itself || until - *one.over >= rest_seen_min)) {
        out.evaluated("REV-7");
        if (asked_again && until - *one.over < slow_lane_min) {
          out.fail("REV-7", history.agent->node,
                   "at least " + print_span(slow_lane_min) + " before it asks again with a refused key",
                   print_span(until - *one.over), until);
        }
      }
      if (of_itself && history.agent->exit_code == 0) {
        out.fail("REC-6", history.agent->node, "a non-zero exit after the key was refused", "exit code 0",
                 *history.agent->exited);
      }
    }
    judge_refused_dials(about, history, dials, out);
    for (std::size_t i = 2; i < dials.size(); ++i) {
      if (dials[i] - dials[i - 2] >= seconds(60) - tolerance(about)) continue;
      out.fail("REC-6", history.agent->node, "at most two dials a minute with a refused key",
               "three within " + print_span(dials[i] - dials[i - 2]), dials[i]);
      break;
    }
  }
}

/// Transcripts hold this for every shorter value of `retry`: what was asked for may have been nothing.
constexpr instant floor_known_above = seconds(0.1);

void judge_floor(const evidence& about, findings& out) {
  for (const agent_history& history : histories(about)) {
    for (const wait_before_retry& wait : history.waits) {
      const attempt& ended = history.attempts[wait.after];
      if (!ended.floor || *ended.floor <= floor_known_above) continue;
      out.evaluated("REC-7");
      if (wait.delay + seconds(0.001) >= *ended.floor) continue;
      out.fail("REC-7", history.agent->node,
               "a wait of at least " + print_span(*ended.floor) + ", as the gateway asked",
               "waited " + print_span(wait.delay), wait.from);
    }
  }
}

/// Agents whose sessions ended together do not come back together.
void judge_first_retry_spread(const evidence& about, findings& out) {
  std::vector<instant> delays;
  for (const agent_history& history : histories(about)) {
    for (const wait_before_retry& wait : history.waits) {
      const attempt& ended = history.attempts[wait.after];
      if (!wait.after_session || wait.consecutive != 0 || ended.floor.value_or(0) > 0) continue;
      delays.push_back(wait.delay);
    }
  }
  if (delays.size() < 20) return;
  out.evaluated("REC-8");
  const std::size_t peak = find_fullest_window(delays, seconds(1)).count;
  // An even spread over 5 s has a fifth in a second; the rest is what chance adds to few and to many.
  const double share = static_cast<double>(delays.size()) / 5;
  if (static_cast<double>(peak) > 1.4 * share + 9) {
    out.fail("REC-8", "all agents", "first retries after a session spread over at least 5 s",
             std::to_string(peak) + " of " + std::to_string(delays.size()) + " delays within 1 s", about.end);
  }
}

/// Two tries at a time, one of which has no stream yet. A dial beside an open stream may be for an answer.
void judge_single_dial(const evidence& about, findings& out) {
  for (const agent_history& history : histories(about)) {
    for (std::size_t i = 0; i + 1 < history.attempts.size(); ++i) {
      const attempt& one = history.attempts[i];
      const attempt& next = history.attempts[i + 1];
      if (one.ambiguous || next.ambiguous || one.stream) continue;
      out.evaluated("REC-9");
      if (one.over && *one.over <= next.dialled) continue;
      out.fail("REC-9", history.agent->node, "one dial at a time",
               "a second while connection " + std::to_string(about.connections[one.connection].id) +
                   " was being made",
               next.dialled);
    }
  }
}

void judge_single_stream(const evidence& about, findings& out) {
  judge_single_dial(about, out);
  for (const process& agent : about.processes) {
    if (agent.kind != "agent") continue;
    const connection* open = nullptr;
    for (const std::size_t index : agent.streams) {
      const connection& on = about.connections[about.streams[index].connection];
      const exchange& connect = about.exchanges[about.streams[index].exchange];
      out.evaluated("REC-9");
      // The request is what makes it a stream; a connection may be dialled ahead for answers.
      const instant asked = connect.sent.value_or(on.dialled_at);
      if (open != nullptr && (!open->over_for_client() || *open->over_for_client() > asked)) {
        out.fail("REC-9", agent.node, "at most one live stream at a time",
                 "a second connect on connection " + std::to_string(on.id) + " while " +
                     std::to_string(open->id) + " was open",
                 asked);
      }
      open = &on;
    }
  }
}

void judge_connect_limits(const evidence& about, findings& out) {
  for (const agent_history& history : histories(about)) {
    const instant until = wants_until(about, *history.agent);
    for (const attempt& one : history.attempts) {
      const connection& on = about.connections[one.connection];
      const bool turned_away = on.answer == "refuse" || on.answer == "unreachable";
      const bool stuck_dial =
          !one.stream && !turned_away && (!on.dial_ended || on.answer == "given_up" || !on.tls_ended);
      const bool no_head = one.stream && one.status == 0;
      if (!stuck_dial && !no_head) continue;
      const instant from =
          one.stream ? about.exchanges[about.streams[*one.stream].exchange].sent.value_or(one.dialled)
                     : one.dialled;
      const instant bound = no_head ? seconds(15) : seconds(10);
      const instant took = std::min(one.over.value_or(until), until) - from;
      if (!one.over && took <= bound) continue;
      out.evaluated("REC-10");
      if (took <= bound) continue;
      out.too_late("REC-10", history.agent->node,
                   no_head ? "no more than 15 s of waiting for the response head"
                           : "no more than 10 s for dial and TLS",
                   "gave up after " + print_span(took), from, took - bound);
    }
  }
}

constexpr std::string_view envelope_ids[] = {"REC-1", "REC-3", "REC-8"};
constexpr std::string_view hot_ids[] = {"REC-2"};
constexpr std::string_view trying_ids[] = {"REC-4", "REC-5"};
constexpr std::string_view refused_ids[] = {"REC-6", "REV-7"};
constexpr std::string_view floor_ids[] = {"REC-7"};
constexpr std::string_view spread_ids[] = {"REC-8"};
constexpr std::string_view single_stream_ids[] = {"REC-9"};
constexpr std::string_view limit_ids[] = {"REC-10"};

constexpr requirement_check backoff_table[] = {
    {"backoff-envelope", envelope_ids, judge_envelope},
    {"no-hot-path", hot_ids, judge_no_hot_path},
    {"keeps-trying", trying_ids, judge_keeps_trying},
    {"refused-key", refused_ids, judge_refused_key},
    {"gateway-floor", floor_ids, judge_floor},
    {"first-retry-spread", spread_ids, judge_first_retry_spread},
    {"single-stream", single_stream_ids, judge_single_stream},
    {"connect-limits", limit_ids, judge_connect_limits},
};

}  // namespace

std::span<const requirement_check> backoff_checks() { return backoff_table; }

}  // namespace kitfox::conformance
