#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// One life of one program: from its start to its exit.
struct process {
  std::string node;
  std::string kind;     ///< agent, gateway, kubernetes, caller.
  std::string cluster;  ///< Of an agent or API server.
  instant started = 0;
  std::optional<instant> exited;
  std::optional<instant> told_to_stop;             ///< SIGTERM.
  std::optional<instant> killed, paused, resumed;  ///< `paused`, `resumed`: the last time.
  int exit_code = 0;
  std::vector<std::size_t> connections;  ///< Dialled by it, in order.
  std::vector<std::size_t> streams;
  std::vector<const record*> logs;
  [[nodiscard]] bool alive_at(instant t) const { return t >= started && (!exited || t < *exited); }
  /// It could not act for some of the time in [from, until).
  [[nodiscard]] bool rested_in(instant from, instant until) const {
    const bool acts_again = paused && resumed && *resumed > *paused;
    return paused && *paused < until && (!acts_again || *resumed > from);
  }
};

/// One request and its answer, as seen at both ends. A time is empty where that end did not see it whole.
struct exchange {
  std::size_t connection = 0;
  std::uint32_t number = 0;
  std::string method, target, key;
  bool wrong_secret = false, other_credential = false;
  std::optional<instant> sent, arrived;       ///< Request: left the client, reached the server.
  std::optional<instant> answered, received;  ///< Answer: left the server, reached the client.
  int status_sent = 0, status = 0;            ///< As sent by the server, as received by the client.
  const record* request = nullptr;            ///< At the client where seen there, else at the server.
  const record* answer = nullptr;             ///< At the client where seen there, else at the server.
  [[nodiscard]] std::string_view path() const { return std::string_view{target}.substr(0, target.find('?')); }
};

enum class end_role { sent, seen };

/// One connection, from dial to end. Where a client asks for a stream over a connection that it kept, another
/// one begins with that request, as if it had been dialled then.
struct connection {
  std::uint64_t id = 0;
  std::string link, from, to;
  std::optional<std::size_t> by;  ///< Index of the process that dialled.
  instant dialled_at = 0;
  const record* dialled = nullptr;
  std::optional<instant> dial_ended;
  std::string answer;  ///< proceed, refuse, hang, unreachable, given_up.
  std::string tls_failure;
  std::optional<instant> tls_ended;
  std::optional<instant> ended_by_client, ended_by_server;  ///< end.sent at that end.
  std::optional<instant> end_seen_by_client, end_seen_by_server;
  std::string end_seen_how;  ///< fin or rst, at the client.
  std::vector<std::size_t> exchanges;
  std::optional<std::size_t> stream;
  bool server_was_first = false;            ///< Its end is in the transcript before any of the client's.
  bool finished_by_server = false;          ///< It ended its stream in order, before it saw the client leave.
  std::optional<instant> first_fault;       ///< A planned fault first did something to it.
  std::vector<instant> delivered_activity;  ///< Times at which something of the server reached the client.
  /// The first moment at which the client knew or decided that it is over.
  [[nodiscard]] std::optional<instant> over_for_client() const;
  [[nodiscard]] std::optional<instant> over_for_server() const;
  /// The server ended it, before it saw the client do so: by the order of the transcript, since in virtual
  /// time both ends may come at one instant.
  [[nodiscard]] bool ended_by_server_first() const;
  /// One end sent its end, or saw the other's; the first of each counts.
  void note_end(wire_end at, end_role what, instant t);
  /// The same wire from `t` on, with nothing seen on it yet.
  [[nodiscard]] connection continued_at(instant t) const;
  [[nodiscard]] bool disturbed_by(instant t) const { return first_fault && *first_fault <= t; }
};

/// One event on a stream, as sent or as delivered.
struct stream_event {
  const record* seen = nullptr;
  instant t = 0;
};

/// An agent's event stream: one GET /agent/connect and what came of it.
struct stream {
  std::size_t connection = 0;
  std::size_t exchange = 0;
  std::string key, cluster, instance;  ///< `cluster`: of the key.
  std::optional<instant> connected;    ///< The `connected` event was delivered to the agent.
  std::optional<instant> connected_sent;
  double heartbeat_seconds = 15.0;
  std::vector<stream_event> sent, delivered;  ///< Without heartbeats.
  std::vector<const record*> quiet_sent, quiet_delivered;
  std::optional<instant> over_at_agent, over_at_gateway;
  /// The gateway told the agent from `from` on when to come back: by a drain event or a retry field.
  [[nodiscard]] bool says_when_to_return(instant from) const;
};

/// One command, by request id.
struct command {
  std::string id, name, key, cluster;  ///< `cluster`: of the stream's key.
  std::vector<stream_event> sent, delivered;
  std::vector<std::size_t> sent_on, delivered_on;  ///< Streams.
  std::vector<std::size_t> responses;              ///< Exchanges POST /agent/response/{id}.
  nlohmann::json message;
};

/// One call of a caller and its answer.
struct caller_call {
  const record* begun = nullptr;
  const record* ended = nullptr;
  std::string cluster, tenant, command;
};

struct key_fact {
  std::string cluster, team;
  std::optional<instant> revoke_begun, revoked;  ///< The revoke call was sent, returned.
};

/// A time in which dials of some agents leave no trace on the wire: their names do not resolve, or nothing
/// listens where they dial.
struct unseen_dials {
  /// A look-up that nobody answered holds its dial until the agent gives it up (REC-10).
  static constexpr instant lookup_held_max = 10'000'000'000;

  std::string agents;  ///< Pattern of node names, as the scenario has it.
  instant from = 0, until = 0;
  [[nodiscard]] bool covers(std::string_view node) const;
};

/// The route that a path asks for: gateways serve each with and without this prefix.
[[nodiscard]] std::string_view without_prefix(std::string_view path);

/// The transcript, indexed: what happened, told by entity instead of by time. Holds pointers into the
/// transcript, which must outlive it. Pure.
struct evidence {
  explicit evidence(const transcript& from);
  std::vector<process> processes;
  std::vector<connection> connections;
  std::vector<exchange> exchanges;
  std::vector<stream> streams;
  std::map<std::string, command> commands;
  std::vector<caller_call> calls;
  std::map<std::string, key_fact> keys;
  std::vector<const record*> logs, faults, steps;
  std::vector<unseen_dials> unseen;
  instant end = 0;           ///< Time of the last record.
  instant lateness_max = 0;  ///< How late the harness ever was.
  const transcript* source = nullptr;

  [[nodiscard]] std::size_t index_of(const record& one) const {
    return static_cast<std::size_t>(&one - source->records().data());
  }
  [[nodiscard]] const nlohmann::json& facts() const { return source->header().more; }
  /// The record's text as JSON; discarded where it is none. Parsed once, however many checks ask.
  [[nodiscard]] const nlohmann::json& body_of(const record& one) const;
  /// The same of an exchange's request; null where there is none.
  [[nodiscard]] const nlohmann::json& request_body(const exchange& one) const;
  /// The end of the last time in [from, until) in which `node` may have dialled unseen; empty: there was
  /// none.
  /// The gateway ended the stream of itself, not the agent and no fault.
  [[nodiscard]] bool ended_by_gateway(const stream& one) const;
  [[nodiscard]] std::optional<instant> unseen_until(std::string_view node, instant from, instant until) const;

 private:
  mutable std::unordered_map<const record*, nlohmann::json> bodies_;
};

}  // namespace kitfox::conformance
