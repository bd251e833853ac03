#include "conformance/transcript/recorder.hpp"

#include <algorithm>

#include "conformance/transcript/wire.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

std::string_view name_of(std::optional<fault::dial_answer> answer) {
  if (!answer) return "given_up";
  switch (*answer) {
    case fault::dial_answer::proceed:
      return "proceed";
    case fault::dial_answer::refuse:
      return "refuse";
    case fault::dial_answer::hang:
      return "hang";
    case fault::dial_answer::reset_after_accept:
      return "reset_after_accept";
    case fault::dial_answer::unreachable:
      return "unreachable";
  }
  return "unknown";
}

std::string_view name_of(fault::end_kind how) { return how == fault::end_kind::fin ? "fin" : "rst"; }

wire_end end_of(fault::side one) { return one == fault::side::client ? wire_end::client : wire_end::server; }

constexpr std::string_view key_prefix = "ixfx_k8s_";

}  // namespace

recorder::recorder(runtime::mono_time start, std::size_t records_max) : start_{start}, out_{records_max} {}
recorder::~recorder() = default;

void recorder::know_key(std::string_view text, std::string id) {
  secrets_.add(text.substr(text.find('.') + 1), id);
  keys_[std::string{text}] = std::move(id);
}

void recorder::append(record&& one) {
  if (sealed_) return;
  if (!out_.append(std::move(one))) {
    complete_ = false;
    return;
  }
  if (listener_ != nullptr) listener_->on_record(out_.records().back());
}

void recorder::add(record one, runtime::mono_time t) {
  one.t = at(t);
  append(std::move(one));
}

void recorder::log(std::string_view node, std::string_view event, nlohmann::json fields,
                   runtime::mono_time t) {
  record one;
  one.kind = record_kind::log;
  one.node = node;
  one.name = event;
  const std::string text = fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (const std::string_view whose = secrets_.find_in(text); !whose.empty()) fields = {{"leak", whose}};
  one.more = std::move(fields);
  add(std::move(one), t);
}

recorder::wire& recorder::wire_at(connection c, wire_end end) {
  ends& both = wires_[c.id];
  auto& slot = end == wire_end::client ? both.client : both.server;
  if (!slot) slot = std::make_unique<wire>(*this, c.id, end);
  return *slot;
}

void recorder::on_dial(connection c, runtime::mono_time t) {
  record one;
  one.kind = record_kind::dial;
  one.conn = c.id;
  one.link = c.link;
  add(std::move(one), t);
}

void recorder::on_dialled(connection c, std::optional<fault::dial_answer> answer, runtime::mono_time t) {
  record one;
  one.kind = record_kind::dialled;
  one.conn = c.id;
  one.name = name_of(answer);
  add(std::move(one), t);
}

void recorder::on_tls(connection c, std::string_view failure, runtime::mono_time t) {
  record one;
  one.kind = record_kind::tls;
  one.conn = c.id;
  one.name = failure;
  add(std::move(one), t);
}

void recorder::on_sent(connection c, fault::side from, std::string_view bytes, runtime::mono_time t) {
  wire_at(c, end_of(from)).on_bytes(from, bytes, at(t));
}

void recorder::on_delivered(connection c, fault::side from, std::string_view bytes, runtime::mono_time t) {
  wire_at(c, end_of(fault::other(from))).on_bytes(from, bytes, at(t));
}

void recorder::on_end_sent(connection c, fault::side by, fault::end_kind how, runtime::mono_time t) {
  wire_at(c, end_of(by)).on_end(record_kind::end_sent, by, name_of(how), at(t));
}

void recorder::on_end_delivered(connection c, fault::side to, fault::end_kind how, runtime::mono_time t) {
  wire_at(c, end_of(to)).on_end(record_kind::end_delivered, fault::other(to), name_of(how), at(t));
}

void recorder::on_fired(const fault::firing& one) {
  record fired;
  fired.kind = record_kind::fault_fired;
  fired.name = one.fault;
  fired.conn = one.connection;
  fired.more = {{"what", one.what}, {"offset", one.offset}, {"planned", at(one.planned)}};
  add(std::move(fired), one.fired);
}

void recorder::seal() {
  std::vector<std::uint64_t> connections;
  for (const auto& [id, both] : wires_) connections.push_back(id);
  std::sort(connections.begin(), connections.end());
  for (const std::uint64_t id : connections) {
    const ends& both = wires_.at(id);
    if (both.client) both.client->flush();
    if (both.server) both.server->flush();
  }
  sealed_ = true;
}

void recorder::finish(record footer, runtime::mono_time t) {
  seal();
  footer.kind = record_kind::footer;
  footer.t = at(t);
  complete_ = out_.append(std::move(footer)) && complete_;
}

std::string recorder::describe_credential(std::string_view header, nlohmann::json& more) const {
  constexpr std::string_view scheme = "Bearer ";
  if (header.empty()) return {};
  const std::string_view token = header.starts_with(scheme) ? header.substr(scheme.size()) : header;
  if (const auto known = keys_.find(token); known != keys_.end()) return known->second;
  if (!token.starts_with(key_prefix)) {
    more["credential"] = "other";
    return {};
  }
  more["credential"] = "wrong";
  return std::string{token.substr(0, token.find('.'))};
}

void recording_sink::emit(runtime::severity level, std::string_view event,
                          std::span<const runtime::event_field> fields) {
  if (level == runtime::severity::debug) return;
  nlohmann::json values = nlohmann::json::object();
  for (const auto& [name, value] : fields) {
    std::visit([&values, key = std::string{name}](const auto& plain) { values[key] = plain; }, value);
  }
  to_.log(node_, event, std::move(values), time_.now());
}

}  // namespace kitfox::conformance
