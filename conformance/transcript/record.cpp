#include "conformance/transcript/record.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::array<std::string_view, record_kinds> kind_names{
    "header",       "node.started",  "node.exited", "node.signalled", "log",
    "dial",         "dialled",       "tls",         "end.sent",       "end.delivered",
    "http.request", "http.response", "http.end",    "http.malformed", "sse.event",
    "sse.quiet",    "fault.planned", "fault.fired", "fault.healed",   "step.begun",
    "step.ended",   "call.begun",    "call.ended",  "lateness",       "footer"};

/// What belongs to a connection's end; the others have no `at`.
bool has_end(record_kind kind) {
  switch (kind) {
    case record_kind::end_sent:
    case record_kind::end_delivered:
    case record_kind::http_request:
    case record_kind::http_response:
    case record_kind::http_end:
    case record_kind::http_malformed:
    case record_kind::sse_event:
    case record_kind::sse_quiet:
      return true;
    case record_kind::header:
    case record_kind::node_started:
    case record_kind::node_exited:
    case record_kind::node_signalled:
    case record_kind::log:
    case record_kind::dial:
    case record_kind::dialled:
    case record_kind::tls:
    case record_kind::fault_planned:
    case record_kind::fault_fired:
    case record_kind::fault_healed:
    case record_kind::step_begun:
    case record_kind::step_ended:
    case record_kind::call_begun:
    case record_kind::call_ended:
    case record_kind::lateness:
    case record_kind::footer:
      return false;
  }
  return false;
}

bool has_status(record_kind kind) {
  return kind == record_kind::node_exited || kind == record_kind::http_response ||
         kind == record_kind::call_ended;
}

struct text_member {
  const char* name;
  std::string record::*member;
};
constexpr std::array<text_member, 7> text_members{{{"node", &record::node},
                                                   {"link", &record::link},
                                                   {"name", &record::name},
                                                   {"target", &record::target},
                                                   {"id", &record::id},
                                                   {"key", &record::key},
                                                   {"text", &record::text}}};

}  // namespace

const nlohmann::json& record::facts() const noexcept {
  static const nlohmann::json none = nlohmann::json::object();
  return more.is_object() ? more : none;
}

std::string_view to_string(record_kind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<record_kind> parse_record_kind(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    if (kind_names[i] == text) return static_cast<record_kind>(i);
  }
  return std::nullopt;
}

std::string print_record(const record& one) {
  nlohmann::ordered_json line;
  line["t"] = one.t;
  line["e"] = to_string(one.kind);
  if (one.conn != 0) line["conn"] = one.conn;
  if (has_end(one.kind)) line["at"] = one.at == wire_end::client ? "client" : "server";
  if (one.exchange != 0) line["exchange"] = one.exchange;
  if (has_status(one.kind)) line["status"] = one.status;
  for (const auto& member : text_members) {
    if (const std::string& value = one.*member.member; !value.empty()) line[member.name] = value;
  }
  if (one.count != 0) line["count"] = one.count;
  if (one.kind == record_kind::sse_quiet) {
    line["first"] = one.first;
    line["last"] = one.last;
    line["gap_max"] = one.gap_max;
  }
  if (!one.canaries.empty()) line["canaries"] = one.canaries;
  if (!one.more.is_null()) line["more"] = one.more;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::optional<record> parse_record(std::string_view line, std::string& why) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) {
    why = "expected one JSON object a line";
    return std::nullopt;
  }
  const auto kind = json.contains("e") && json["e"].is_string()
                        ? parse_record_kind(json["e"].get<std::string>())
                        : std::optional<record_kind>{};
  if (!kind || !json.contains("t") || !json["t"].is_number_integer()) {
    why = "expected an integer \"t\" and a known \"e\"";
    return std::nullopt;
  }
  record one;
  one.kind = *kind;
  one.t = json["t"].get<instant>();
  try {
    one.conn = json.value("conn", std::uint64_t{0});
    one.at = json.value("at", "client") == "server" ? wire_end::server : wire_end::client;
    one.exchange = json.value("exchange", std::uint32_t{0});
    one.status = json.value("status", 0);
    for (const auto& member : text_members) one.*member.member = json.value(member.name, std::string{});
    one.count = json.value("count", std::uint64_t{0});
    one.first = json.value("first", instant{0});
    one.last = json.value("last", instant{0});
    one.gap_max = json.value("gap_max", instant{0});
    one.canaries = json.value("canaries", std::vector<std::string>{});
    if (json.contains("more")) one.more = json["more"];
  } catch (const nlohmann::json::exception& error) {
    why = error.what();
    return std::nullopt;
  }
  return one;
}

}  // namespace kitfox::conformance
