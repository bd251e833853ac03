#pragma once
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conformance/scenario/moment.hpp"
#include "conformance/scenario/topology.hpp"

namespace kitfox::conformance {

/// A JSON value with matchers (see match_json.hpp), kept as JSON text so that readers of the model need no
/// JSON header. Empty: nothing is demanded.
struct json_pattern {
  source_mark where;
  std::string text;
  [[nodiscard]] bool empty() const noexcept { return text.empty(); }
};

enum class agent_state {
  connected,     ///< Its stream is open and its `connected` event was delivered.
  disconnected,  ///< No stream of it is open.
  waiting,       ///< Running, without a stream and without a dial: backing off.
  exited,        ///< The process has ended.
};

/// Waits until agents are in a state; more than `within` is a failure.
struct await_verb {
  agent_set agents;
  agent_state state = agent_state::connected;
  duration within{};
  count_bound count;  ///< Of the set; empty: all of it.
};
struct wait_verb {
  duration span{};
};
/// A sentence for the timeline.
struct comment_verb {
  std::string text;
};

/// Starts a fault of the registry on links. With the step form `for` it is healed by itself.
struct fault_verb {
  std::string fault;  ///< Name in the registry, which is the verb as written.
  link_set links;
  /// JSON text of the object that fault::registry::plan() takes: parameters and match side by side. Durations
  /// and sizes stay texts, as written.
  std::string parameters;
};
/// Undoes faults: those of a fault's name or step name, or on links; with neither, all.
struct heal_verb {
  std::string fault;
  std::optional<std::size_t> step;  ///< Set when `fault` is a step's name.
  std::optional<link_set> links;
};

struct revoke_verb {
  cluster_set clusters;
  enum class keys { all, oldest, newest } which = keys::all;
};
/// Issues one more key; agents (re)started afterwards get the newest one.
struct issue_key_verb {
  cluster_set clusters;
};
/// Issue a key, restart the agents one by one onto it, revoke the old one.
struct rotate_verb {
  cluster_set clusters;
  duration pause{};  ///< Between two restarts.
};
/// Restarts agents with the cluster's key id and another secret.
struct wrong_secret_verb {
  agent_set agents;
};

enum class socket_fate { fin, rst, silent };
struct kill_verb {
  node_set nodes;
  socket_fate sockets = socket_fate::fin;
};
struct restart_verb {
  node_set nodes;
  socket_fate sockets = socket_fate::fin;
  duration down{};  ///< Between the end and the new start.
};
struct pause_verb {
  node_set nodes;
};
struct resume_verb {
  node_set nodes;
};
/// SIGTERM.
struct stop_verb {
  node_set nodes;
};
struct start_verb {
  node_set nodes;
};
struct scale_verb {
  cluster_set clusters;
  std::uint32_t agents = 0;
};
struct clock_verb {
  node_set nodes;
  duration jump{};     ///< Of civil time, either direction.
  double drift = 1.0;  ///< Seconds of the node per true second.
};
struct drain_verb {};

enum class kubernetes_action {
  deny,    ///< Answer 403 in RBAC's words.
  allow,   ///< End what matching earlier steps did.
  slow,    ///< Answer after `delay`.
  status,  ///< Answer with `status`.
  gone,    ///< Answer 410 to list continuations and watches.
  huge,    ///< Answer as usual, padded to `size_bytes`.
};
struct kubernetes_verb {
  cluster_set clusters;
  kubernetes_action action = kubernetes_action::deny;
  std::string verb;        ///< RBAC verb; empty: any.
  std::string resource;    ///< "pods", "pods/log"; empty: any.
  std::string name_space;  ///< Empty: any.
  std::string name;        ///< Of the object; empty: any.
  std::string user;        ///< Who asks; empty: anybody.
  std::uint64_t nth = 1;   ///< The first matching request that it concerns.
  std::optional<std::uint64_t> times;
  duration delay{};
  int status = 0;
  std::optional<duration> retry_after;
  std::optional<std::uint64_t> message_bytes;  ///< The API server's message is so long.
  std::uint64_t size_bytes = 0;
};
/// Puts other chart values in force, as `helm upgrade` would.
struct set_rbac_verb {
  cluster_set clusters;
  rbac_values values;
};
/// `kubectl auth can-i`: asks the API server what the agent's service account may do.
struct can_i_verb {
  cluster_set clusters;
  std::vector<std::string> verbs;      ///< At least one.
  std::vector<std::string> resources;  ///< At least one; each is asked about with each verb.
  std::string subresource;
  std::string api_group;
  std::string name_space;
  bool expect = true;
};

struct auth_backend_verb {
  enum class state { up, down, slow } to = state::up;
  duration delay{};
};
/// The gateway's audit can be written, or not.
struct audit_store_verb {
  enum class state { up, down } to = state::up;
};
struct dns_verb {
  link_set links;  ///< Whose lookups; the target names whose name.
  enum class answer {
    right,
    nxdomain,
    servfail,
    slow,
    timeout,
    stale,  ///< An address that the name had once; nobody is there.
    flap,   ///< The same every other time.
  } with = answer::right;
  duration delay{};
};

/// What a caller's answer must be.
struct answer_expectation {
  source_mark where;
  std::optional<bool> ok, truncated;
  std::vector<std::string> error_codes;  ///< One of these.
  std::optional<duration> within;
  std::optional<int> status;  ///< HTTP; empty: 200.
  json_pattern result;
};

/// Sends commands on the caller's listener.
struct execute_verb {
  std::string as;  ///< Team path; empty: the team that owns each cluster.
  cluster_set clusters;
  std::string cluster_id;  ///< Given in place of clusters: sent as it is, to try ids that are nobody's.
  enum class choice { each, random } pick = choice::each;  ///< When the set has more than one.
  std::string command;
  std::string params;  ///< JSON text of an object.
  std::optional<duration> timeout;
  std::optional<duration> wait;  ///< `wait_ms` on the wire.
  std::string idempotency_key;
  std::uint64_t times = 1;  ///< In all; for `each`, per cluster.
  std::uint32_t concurrency = 1;
  std::optional<duration> every;  ///< Paces the starts.
  std::optional<answer_expectation> expect;
};
/// A question of the documentation, in words; see question.hpp.
struct ask_verb {
  std::string as;
  std::string question;
  std::optional<answer_expectation> expect;
};
/// Breaks off an `execute` that runs beside: its caller closes the connection.
struct cancel_verb {
  std::size_t step = 0;
};

enum class key_form { issued, wrong_secret, unknown_id, secret_hash, malformed, previous, none };
/// A hand-made HTTP request, sent without a fault in its way.
struct send_verb {
  enum class target { agent_listener, caller_listener } to = target::agent_listener;
  std::optional<cluster_set> key_of;
  key_form key = key_form::issued;
  std::string credential_of;  ///< Team path; empty: no credential header.
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string raw;                          ///< Sent instead of all of the above, escapes resolved.
  std::optional<std::uint64_t> body_bytes;  ///< A body of that many bytes is made up.
  std::uint64_t times = 1;
  std::uint32_t concurrency = 1;
  duration hold{};  ///< Keep the connection open so long after the answer's header.
  enum class ending { close, reset_before_answer } end = ending::close;
  struct expectation {
    source_mark where;
    std::vector<int> statuses;  ///< One of these; 0 stands for "closed without an answer".
    std::optional<duration> within;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Name to regular expression.
    json_pattern json;
  };
  std::optional<expectation> expect;
};

using verb = std::variant<await_verb, wait_verb, comment_verb, fault_verb, heal_verb, revoke_verb,
                          issue_key_verb, rotate_verb, wrong_secret_verb, kill_verb, restart_verb, pause_verb,
                          resume_verb, stop_verb, start_verb, scale_verb, clock_verb, drain_verb,
                          kubernetes_verb, set_rbac_verb, can_i_verb, auth_backend_verb, audit_store_verb,
                          dns_verb, execute_verb, ask_verb, cancel_verb, send_verb>;

/// An observed protocol event that a step waits for.
struct event_trigger {
  enum class what {
    dial,               ///< An agent dialled the gateway.
    connected,          ///< A `connected` event was delivered.
    disconnected,       ///< A stream ended.
    heartbeat,          ///< A heartbeat was delivered.
    command_delivered,  ///< A command was delivered to an agent.
    command_answered,   ///< A response was delivered to the gateway.
    kubernetes_call,    ///< A request reached an API server.
    exited,             ///< A process ended.
  };
  what event = what::connected;
  std::optional<agent_set> agents;  ///< Empty: any.
  std::string command;              ///< For commands: of this name only.
  std::uint64_t nth = 1;            ///< Counted from the moment the step is reached.
  duration within{};  ///< Later than that: the step failed to fire, and the case is inconclusive.
};

/// When a step acts: in its turn, at a time since the start, or at an event.
using step_timing = std::variant<std::monostate, duration, event_trigger>;

struct step {
  source_mark where;
  std::string verb_name;  ///< As written: "revoke", "rst".
  std::string name;       ///< `name:`, else the verb; what checks refer to.
  step_timing timing;
  /// Undo after that time; the step is over then.
  std::optional<duration> lasting;
  /// Whether the next step waits for this one to be over.
  enum class order { in_turn, beside } sequence = order::in_turn;
  /// What a failure of this step's own expectation violates. Empty: nothing; it leaves the case without its
  /// situation, which is inconclusive.
  std::string requirement;
  bool proves_nothing = false;  ///< `proves: nothing`: nor the first that the scenario verifies.
  verb action;
};

/// The step demands something by itself: a state to be reached, an answer.
[[nodiscard]] bool expects_something(const step& one);

}  // namespace kitfox::conformance
