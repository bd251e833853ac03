#include "conformance/judge/evidence.hpp"

#include <algorithm>

#include "conformance/judge/agent_routes.hpp"
#include "conformance/judge/exchange_pairing.hpp"

namespace kitfox::conformance {
namespace {

/// Builds the index in one pass over the records.
class builder {
 public:
  explicit builder(evidence& out) : out_{out} {}

  void read(const record& one);
  void finish();

 private:
  connection* find(std::uint64_t id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &out_.connections[found->second];
  }
  process* running(const std::string& node) {
    const auto found = alive_.find(node);
    return found == alive_.end() ? nullptr : &out_.processes[found->second];
  }
  void on_node(const record& one);
  void on_dial(const record& one);
  void on_end(const record& one);
  void on_response_end(const record& one);
  void on_request(const record& one);
  void on_response(const record& one);
  void on_event(const record& one);
  void on_quiet(const record& one);
  void on_call(const record& one);
  void on_step(const record& one);
  void on_fault(const record& one);
  void close_unseen(const std::string& what, instant until);
  void open_stream(std::size_t index);
  void begin_attempt(const record& one);
  std::size_t exchange_of(const record& one);

  evidence& out_;
  std::unordered_map<std::uint64_t, std::size_t> by_id_;
  std::map<std::string, std::size_t> alive_;
  exchange_pairing exchanges_;
  std::map<std::string, std::size_t> calls_;
  std::map<std::string, unseen_dials> unseen_;  ///< Open ones, by what makes them so.
};

void builder::on_node(const record& one) {
  if (one.kind == record_kind::node_started) {
    alive_[one.node] = out_.processes.size();
    process& fresh = out_.processes.emplace_back();
    fresh.node = one.node;
    fresh.started = one.t;
    fresh.kind = one.more.is_object() ? one.facts().value("kind", "") : "";
    fresh.cluster = one.more.is_object() ? one.facts().value("cluster", "") : "";
    return;
  }
  process* which = running(one.node);
  if (which == nullptr) return;
  if (one.kind == record_kind::node_exited) {
    which->exited = one.t;
    which->exit_code = one.status;
    alive_.erase(one.node);
  } else if (one.name == "stop") {
    which->told_to_stop = one.t;
  } else if (one.name == "kill") {
    which->killed = one.t;
  } else if (one.name == "pause") {
    which->paused = one.t;
  } else if (one.name == "resume") {
    which->resumed = one.t;
  }
}

void builder::on_dial(const record& one) {
  if (one.kind == record_kind::dial) {
    by_id_[one.conn] = out_.connections.size();
    connection& fresh = out_.connections.emplace_back();
    fresh.id = one.conn;
    fresh.link = one.link;
    const std::size_t arrow = one.link.find("->");
    fresh.from = one.link.substr(0, arrow);
    fresh.to = arrow == std::string::npos ? "" : one.link.substr(arrow + 2);
    fresh.dialled_at = one.t;
    fresh.dialled = &one;
    if (process* by = running(fresh.from)) {
      fresh.by = static_cast<std::size_t>(by - out_.processes.data());
      by->connections.push_back(out_.connections.size() - 1);
    }
    return;
  }
  connection* which = find(one.conn);
  if (which == nullptr) return;
  if (one.kind == record_kind::dialled) {
    which->dial_ended = one.t;
    which->answer = one.name;
  } else {
    which->tls_ended = one.t;
    which->tls_failure = one.name;
  }
}

void builder::on_end(const record& one) {
  connection* which = find(one.conn);
  if (which == nullptr) return;
  const bool client = one.at == wire_end::client;
  const bool sent = one.kind == record_kind::end_sent;
  which->note_end(one.at, sent ? end_role::sent : end_role::seen, one.t);
  if (client && !sent && which->end_seen_how.empty()) which->end_seen_how = one.name;
}

void builder::on_response_end(const record& one) {
  connection* which = find(one.conn);
  if (which == nullptr || !which->stream) return;
  if (out_.streams[*which->stream].exchange != exchange_of(one)) return;
  if (one.at == wire_end::server && !which->end_seen_by_server) which->finished_by_server = true;
  which->note_end(one.at, one.at == wire_end::server ? end_role::sent : end_role::seen, one.t);
  if (one.at == wire_end::client && which->end_seen_how.empty()) which->end_seen_how = "fin";
}

std::size_t builder::exchange_of(const record& one) {
  if (const exchange* known = exchanges_.find(one, out_.exchanges))
    return static_cast<std::size_t>(known - out_.exchanges.data());
  exchange& made = out_.exchanges.emplace_back();
  made.connection = by_id_[one.conn];
  made.number = one.exchange;
  made.target = one.target;
  out_.connections[made.connection].exchanges.push_back(out_.exchanges.size() - 1);
  return out_.exchanges.size() - 1;
}

/// A stream that is asked for over a kept connection is an attempt of its own, as if it had been dialled.
void builder::begin_attempt(const record& one) {
  const connection& kept = *find(one.conn);
  const bool connect = without_prefix(path_of(one.target)) == connect_route;
  if (one.at != wire_end::client || !connect || kept.exchanges.empty()) return;
  if (kept.stream) {
    const exchange& asked = out_.exchanges[out_.streams[*kept.stream].exchange];
    if ((!asked.received || asked.status == 200) && !kept.over_for_client()) return;
  }
  connection fresh = kept.continued_at(one.t);
  out_.connections[by_id_[one.conn]].ended_by_client = one.t;
  by_id_[one.conn] = out_.connections.size();
  if (fresh.by) out_.processes[*fresh.by].connections.push_back(out_.connections.size());
  out_.connections.push_back(std::move(fresh));
}

void builder::on_request(const record& one) {
  if (find(one.conn) == nullptr) return;
  begin_attempt(one);
  const std::size_t index = exchange_of(one);
  exchange& which = out_.exchanges[index];
  const bool first = which.request == nullptr;
  if (first || one.at == wire_end::client) which.request = &one;
  which.method = one.name;
  which.target = one.target;
  which.key = one.key;
  const std::string credential = one.more.is_object() ? one.facts().value("credential", "") : "";
  which.wrong_secret = credential == "wrong";
  which.other_credential = credential == "other";
  (one.at == wire_end::client ? which.sent : which.arrived) = one.t;
  if (!first) return;
  const std::string path{without_prefix(which.path())};
  if (which.method == "GET" && path == connect_route) open_stream(index);
  if (which.method == "POST" && path.starts_with(response_route)) {
    const std::string id = path.substr(response_route.size());
    out_.commands[id].id = id;
    out_.commands[id].responses.push_back(index);
  }
}

void builder::open_stream(std::size_t index) {
  const exchange& from = out_.exchanges[index];
  connection& on = out_.connections[from.connection];
  on.stream = out_.streams.size();
  stream& fresh = out_.streams.emplace_back();
  fresh.connection = from.connection;
  fresh.exchange = index;
  fresh.key = from.key;
  if (const auto key = out_.keys.find(from.key); key != out_.keys.end()) fresh.cluster = key->second.cluster;
  fresh.instance = query_value(from.target, "instance_id");
  if (on.by) out_.processes[*on.by].streams.push_back(out_.streams.size() - 1);
}

void builder::on_response(const record& one) {
  if (find(one.conn) == nullptr) return;
  exchange& which = out_.exchanges[exchange_of(one)];
  const bool client = one.at == wire_end::client;
  if (which.answer == nullptr || client) which.answer = &one;
  (client ? which.received : which.answered) = one.t;
  (client ? which.status : which.status_sent) = one.status;
  if (client) out_.connections[which.connection].delivered_activity.push_back(one.t);
}

void builder::on_event(const record& one) {
  connection* on = find(one.conn);
  if (on == nullptr || !on->stream) return;
  const std::size_t number = *on->stream;
  stream& which = out_.streams[number];
  const bool client = one.at == wire_end::client;
  (client ? which.delivered : which.sent).push_back({&one, one.t});
  if (client) on->delivered_activity.push_back(one.t);
  const nlohmann::json data = nlohmann::json::parse(one.text, nullptr, false);
  if (one.name == "connected") {
    auto& slot = client ? which.connected : which.connected_sent;
    if (!slot) slot = one.t;
    if (data.is_object() && data.contains("heartbeat_interval_seconds") &&
        data["heartbeat_interval_seconds"].is_number()) {
      which.heartbeat_seconds = data["heartbeat_interval_seconds"].get<double>();
    }
  }
  if (one.name != "command") return;
  std::string id = one.id;
  if (data.is_object() && data.contains("request_id") && data["request_id"].is_string()) {
    id = data["request_id"].get<std::string>();
  }
  command& about = out_.commands[id];
  about.id = id;
  about.key = which.key;
  about.cluster = which.cluster;
  if (data.is_object()) {
    about.name = data.value("command", "");
    about.message = data;
  }
  (client ? about.delivered : about.sent).push_back({&one, one.t});
  (client ? about.delivered_on : about.sent_on).push_back(number);
}

void builder::on_quiet(const record& one) {
  connection* on = find(one.conn);
  if (on == nullptr || !on->stream) return;
  stream& which = out_.streams[*on->stream];
  (one.at == wire_end::client ? which.quiet_delivered : which.quiet_sent).push_back(&one);
  if (one.at == wire_end::client) {
    on->delivered_activity.push_back(one.first);
    on->delivered_activity.push_back(one.last);
  }
}

void builder::on_call(const record& one) {
  if (one.kind == record_kind::call_begun) {
    calls_[one.id] = out_.calls.size();
    caller_call& fresh = out_.calls.emplace_back();
    fresh.begun = &one;
    fresh.command = one.name;
    if (one.more.is_object()) {
      fresh.cluster = one.facts().value("cluster", "");
      fresh.tenant = one.facts().value("as", "");
    }
  } else if (const auto found = calls_.find(one.id); found != calls_.end()) {
    out_.calls[found->second].ended = &one;
  }
}

void builder::close_unseen(const std::string& what, instant until) {
  const auto open = unseen_.find(what);
  if (open == unseen_.end()) return;
  open->second.until = until;
  if (until > open->second.from) out_.unseen.push_back(open->second);
  unseen_.erase(open);
}

/// A relay refuses by not listening, so that in real sockets nobody sees the dial.
void builder::on_fault(const record& one) {
  out_.faults.push_back(&one);
  if (one.kind == record_kind::fault_fired) {
    if (connection* on = find(one.conn); on != nullptr && !on->first_fault) on->first_fault = one.t;
    return;
  }
  if (out_.facts().value("world", "") == "sim" || !one.name.starts_with("refuse#")) return;
  if (one.kind == record_kind::fault_planned)
    unseen_[one.name] = {one.link.substr(0, one.link.find("->")), one.t, one.t};
  else if (one.kind == record_kind::fault_healed)
    close_unseen(one.name, one.t);
}

void builder::on_step(const record& one) {
  out_.steps.push_back(&one);
  if (one.name == "dns") {
    // A fault of names that no step undoes lasts: its step ends in the instant in which it begins.
    const bool undone =
        one.kind == record_kind::step_ended && unseen_.contains("dns") && one.t > unseen_["dns"].from;
    if (undone)
      close_unseen("dns", one.t + unseen_dials::lookup_held_max);
    else
      unseen_.try_emplace("dns", unseen_dials{"*", one.t, one.t});
  }
  if (one.name != "revoke" || !one.more.is_object() || !one.more.contains("key")) return;
  const auto key = out_.keys.find(one.more["key"].get<std::string>());
  if (key == out_.keys.end()) return;
  (one.kind == record_kind::step_begun ? key->second.revoke_begun : key->second.revoked) = one.t;
}

void builder::read(const record& one) {
  out_.end = std::max(out_.end, one.t);
  switch (one.kind) {
    case record_kind::header:
      break;
    case record_kind::node_started:
    case record_kind::node_exited:
    case record_kind::node_signalled:
      on_node(one);
      break;
    case record_kind::log:
      out_.logs.push_back(&one);
      if (process* by = running(one.node)) by->logs.push_back(&one);
      break;
    case record_kind::dial:
    case record_kind::dialled:
    case record_kind::tls:
      on_dial(one);
      break;
    case record_kind::end_sent:
    case record_kind::end_delivered:
      on_end(one);
      break;
    case record_kind::http_request:
      on_request(one);
      break;
    case record_kind::http_response:
      on_response(one);
      break;
    case record_kind::http_end:
      on_response_end(one);
      break;
    case record_kind::sse_event:
      on_event(one);
      break;
    case record_kind::sse_quiet:
      on_quiet(one);
      break;
    case record_kind::fault_planned:
    case record_kind::fault_fired:
    case record_kind::fault_healed:
      on_fault(one);
      break;
    case record_kind::step_begun:
    case record_kind::step_ended:
      if (one.name == "key_issued" && one.more.is_object()) {
        out_.keys[one.facts().value("key", "")] = {
            one.facts().value("cluster", ""), one.facts().value("team", ""), {}, {}};
      }
      on_step(one);
      break;
    case record_kind::call_begun:
    case record_kind::call_ended:
      on_call(one);
      break;
    case record_kind::lateness:
      out_.lateness_max = std::max(out_.lateness_max, static_cast<instant>(one.count));
      break;
    case record_kind::http_malformed:
    case record_kind::footer:
      break;
  }
}

void builder::finish() {
  while (!unseen_.empty()) close_unseen(unseen_.begin()->first, out_.end + 1);
  for (stream& one : out_.streams) {
    const connection& on = out_.connections[one.connection];
    one.over_at_agent = on.over_for_client();
    one.over_at_gateway = on.over_for_server();
  }
  for (connection& one : out_.connections)
    std::sort(one.delivered_activity.begin(), one.delivered_activity.end());
}

}  // namespace

std::string_view without_prefix(std::string_view path) {
  constexpr std::string_view prefix = "/gateway";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

evidence::evidence(const transcript& from) : source{&from} {
  builder build{*this};
  for (const record& one : from.records()) build.read(one);
  build.finish();
}

const nlohmann::json& evidence::body_of(const record& one) const {
  const auto [place, fresh] = bodies_.try_emplace(&one);
  if (fresh) place->second = nlohmann::json::parse(one.text, nullptr, false);
  return place->second;
}

const nlohmann::json& evidence::request_body(const exchange& one) const {
  static const nlohmann::json none;
  return one.request == nullptr ? none : body_of(*one.request);
}

}  // namespace kitfox::conformance
