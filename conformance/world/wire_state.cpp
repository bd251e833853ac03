#include "conformance/world/wire_state.hpp"

#include "conformance/world/names.hpp"
#include "protocol/json.hpp"

namespace kitfox::conformance {
namespace {

bool is_route(std::string_view target, std::string_view route) {
  constexpr std::string_view prefix = "/gateway";
  if (target.starts_with(prefix)) target.remove_prefix(prefix.size());
  return target.starts_with(route);
}

std::string command_name(const record& event) {
  const nlohmann::json data = nlohmann::json::parse(event.text, nullptr, false);
  return data.is_object() && data.contains("command") && data["command"].is_string()
             ? data["command"].get<std::string>()
             : std::string{};
}

}  // namespace

void wire_state::seen(event_trigger::what event, const std::string& node, const std::string& command) {
  ++counts_[{event, node, command}];
}

void wire_state::on_over(wire& one) {
  if (one.over) return;
  one.over = true;
  party& who = parties_[one.from];
  if (one.dialling) --who.dialling;
  if (one.stream) --who.streams;
  if (one.connected) --who.connected;
  if (one.stream) seen(event_trigger::what::disconnected, one.from, {});
}

void wire_state::on_request(wire& one, const record& request) {
  const bool client = request.at == wire_end::client;
  const bool first = one.dialling;
  if (client && first) {
    one.dialling = false;
    --parties_[one.from].dialling;
  }
  if (client && is_route(request.target, "/agent/connect")) {
    if (one.stream && !one.over) return;
    // Over a connection that was kept it is as good as a dial.
    if (!first) seen(event_trigger::what::dial, one.from, {});
    one.stream = true;
    one.connected = one.over = one.kept = false;
    ++parties_[one.from].streams;
  } else if (!client && one.to != gateway_node) {
    seen(event_trigger::what::kubernetes_call, one.from, {});
  } else if (!client && is_route(request.target, "/agent/response/")) {
    seen(event_trigger::what::command_answered, one.from, {});
  }
}

void wire_state::on_record(const record& one) {
  const auto found = wires_.find(one.conn);
  wire* on = found == wires_.end() ? nullptr : &found->second;
  switch (one.kind) {
    case record_kind::node_started:
      parties_[one.node].running = parties_[one.node].ever = true;
      break;
    case record_kind::node_exited:
      parties_[one.node].running = false;
      for (auto& [id, other] : wires_) {
        if (other.from == one.node) on_over(other);
      }
      seen(event_trigger::what::exited, one.node, {});
      break;
    case record_kind::dial: {
      wire fresh;
      const std::size_t arrow = one.link.find("->");
      fresh.from = one.link.substr(0, arrow);
      fresh.to = arrow == std::string::npos ? "" : one.link.substr(arrow + 2);
      ++parties_[fresh.from].dialling;
      if (fresh.to == gateway_node) seen(event_trigger::what::dial, fresh.from, {});
      wires_.emplace(one.conn, std::move(fresh));
      break;
    }
    case record_kind::dialled:
      if (on == nullptr) return;
      if (one.name != "proceed") on_over(*on);
      break;
    case record_kind::tls:
      if (on == nullptr) return;
      if (!one.name.empty()) on_over(*on);
      break;
    case record_kind::http_request:
      if (on == nullptr || (on->over && !on->kept)) return;
      on_request(*on, one);
      break;
    case record_kind::http_response:
      if (on == nullptr || one.at != wire_end::client) return;
      if (!on->stream || one.status == 200) break;
      on_over(*on);
      on->kept = true;
      break;
    case record_kind::http_end:
      if (on == nullptr || one.at != wire_end::client || !on->stream || on->over) return;
      on_over(*on);
      on->kept = true;
      break;
    case record_kind::sse_event:
      if (on == nullptr || one.at != wire_end::client || on->over) return;
      if (one.name == "connected" && on->stream && !on->connected) {
        on->connected = true;
        ++parties_[on->from].connected;
        seen(event_trigger::what::connected, on->from, {});
      } else if (one.name == "command") {
        last_command_ = one.id;
        seen(event_trigger::what::command_delivered, on->from, command_name(one));
      }
      break;
    case record_kind::end_sent:
    case record_kind::end_delivered:
      if (on == nullptr || one.at != wire_end::client) return;
      on_over(*on);
      on->kept = false;
      break;
    case record_kind::sse_quiet:
      if (on == nullptr || one.at != wire_end::client) return;
      counts_[{event_trigger::what::heartbeat, on->from, {}}] += one.count;
      break;
    case record_kind::header:
    case record_kind::node_signalled:
    case record_kind::log:
    case record_kind::http_malformed:
    case record_kind::fault_planned:
    case record_kind::fault_fired:
    case record_kind::fault_healed:
    case record_kind::step_begun:
    case record_kind::step_ended:
    case record_kind::call_begun:
    case record_kind::call_ended:
    case record_kind::lateness:
    case record_kind::footer:
      return;
  }
  note_change();
}

void wire_state::note_change() {
  ++version_;
  changed_.notify_all();
}

runtime::task<runtime::error_code> wire_state::change_since(std::uint64_t known) {
  while (version_ == known) {
    const runtime::error_code failure = co_await changed_.wait();
    if (failure) co_return failure;
  }
  co_return runtime::error_code{};
}

bool wire_state::is(std::string_view node, agent_state state) const {
  const auto found = parties_.find(node);
  if (found == parties_.end()) return false;
  const party& who = found->second;
  switch (state) {
    case agent_state::connected:
      return who.connected > 0;
    case agent_state::disconnected:
      return who.ever && who.connected == 0;
    case agent_state::waiting:
      return who.running && who.streams == 0 && who.dialling == 0;
    case agent_state::exited:
      return who.ever && !who.running;
  }
  return false;
}

std::uint64_t wire_state::count(event_trigger::what event, const std::set<std::string>* nodes,
                                const std::string& command) const {
  std::uint64_t total = 0;
  for (const auto& [key, times] : counts_) {
    if (key.event != event || (nodes != nullptr && !nodes->contains(key.node))) continue;
    if (command.empty() || key.command == command) total += times;
  }
  return total;
}

}  // namespace kitfox::conformance
