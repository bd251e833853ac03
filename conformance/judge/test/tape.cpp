#include "conformance/judge/test/tape.hpp"

#include <algorithm>
#include <ostream>

#include "conformance/judge/requirement_check.hpp"
#include "conformance/transcript/canary.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {

tape::tape(std::string world) {
  header_.kind = record_kind::header;
  header_.more = {
      {"world", std::move(world)},
      {"backoff",
       {{"initial", 1.0}, {"factor", 2.0}, {"cap", 60.0}, {"session_spread", 5.0}, {"healthy_after", 30.0}}},
      {"workers", 8},
      {"clusters", {{"prod", {{"team", "acme/payments"}, {"canary", "kfx-canary-aaaaaaaaaaaa"}}}}}};
}

record& tape::add(double t, record_kind kind) {
  record& one = records_.emplace_back();
  one.t = seconds(t);
  one.kind = kind;
  return one;
}

void tape::add_both(double t, record_kind kind, std::uint64_t conn, const record& like) {
  for (const wire_end at : {wire_end::client, wire_end::server}) {
    record& one = add(t, kind);
    const instant when = one.t;
    one = like;
    one.t = when;
    one.kind = kind;
    one.conn = conn;
    one.at = at;
  }
}

tape& tape::starts(double t, const std::string& node, const std::string& kind, const std::string& cluster) {
  record& one = add(t, record_kind::node_started);
  one.node = node;
  one.more = {{"kind", kind}, {"cluster", cluster}};
  return *this;
}

tape& tape::exits(double t, const std::string& node, int code) {
  record& one = add(t, record_kind::node_exited);
  one.node = node;
  one.status = code;
  one.name = "exit";
  return *this;
}

tape& tape::signals(double t, const std::string& node, const std::string& name) {
  record& one = add(t, record_kind::node_signalled);
  one.node = node;
  one.name = name;
  return *this;
}

tape& tape::logs(double t, const std::string& node, const std::string& event, nlohmann::json fields) {
  record& one = add(t, record_kind::log);
  one.node = node;
  one.name = event;
  one.more = std::move(fields);
  return *this;
}

tape& tape::issues_key(double t, const std::string& id, const std::string& cluster, const std::string& team) {
  record& one = add(t, record_kind::step_ended);
  one.name = "key_issued";
  one.more = {{"key", id}, {"cluster", cluster}, {"team", team}};
  return *this;
}

tape& tape::revokes(double begun, double returned, const std::string& key) {
  for (const auto& [t, kind] :
       {std::pair{begun, record_kind::step_begun}, std::pair{returned, record_kind::step_ended}}) {
    record& one = add(t, kind);
    one.name = "revoke";
    one.more = {{"key", key}};
  }
  return *this;
}

tape& tape::dials_in_vain(double t, std::uint64_t conn, const std::string& link) {
  record& one = add(t, record_kind::dial);
  one.conn = conn;
  one.link = link;
  return *this;
}

tape& tape::dials(double t, std::uint64_t conn, const std::string& link, const std::string& answer) {
  dials_in_vain(t, conn, link);
  record& ended = add(t, record_kind::dialled);
  ended.conn = conn;
  ended.name = answer;
  if (answer == "proceed") add(t, record_kind::tls).conn = conn;
  return *this;
}

tape& tape::tls_fails(double t, std::uint64_t conn, const std::string& why) {
  record& one = add(t, record_kind::tls);
  one.conn = conn;
  one.name = why;
  return *this;
}

tape& tape::asks(double t, std::uint64_t conn, std::uint32_t exchange, const std::string& method,
                 const std::string& target, const std::string& key, const std::string& body,
                 nlohmann::json more) {
  record like;
  like.exchange = exchange;
  like.name = method;
  like.target = target;
  like.key = key;
  like.text = body;
  add_canaries(body, like.canaries);
  like.more = std::move(more);
  add_both(t, record_kind::http_request, conn, like);
  return *this;
}

tape& tape::answers(double t, std::uint64_t conn, std::uint32_t exchange, int status, const std::string& body,
                    nlohmann::json more) {
  record like;
  like.exchange = exchange;
  like.status = status;
  like.text = body;
  add_canaries(body, like.canaries);
  like.more = std::move(more);
  add_both(t, record_kind::http_response, conn, like);
  return *this;
}

tape& tape::turned_away(double t, std::uint64_t conn, std::uint32_t exchange, const std::string& target,
                        const std::string& key, int status) {
  for (const record_kind kind : {record_kind::http_request, record_kind::http_response}) {
    record& one = add(t, kind);
    one.conn = conn;
    one.exchange = exchange;
    one.at = wire_end::client;
    one.name = "GET";
    one.target = target;
    one.key = key;
    if (kind == record_kind::http_response) one.status = status;
  }
  return *this;
}

tape& tape::connects_again(double t, std::uint64_t conn, std::uint32_t exchange, const std::string& key) {
  for (const record_kind kind : {record_kind::http_request, record_kind::http_response}) {
    for (const wire_end at : {wire_end::client, wire_end::server}) {
      record& one = add(t, kind);
      one.conn = conn;
      one.exchange = at == wire_end::client ? exchange : 1;
      one.at = at;
      one.name = "GET";
      one.target = "/agent/connect";
      one.key = key;
      if (kind == record_kind::http_response) one.status = 200;
    }
  }
  return event(t, conn, "connected", {{"cluster_id", "c"}});
}

tape& tape::event(double t, std::uint64_t conn, const std::string& type, nlohmann::json data, ends seen_at) {
  for (const wire_end at : {wire_end::server, wire_end::client}) {
    if (seen_at == ends::sent_only && at == wire_end::client) continue;
    if (seen_at == ends::delivered_only && at == wire_end::server) continue;
    record& one = add(t, record_kind::sse_event);
    one.conn = conn;
    one.at = at;
    one.exchange = 1;
    one.name = type;
    one.text = data.dump();
    add_canaries(one.text, one.canaries);
  }
  return *this;
}

tape& tape::retries(double t, std::uint64_t conn, int milliseconds) {
  record like;
  like.name = "message";
  like.exchange = 1;
  like.more = {{"retry_ms", milliseconds}};
  add_both(t, record_kind::sse_event, conn, like);
  return *this;
}

tape& tape::heartbeats(double first, double last, std::uint64_t conn, double gap) {
  record like;
  like.name = "heartbeat";
  like.first = seconds(first);
  like.last = seconds(last);
  like.gap_max = seconds(gap);
  like.count = 2;
  add_both(last, record_kind::sse_quiet, conn, like);
  return *this;
}

tape& tape::ends_by(double t, std::uint64_t conn, wire_end by, const std::string& how) {
  record& sent = add(t, record_kind::end_sent);
  sent.conn = conn;
  sent.at = by;
  sent.name = how;
  record& seen = add(t, record_kind::end_delivered);
  seen.conn = conn;
  seen.at = by == wire_end::client ? wire_end::server : wire_end::client;
  seen.name = how;
  return *this;
}

tape& tape::response_ends(double t, std::uint64_t conn) {
  for (const wire_end end : {wire_end::server, wire_end::client}) {
    record& one = add(t, record_kind::http_end);
    one.conn = conn;
    one.exchange = 1;
    one.at = end;
  }
  return *this;
}

tape& tape::cut(double t, std::uint64_t conn, const std::string& how) {
  record like;
  like.name = how;
  add_both(t, record_kind::end_delivered, conn, like);
  return *this;
}

tape& tape::connects(double t, std::uint64_t conn, const std::string& agent, const std::string& key,
                     const std::string& instance) {
  dials(t, conn, agent + "->gateway");
  asks(t, conn, 1, "GET", "/gateway/agent/connect?instance_id=" + instance, key);
  answers(t, conn, 1, 200, {},
          {{"content-type", "text/event-stream"},
           {"cache-control", "no-cache, no-store"},
           {"x-accel-buffering", "no"}});
  return event(t, conn, "connected", {{"cluster_id", "c"}, {"heartbeat_interval_seconds", 15}});
}

tape& tape::refused(double t, std::uint64_t conn, const std::string& agent, const std::string& key,
                    int status, nlohmann::json more) {
  dials(t, conn, agent + "->gateway");
  asks(t, conn, 1, "GET", "/gateway/agent/connect?instance_id=i", key);
  answers(t, conn, 1, status, {}, std::move(more));
  return ends_by(t, conn, wire_end::server);
}

tape& tape::command(double t, std::uint64_t conn, const std::string& id, const std::string& name,
                    double timeout, ends seen_at) {
  return event(
      t, conn, "command",
      {{"request_id", id}, {"command", name}, {"params", nlohmann::json::object()}, {"timeout", timeout}},
      seen_at);
}

tape& tape::responds(double t, std::uint64_t conn, const std::string& agent, const std::string& key,
                     const std::string& id, nlohmann::json body, int status) {
  dials(t, conn, agent + "->gateway");
  body["request_id"] = id;
  asks(t, conn, 1, "POST", "/gateway/agent/response/" + id, key, body.dump());
  answers(t, conn, 1, status);
  return ends_by(t, conn, wire_end::client);
}

tape& tape::reads(double sent, double received, std::uint64_t conn, const std::string& agent,
                  const std::string& target, int status, const std::string& method, nlohmann::json fields) {
  dials(sent, conn, agent + "->kubernetes");
  asks(sent, conn, 1, method, target);
  answers(received, conn, 1, status, {}, std::move(fields));
  return ends_by(received, conn, wire_end::client);
}

tape& tape::calls(double begun, double ended, const std::string& id, nlohmann::json begun_facts,
                  const std::string& command, int status, nlohmann::json answer) {
  record& asked = add(begun, record_kind::call_begun);
  asked.id = id;
  asked.name = command;
  asked.more = std::move(begun_facts);
  record& told = add(ended, record_kind::call_ended);
  told.id = id;
  told.name = command;
  told.status = status;
  told.text = answer.dump();
  add_canaries(told.text, told.canaries);
  return *this;
}

tape& tape::step(double begun, double ended, const std::string& id, const std::string& name,
                 nlohmann::json outcome) {
  record& from = add(begun, record_kind::step_begun);
  from.id = id;
  from.name = name;
  record& to = add(ended, record_kind::step_ended);
  to.id = id;
  to.name = name;
  to.more = std::move(outcome);
  return *this;
}

tape& tape::plans_fault(double t, const std::string& name, const std::string& link) {
  record& one = add(t, record_kind::fault_planned);
  one.name = name;
  one.link = link;
  return *this;
}

tape& tape::fires_fault(double t, const std::string& name, std::uint64_t conn) {
  record& one = add(t, record_kind::fault_fired);
  one.name = name;
  one.conn = conn;
  return *this;
}

tape& tape::heals_fault(double t, const std::string& name) {
  add(t, record_kind::fault_healed).name = name;
  return *this;
}

tape& tape::late(double t, double by) {
  add(t, record_kind::lateness).count = static_cast<std::uint64_t>(seconds(by));
  return *this;
}

transcript tape::until(double t) const {
  std::vector<record> sorted = records_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const record& a, const record& b) { return a.t < b.t; });
  transcript out;
  KITFOX_ASSERT(out.append(record{header_}));
  for (record& one : sorted) KITFOX_ASSERT(out.append(std::move(one)));
  record footer;
  footer.kind = record_kind::footer;
  footer.t = seconds(t);
  KITFOX_ASSERT(out.append(std::move(footer)));
  return out;
}

std::ostream& operator<<(std::ostream& to, opinion one) {
  constexpr const char* words[] = {"nothing to see", "fine", "broken", "unclear"};
  return to << words[static_cast<std::size_t>(one)];
}

opinion opinion_of(std::string_view check, std::string_view requirement, const transcript& on) {
  const evidence about{on};
  findings found{about};
  const auto checks = requirement_checks();
  const auto chosen = std::find_if(checks.begin(), checks.end(),
                                   [&](const requirement_check& one) { return one.name == check; });
  KITFOX_ASSERT(chosen != checks.end());
  chosen->judge(about, found);
  opinion out =
      found.observations().contains(std::string{requirement}) ? opinion::fine : opinion::nothing_to_see;
  for (const finding& one : found.all()) {
    if (one.requirement != requirement) continue;
    if (one.kind == finding::weight::failure) return opinion::broken;
    out = opinion::unclear;
  }
  return out;
}

tape connected_tape() {
  tape out;
  out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
  out.issues_key(0, "k", "prod", "acme/payments");
  return out.connects(1, 1, "prod/0", "k");
}

}  // namespace kitfox::conformance
