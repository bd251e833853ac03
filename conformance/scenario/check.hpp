#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/scenario/step.hpp"

namespace kitfox::conformance {

/// The part of a run that a check looks at: [after, until). Absent ends mean those of the scenario.
struct check_window {
  std::optional<moment> after;
  std::optional<moment> until;
};

/// Agents have an open stream at every moment of the window (`throughout`), or at its end (`at_end`).
/// `throughout` starts with each agent's first connection in the window.
struct connected_check {
  agent_set agents;
  check_window window;
  enum class when { throughout, at_end } at = when::throughout;
};
/// Agents have no open stream at any moment of the window.
struct disconnected_check {
  agent_set agents;
  check_window window;
};
/// Dials of agents to the gateway, whatever came of them.
struct dials_check {
  agent_set agents;
  check_window window;
  count_bound count;                              ///< Over the whole set.
  std::optional<event_rate> per_process_at_most;  ///< Of each process.
};
/// Streams opened after the first one, for each agent of the set.
struct reconnects_check {
  agent_set agents;
  check_window window;
  count_bound count;
};
/// Every agent has an open stream within a bound after a moment.
struct back_within_check {
  agent_set agents;
  moment after;
  duration within{};
};
/// The delays between the end of a stream, or of a failed dial, and the next dial.
struct backoff_check {
  agent_set agents;
  check_window window;
  /// The k-th consecutive delay lies within (0, min(cap, initial * factor^k)].
  struct bounds {
    duration initial{};
    double factor = 2;
    duration cap{};
  };
  std::optional<bounds> envelope;
  std::optional<duration> first_at_most;  ///< The first delay after a stream that had been healthy.
  std::optional<duration> each_at_least;
  std::optional<duration> each_at_most;
  std::optional<duration> median_at_least;
  std::optional<duration> spread_at_least;  ///< Longest minus shortest over the set.
  bool uniform = false;  ///< The delays, scaled to their envelope, pass a test of uniformity.
};
/// Attempts to open a stream in any window of length `per`, over the whole fleet; a dial that failed is one,
/// too.
struct peak_connects_check {
  duration per{};
  std::uint64_t at_most = 0;
  check_window window;
};
struct no_command_delivered_check {
  agent_set agents;
  check_window window;
};
/// Deliveries of commands to agents.
struct delivered_check {
  agent_set agents;
  std::string command;  ///< Empty: any.
  check_window window;
  count_bound count;
  std::optional<std::size_t> of;  ///< Commands of this `execute` step only.
};
/// A process ended, and how.
struct exit_check {
  node_set nodes;
  std::optional<int> code;  ///< Empty: any but 0.
  std::optional<duration> within;
  check_window window;
};
/// How often processes of the set ended.
struct exits_check {
  node_set nodes;
  check_window window;
  count_bound count;
};
/// Log lines (JSON) that the specification demands.
struct log_check {
  node_set nodes;
  std::string event;  ///< Value of the member "event".
  std::vector<std::pair<std::string, json_pattern>> fields;
  check_window window;
  count_bound count;  ///< Empty: at least one for each process.
};
/// Requests that reached the API servers.
struct kubernetes_calls_check {
  cluster_set clusters;
  std::string verb;
  std::string resource;
  std::string name_space;
  std::optional<int> status;
  check_window window;
  count_bound count;
};
/// HTTP requests of agents to the gateway, by their path and the status answered.
struct requests_check {
  agent_set agents;
  std::string method;
  std::string path;  ///< Glob.
  std::optional<int> status;
  check_window window;
  count_bound count;
};
/// Streams of agents lived no longer, or no shorter, before the gateway ended them.
struct stream_age_check {
  agent_set agents;
  std::optional<duration> at_least;
  std::optional<duration> at_most;
  check_window window;
};
/// No stream went without bytes from the gateway for longer.
struct silence_check {
  agent_set agents;
  duration at_most{};
  check_window window;
};
/// Who ended the agents' streams of the window first, and when, counted from its beginning.
struct closed_check {
  agent_set agents;
  enum class by { agent, gateway, anybody } side = by::anybody;
  moment after;
  std::optional<duration> not_before;
  duration within{};
};
/// The agents' probe file exists, or does not, at every moment of the window, give or take `grace`.
struct ready_check {
  agent_set agents;
  bool is = true;
  duration grace{};
  check_window window;
};
/// The answers to the commands of one `execute` step, by their outcome.
struct outcomes_check {
  std::size_t of = 0;
  count_bound ok;
  std::vector<std::pair<std::string, count_bound>> error_codes;
  std::optional<duration> each_within;
};
/// What holds in every run and is always judged; naming one says which requirement the scenario puts to it.
struct invariant_check {
  enum class what {
    no_canary_crossing,      ///< No byte that leaves a tenant contains another's canary.
    no_misroute,             ///< Commands reach only the cluster they name, results come from it.
    no_secret_leak,          ///< No secret of a key in a log line, URL, error or body.
    one_stream_per_process,  ///< At most one stream and one dial of a process at any time.
    answered_once,           ///< Each accepted command ends in exactly one outcome by its deadline.
    executed_once,           ///< One execution a request id.
    no_lost_result,          ///< No acknowledged result is lost or changed.
    no_false_empty,          ///< A denial by the API server is never reported as a success.
    failures_have_codes,     ///< Every failure carries a code of the closed list.
    refused_keys_rest,       ///< A refused key is not tried again soon.
    always_judged,           ///< What it proves: the judge has a check of its own for that.
  };
  what invariant = what::no_canary_crossing;
};
/// What an invariant can prove: the requirements that the judge looks at for it in every run.
[[nodiscard]] std::span<const std::string_view> requirements_of(invariant_check::what invariant);

using check_kind =
    std::variant<connected_check, disconnected_check, dials_check, reconnects_check, back_within_check,
                 backoff_check, peak_connects_check, no_command_delivered_check, delivered_check, exit_check,
                 exits_check, log_check, kubernetes_calls_check, requests_check, stream_age_check,
                 silence_check, closed_check, ready_check, outcomes_check, invariant_check>;

struct check {
  source_mark where;
  std::string name;  ///< As written: "back_within".
  /// What its failure violates: `proves:`, else the first of `verifies:`. Empty for an invariant that names
  /// none: it shows what requirements_of() says.
  std::string requirement;
  check_kind what;
};

}  // namespace kitfox::conformance
