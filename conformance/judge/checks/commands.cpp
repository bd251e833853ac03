// CMD-*, IDM-*: what becomes of a command.
#include <algorithm>
#include <cmath>
#include <map>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

const std::string& agent_of(const evidence& about, std::size_t stream) {
  return about.connections[about.streams[stream].connection].from;
}

/// The entropy of `ids` in bits, each place for itself, as far as so many can tell.
double entropy_of(const std::vector<std::string_view>& ids) {
  double bits = 0;
  for (std::size_t place = 0; place < 64; ++place) {
    std::map<char, double> seen;
    for (const std::string_view id : ids) seen[place < id.size() ? id[place] : '\0'] += 1;
    for (const auto& [letter, count] : seen) {
      const double share = count / static_cast<double>(ids.size());
      bits -= share * std::log2(share);
    }
  }
  return bits;
}

/// CMD-6: many ids together look as random as they must be. An estimate by place is always too low, with so
/// many ids by a tenth at most.
void judge_randomness_of_ids(const evidence& about, findings& out) {
  constexpr std::size_t ids_min = 256;
  constexpr double bits_min = 110;
  std::vector<std::string_view> ids;
  instant last = 0;
  for (const auto& [id, one] : about.commands) {
    if (one.sent.empty()) continue;
    ids.push_back(id);
    last = std::max(last, one.sent.front().t);
  }
  if (ids.size() < ids_min) return;
  out.evaluated("CMD-6");
  const double bits = entropy_of(ids);
  if (bits < bits_min)
    out.fail("CMD-6", "gateway", "request ids of 122 random bits",
             std::to_string(static_cast<int>(bits)) + " bits in " + std::to_string(ids.size()) + " ids",
             last);
}

/// CMD-6: ids are unguessable and safe to put anywhere.
void judge_ids(const evidence& about, findings& out) {
  judge_randomness_of_ids(about, out);
  for (const auto& [id, one] : about.commands) {
    if (one.sent.empty()) continue;
    out.evaluated("CMD-6");
    const bool fine =
        !id.empty() && id.size() <= 64 &&
        id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
            std::string::npos;
    // 122 random bits need at least 21 characters of a 64-letter alphabet.
    if (!fine || id.size() < 21)
      out.fail("CMD-6", "gateway", "a request id of [A-Za-z0-9_-]{21,64}", "\"" + id + "\"",
               one.sent.front());
  }
}

/// CMD-5: an unknown command is answered as one.
void judge_allow_list(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.ended->status != 200) continue;
    const nlohmann::json& answer = about.body_of(*call.ended);
    if (!answer.is_object() || !answer.contains("error_code") || !answer["error_code"].is_string()) continue;
    const std::string code = answer["error_code"].get<std::string>();
    if (code == "unknown_command" || code == "invalid") out.evaluated("CMD-5");
  }
  static const std::vector<std::string> known{
      "list_pods",       "get_pod_logs",     "describe_pod",     "get_pod_events", "describe_deployment",
      "list_namespaces", "list_deployments", "list_replicasets", "list_services",  "list_nodes",
      "describe_node",   "list_events",      "list_configmaps",  "get_configmap",  "cluster_info"};
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty() || std::find(known.begin(), known.end(), one.name) != known.end()) continue;
    if (!one.message.is_object()) continue;  // SSE-3's matter
    for (const std::size_t index : one.responses) {
      const nlohmann::json& body = about.request_body(about.exchanges[index]);
      if (!body.is_object()) continue;
      out.evaluated("CMD-5");
      if (body.value("ok", false) || body.value("error_code", "") != "unknown_command") {
        out.fail("CMD-5", agent_of(about, one.delivered_on.front()),
                 "error_code unknown_command to " + one.name, body.dump().substr(0, 120),
                 one.delivered.front());
      }
    }
  }
}

/// IDM-2, CMD-4: one delivery a request id.
void judge_single_delivery(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    if (one.sent.empty()) continue;
    out.evaluated("IDM-2");
    if (one.sent.size() > 1) {
      out.fail("IDM-2", "gateway", "command " + id + " sent once",
               "sent " + std::to_string(one.sent.size()) + " times", one.sent[1]);
    }
  }
}

/// Until when after its delivery a command is the only one that its agent has: executions show as calls to
/// the API server then. Nothing when another was there already, unanswered.
std::optional<instant> time_alone(const evidence& about, const std::string& id, const command& one,
                                  const std::string& agent) {
  instant until = about.end + 1;
  const instant from = one.delivered.front().t;
  for (const auto& [other_id, other] : about.commands) {
    if (other_id == id || other.delivered.empty() || agent_of(about, other.delivered_on.front()) != agent)
      continue;
    if (other.delivered.front().t >= from) {
      until = std::min(until, other.delivered.front().t);
      continue;
    }
    const bool answered = std::ranges::any_of(other.responses, [&](std::size_t index) {
      const auto& sent = about.exchanges[index].sent;
      return sent && *sent < from;
    });
    if (!answered || other.delivered.back().t >= from) return std::nullopt;
  }
  return until;
}

/// IDM-1: a repeat is answered from memory, not run again.
void judge_repeats(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.size() < 2) continue;
    const std::string& agent = agent_of(about, one.delivered_on.front());
    const bool same = std::all_of(one.delivered_on.begin(), one.delivered_on.end(),
                                  [&](std::size_t s) { return agent_of(about, s) == agent; });
    if (!same) continue;
    out.evaluated("IDM-1");
    std::vector<std::string> bodies;
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      if (about.connections[response.connection].from != agent) continue;  // a stranger's
      const nlohmann::json& body = about.request_body(response);
      const std::string text = body.is_object() ? body.dump() : "";
      if (!text.empty() && std::find(bodies.begin(), bodies.end(), text) == bodies.end())
        bodies.push_back(text);
    }
    if (bodies.size() > 1)
      out.fail("IDM-1", agent, "the stored answer again for " + id,
               std::to_string(bodies.size()) + " different answers", one.delivered[1]);
    if (one.name != "list_pods") continue;
    const auto alone_until = time_alone(about, id, one, agent);
    if (!alone_until) continue;
    std::size_t runs = 0;
    for (const exchange& call : about.exchanges) {
      const connection& on = about.connections[call.connection];
      const bool more_of_a_list = call.target.find("continue=") != std::string::npos;
      if (on.to == "kubernetes" && on.from == agent && call.sent && !more_of_a_list &&
          *call.sent >= one.delivered.front().t && *call.sent < *alone_until &&
          call.path().find("/pods") != std::string_view::npos)
        ++runs;
    }
    if (runs > 1)
      out.fail("IDM-1", agent, "one execution of " + id, std::to_string(runs) + " calls to the API server",
               one.delivered[1]);
  }
}

/// IDM-3, CMD-3: every call ends in exactly one outcome, by its deadline.
void judge_calls_end(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.begun->name == "send" || !call.begun->more.is_object()) continue;
    const double timeout = call.begun->facts().value("timeout", 30.0);
    const instant bound = call.begun->t + seconds(timeout) + seconds(2.5);
    const instant ended = call.ended != nullptr ? call.ended->t : about.end;
    if (call.ended == nullptr && about.end <= bound + tolerance(about)) continue;
    bool gateway_up = true;
    for (const process& one : about.processes) {
      if (one.kind == "gateway" &&
          ((one.killed && *one.killed < bound) || (one.paused && *one.paused < bound)))
        gateway_up = false;
    }
    if (!gateway_up) continue;
    out.evaluated("IDM-3");
    if (call.ended == nullptr || ended > bound) {
      out.too_late("IDM-3", "call " + call.begun->id,
                   "an outcome by the deadline (" + print_span(seconds(timeout)) + ")",
                   call.ended == nullptr ? "none" : "after " + print_span(ended - call.begun->t), *call.begun,
                   ended - bound);
    }
  }
}

/// CMD-2: no more than the declared number of commands run at a time.
void judge_workers(const evidence& about, findings& out) {
  const std::size_t workers = about.facts().value("workers", std::size_t{8});
  for (const process& agent : about.processes) {
    if (agent.kind != "agent") continue;
    std::vector<std::pair<instant, int>> changes;
    for (const std::size_t index : agent.connections) {
      if (about.connections[index].to != "kubernetes") continue;
      for (const std::size_t number : about.connections[index].exchanges) {
        const exchange& call = about.exchanges[number];
        if (!call.sent || call.path().find("/namespaces/") == std::string_view::npos) continue;
        changes.emplace_back(*call.sent, 1);
        changes.emplace_back(
            call.received.value_or(about.connections[index].over_for_client().value_or(about.end)), -1);
      }
    }
    if (changes.empty()) continue;
    std::sort(changes.begin(), changes.end());
    int running = 0, peak = 0;
    instant when = 0;
    for (const auto& [t, change] : changes) {
      running += change;
      if (running > peak) {
        peak = running;
        when = t;
      }
    }
    if (peak < static_cast<int>(workers)) continue;
    out.evaluated("CMD-2");
    if (peak > static_cast<int>(workers))
      out.fail("CMD-2", agent.node, "at most " + std::to_string(workers) + " commands at a time",
               std::to_string(peak) + " calls to the API server at once", when);
  }
}

/// CMD-1: a slow command delays neither others nor heartbeats. Looked at where an agent has several commands
/// and a free worker: each reaches the API server promptly.
void judge_not_serial(const evidence& about, findings& out) {
  struct work {
    instant delivered = 0, answered = 0;
    std::string id;
  };
  const std::size_t workers = about.facts().value("workers", std::size_t{8});
  std::map<std::string, std::vector<work>> by_agent;
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty()) continue;
    instant answered = about.end;
    for (const std::size_t index : one.responses)
      answered = std::min(answered, about.exchanges[index].sent.value_or(about.end));
    by_agent[agent_of(about, one.delivered_on.front())].push_back({one.delivered.front().t, answered, id});
  }
  for (auto& [agent, list] : by_agent) {
    std::sort(list.begin(), list.end(),
              [](const work& a, const work& b) { return a.delivered < b.delivered; });
    for (std::size_t i = 1; i < list.size(); ++i) {
      std::size_t busy = 0;
      const work* blocker = nullptr;
      for (std::size_t j = 0; j < i; ++j) {
        if (list[j].answered <= list[i].delivered) continue;
        ++busy;
        const bool slow = list[j].answered - list[j].delivered > seconds(5);
        if (slow && list[j].answered < about.end) blocker = &list[j];  // else its agent may be cut off
      }
      if (blocker == nullptr || busy >= workers) continue;
      // Its own call to the API server shows whether it waits for Kubernetes or for its turn.
      const instant patience = list[i].delivered + seconds(2) + tolerance(about);
      if (about.end < patience + about.lateness_max) continue;
      out.evaluated("CMD-1");
      std::size_t calls = 0;
      for (const exchange& call : about.exchanges) {
        const connection& on = about.connections[call.connection];
        if (on.to == "kubernetes" && on.from == agent && call.sent && *call.sent >= list[i].delivered &&
            *call.sent <= patience)
          ++calls;
      }
      if (calls == 0 && list[i].answered > patience) {
        out.fail("CMD-1", agent, "command " + list[i].id + " started although " + blocker->id + " was slow",
                 "nothing for " + print_span(patience - list[i].delivered), list[i].delivered);
      }
    }
  }
}

constexpr std::string_view id_ids[] = {"CMD-6"};
constexpr std::string_view allow_ids[] = {"CMD-5"};
constexpr std::string_view single_delivery_ids[] = {"IDM-2"};
constexpr std::string_view repeat_ids[] = {"IDM-1"};
constexpr std::string_view end_ids[] = {"IDM-3"};
constexpr std::string_view worker_ids[] = {"CMD-2"};
constexpr std::string_view serial_ids[] = {"CMD-1"};
constexpr requirement_check command_table[] = {
    {"request-ids", id_ids, judge_ids},
    {"allow-list", allow_ids, judge_allow_list},
    {"single-delivery", single_delivery_ids, judge_single_delivery},
    {"repeats", repeat_ids, judge_repeats},
    {"calls-end", end_ids, judge_calls_end},
    {"workers", worker_ids, judge_workers},
    {"not-serial", serial_ids, judge_not_serial},
};

}  // namespace

std::span<const requirement_check> command_checks() { return command_table; }

}  // namespace kitfox::conformance
