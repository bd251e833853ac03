#include "conformance/report/wire_marks.hpp"

#include <fmt/format.h>

namespace kitfox::conformance {
namespace {

class mark_builder {
 public:
  explicit mark_builder(wire_marks& out) : out_{out} {}

  void read(const record& one, record_index at) {
    switch (one.kind) {
      case record_kind::node_started:
      case record_kind::node_exited:
        return on_node(one, at);
      case record_kind::node_signalled:
        out_.signals.push_back(at);
        return;
      case record_kind::dial:
        return on_dial(one, at);
      case record_kind::dialled:
      case record_kind::tls:
        return on_handshake(one, at);
      case record_kind::end_sent:
      case record_kind::end_delivered:
      case record_kind::http_end:
        return on_end(one, at);
      case record_kind::http_request:
      case record_kind::http_response:
        return on_http(one, at);
      case record_kind::sse_event:
        return on_event(one, at);
      case record_kind::fault_planned:
      case record_kind::fault_fired:
      case record_kind::fault_healed:
        return on_fault(one, at);
      case record_kind::step_begun:
      case record_kind::step_ended:
        return on_step(one, at);
      case record_kind::call_begun:
      case record_kind::call_ended:
        return on_call(one, at);
      case record_kind::lateness:
        out_.late.push_back(at);
        return;
      case record_kind::header:
      case record_kind::log:
      case record_kind::http_malformed:
      case record_kind::sse_quiet:
      case record_kind::footer:
        return;
    }
  }

 private:
  connection_marks* find(std::uint64_t id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &out_.connections[found->second];
  }
  /// The open span of that key; a new one where there is none.
  span_marks& open(std::vector<span_marks>& among, const std::string& key) {
    const auto [slot, fresh] = open_.try_emplace({&among, key}, among.size());
    if (fresh) among.emplace_back();
    return among[slot->second];
  }
  void close(std::vector<span_marks>& among, const std::string& key) { open_.erase({&among, key}); }

  void on_node(const record& one, record_index at) {
    span_marks& life = open(out_.lives, one.node);
    life.name = one.node;
    if (one.kind == record_kind::node_started) {
      life.from = at;
      return;
    }
    life.until = at;
    life.is_good = one.status == 0;
    life.detail = one.name == "exit" ? fmt::format("exit {}", one.status) : one.name;
    close(out_.lives, one.node);
  }

  void on_dial(const record& one, record_index at) {
    by_id_[one.conn] = out_.connections.size();
    connection_marks& fresh = out_.connections.emplace_back();
    fresh.id = one.conn;
    const std::size_t arrow = one.link.find("->");
    fresh.from = one.link.substr(0, arrow);
    fresh.to = arrow == std::string::npos ? "" : one.link.substr(arrow + 2);
    fresh.dialled = at;
  }

  void on_handshake(const record& one, record_index at) {
    connection_marks* which = find(one.conn);
    if (which == nullptr) return;
    const bool dial = one.kind == record_kind::dialled;
    const bool failed = dial ? one.name != "proceed" : !one.name.empty();
    if (!failed)
      which->open = at;
    else if (which->over == nowhere) {
      which->over = at;
      which->how = dial ? one.name : "TLS: " + one.name;
    }
  }

  void on_end(const record& one, record_index at) {
    connection_marks* which = find(one.conn);
    if (which == nullptr || one.at != wire_end::client || which->over != nowhere) return;
    // A connection outlives its answers, a stream does not.
    if (one.kind == record_kind::http_end && !which->is_stream) return;
    which->over = at;
    which->how = one.kind == record_kind::http_end ? "end of response" : one.name;
    if (one.kind == record_kind::end_sent) which->how += ", by the client";
  }

  void on_http(const record& one, record_index at) {
    connection_marks* which = find(one.conn);
    if (which == nullptr) return;
    exchange_marks& exchange = out_.exchanges[{one.conn, one.exchange}];
    const bool client = one.at == wire_end::client;
    if (one.kind == record_kind::http_request) {
      (client ? exchange.sent : exchange.arrived) = at;
      if (one.name == "GET" && one.target.find("/agent/connect") != std::string::npos)
        which->is_stream = true;
      return;
    }
    (client ? exchange.received : exchange.answered) = at;
    if (client && which->status == 0) which->status = one.status;
  }

  void on_event(const record& one, record_index at) {
    if (one.name != "connected" || one.at != wire_end::client) return;
    if (connection_marks* which = find(one.conn); which != nullptr && which->connected == nowhere)
      which->connected = at;
  }

  void on_fault(const record& one, record_index at) {
    span_marks& fault = open(out_.faults, one.name);
    fault.name = one.name;
    if (fault.from == nowhere) fault.from = at;
    if (one.kind == record_kind::fault_planned) fault.detail = one.link;
    if (one.kind == record_kind::fault_fired) fault.firings.push_back(at);
    if (one.kind == record_kind::fault_healed) fault.until = at;
  }

  void on_step(const record& one, record_index at) {
    if (one.id.empty()) return;  // what the harness notes by itself
    span_marks& step = open(out_.steps, one.id);
    step.name = one.name;
    if (step.from == nowhere) step.from = at;
    if (one.kind == record_kind::step_begun) return;
    step.until = at;
    step.is_good = one.facts().value("ok", true);
    step.detail = one.facts().value("why", "");
    close(out_.steps, one.id);
  }

  void on_call(const record& one, record_index at) {
    span_marks& call = open(out_.calls, one.id);
    call.name = one.name;
    if (call.from == nowhere) call.from = at;
    if (one.kind == record_kind::call_begun) return;
    call.until = at;
    call.is_good = one.status >= 200 && one.status < 300;
    call.detail = one.status == 0 ? "no answer" : std::to_string(one.status);
    const nlohmann::json body = nlohmann::json::parse(one.text, nullptr, false);
    if (!body.is_object() || !body.contains("ok") || !body["ok"].is_boolean()) return;
    call.is_good = call.is_good && body["ok"].get<bool>();
    if (body.contains("error_code") && body["error_code"].is_string())
      call.detail += " " + body["error_code"].get<std::string>();
  }

  wire_marks& out_;
  std::map<std::uint64_t, std::size_t> by_id_;
  std::map<std::pair<const std::vector<span_marks>*, std::string>, std::size_t> open_;
};

}  // namespace

wire_marks::wire_marks(const transcript& of) {
  mark_builder build{*this};
  const auto records = of.records();
  for (record_index at = 0; at < records.size(); ++at) build.read(records[at], at);
}

}  // namespace kitfox::conformance
