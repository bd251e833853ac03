// AUD-*: the audit, line by line, against what was seen.
#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

/// One line of the gateway's audit, in the order of the audit.
struct audit_entry {
  const record* seen = nullptr;
  std::string line;
  nlohmann::json body;
  bool as_written = false;  ///< Recorded in the instant in which it became durable.
  [[nodiscard]] std::string text(const char* name) const {
    return body.is_object() && body.contains(name) && body[name].is_string() ? body[name].get<std::string>()
                                                                             : "";
  }
};

std::vector<audit_entry> audit_of(const evidence& about) {
  std::vector<audit_entry> out;
  for (const record* log : about.logs) {
    if (log->name != "audit" || !log->facts().contains("line")) continue;
    audit_entry one;
    one.seen = log;
    one.line = log->facts().value("line", "");
    one.body = nlohmann::json::parse(one.line, nullptr, false);
    one.as_written = log->facts().value("seen", "") == "written";
    out.push_back(std::move(one));
  }
  return out;
}

/// AUD-3: every line is one record, and no field is long.
void judge_lines(const evidence& about, findings& out) {
  constexpr std::size_t field_bytes_max = 256 + 3;  // and a mark that it was cut
  for (const audit_entry& one : audit_of(about)) {
    out.evaluated("AUD-3");
    const bool plain =
        std::ranges::none_of(one.line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (!plain || !one.body.is_object()) {
      out.fail("AUD-3", "gateway", "one JSON object a line, without control characters",
               one.line.substr(0, 200), *one.seen);
      continue;
    }
    for (const auto& [name, value] : one.body.items()) {
      if (value.is_string() && value.get<std::string>().size() > field_bytes_max)
        out.fail("AUD-3", "gateway", "no field of more than 256 bytes",
                 name + " of " + std::to_string(value.get<std::string>().size()), *one.seen);
    }
  }
}

/// AUD-4: gaps and edits show.
void judge_chain(const evidence& about, findings& out) {
  const auto audit = audit_of(about);
  for (std::size_t i = 1; i < audit.size(); ++i) {
    const nlohmann::json &before = audit[i - 1].body, &now = audit[i].body;
    if (!before.is_object() || !now.is_object()) continue;
    out.evaluated("AUD-4");
    const bool numbered = before.value("seq", nlohmann::json{}).is_number_integer() &&
                          now.value("seq", nlohmann::json{}).is_number_integer();
    const bool chained = !audit[i - 1].text("hash").empty() && !audit[i].text("prev").empty();
    if (!numbered && !chained)
      out.fail("AUD-4", "gateway", "seq, or prev and hash", audit[i].line.substr(0, 120), *audit[i].seen);
    if (numbered && now["seq"].get<std::int64_t>() != before["seq"].get<std::int64_t>() + 1)
      out.fail("AUD-4", "gateway", "seq one after " + before["seq"].dump(), now["seq"].dump(),
               *audit[i].seen);
    if (chained && audit[i].text("prev") != audit[i - 1].text("hash"))
      out.fail("AUD-4", "gateway", "prev is the hash of the line before", audit[i].text("prev"),
               *audit[i].seen);
  }
}

/// How often something happened: surely, and perhaps once it is too late to have been recorded.
struct range_of_count {
  std::size_t least = 0, most = 0;
  void add(bool surely) {
    least += surely ? 1 : 0;
    ++most;
  }
};

void judge_count(findings& out, const std::string& what, range_of_count seen, std::size_t recorded,
                 instant t) {
  out.evaluated("AUD-1");
  if (recorded < seen.least || recorded > seen.most)
    out.fail("AUD-1", "gateway", std::to_string(seen.least) + " records of " + what, std::to_string(recorded),
             t);
}

std::size_t records_of(const std::vector<audit_entry>& audit, const char* event, const std::string& key) {
  return static_cast<std::size_t>(std::ranges::count_if(audit, [&](const audit_entry& one) {
    return one.text("event") == event && one.text("key_id") == key;
  }));
}

/// AUD-1: streams and revocations leave one record each.
void judge_recorded_streams(const evidence& about, const std::vector<audit_entry>& audit, findings& out) {
  const instant settled = about.end - seconds(0.5);
  std::map<std::string, range_of_count> begun, ended;
  for (const stream& one : about.streams) {
    if (!one.connected_sent || !about.keys.contains(one.key)) continue;
    begun[one.key].add(*one.connected_sent < settled);
    if (one.over_at_gateway) ended[one.key].add(*one.over_at_gateway < settled);
  }
  for (const auto& [key, count] : begun)
    judge_count(out, "connects with " + key, count, records_of(audit, "connect", key), about.end);
  for (const auto& [key, count] : ended)
    judge_count(out, "ends of streams with " + key, count, records_of(audit, "disconnect", key), about.end);
  for (const auto& [key, fact] : about.keys) {
    if (fact.revoked && *fact.revoked < settled)
      judge_count(out, "the revocation of " + key, {1, 1}, records_of(audit, "revoke", key), *fact.revoked);
  }
}

/// AUD-1: ten refusals of each minute have a record of their own; the rest may be summed up within a minute.
void judge_recorded_refusals(const evidence& about, const std::vector<audit_entry>& audit, findings& out) {
  constexpr std::size_t alone_min = 10;
  const instant settled = about.end - seconds(0.5);
  const instant summed_up = settled - seconds(60);
  std::size_t older = 0, of_the_last_minute = 0, recorded = 0;
  for (const exchange& one : about.exchanges) {
    const bool counts = about.connections[one.connection].to == "gateway" && one.status_sent == 401 &&
                        one.answered && *one.answered < settled &&
                        one.target.find("/agent/") != std::string::npos;
    if (counts) ++(*one.answered < summed_up ? older : of_the_last_minute);
  }
  for (const audit_entry& one : audit) {
    if (one.text("event") == "refusal") ++recorded;
    if (one.text("event") == "refusals" && one.body.contains("count") &&
        one.body["count"].is_number_unsigned())
      recorded += one.body["count"].get<std::size_t>();
  }
  const std::size_t least = older + std::min(of_the_last_minute, alone_min);
  if (least > 0) judge_count(out, "refusals", {least, std::max(least, recorded)}, recorded, about.end);
}

/// What callers were told of each command, by its id: "ok" or a code.
std::map<std::string, std::string> outcomes_told(const evidence& about) {
  std::map<std::string, std::string> out;
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.begun->name == "send") continue;
    const nlohmann::json& body = about.body_of(*call.ended);
    if (!body.is_object() || !body.value("request_id", nlohmann::json{}).is_string()) continue;
    const nlohmann::json code = body.value("error_code", nlohmann::json{});
    out[body["request_id"].get<std::string>()] = body.value("ok", false) ? "ok"
                                                 : code.is_string()      ? code.get<std::string>()
                                                                         : "";
  }
  return out;
}

std::string missing_member(const audit_entry& one, std::initializer_list<const char*> members) {
  for (const char* name : members) {
    if (!one.body.contains(name) || one.body[name].is_null() || one.body[name] == "") return name;
  }
  return {};
}

/// AUD-1: a command leaves a record of itself and one of its end. AUD-2: the first before it is sent.
void judge_recorded_commands(const evidence& about, const std::vector<audit_entry>& audit, findings& out) {
  std::map<std::string, std::vector<const audit_entry*>> sent, ended;
  for (const audit_entry& one : audit) {
    if (one.text("event") == "command") sent[one.text("request_id")].push_back(&one);
    if (one.text("event") == "command_outcome") ended[one.text("request_id")].push_back(&one);
  }
  const auto told = outcomes_told(about);
  for (const auto& [id, one] : about.commands) {
    if (one.sent.empty()) continue;
    const instant t = one.sent.front().t;
    judge_count(out, "command " + id, {1, 1}, sent[id].size(), t);
    if (sent[id].empty()) continue;
    const audit_entry& begun = *sent[id].front();
    const std::string lacks = missing_member(begun, {"time", "actor", "org_id", "team_node_id", "cluster_id",
                                                     "command", "params_hash", "request_id"});
    if (!lacks.empty())
      out.fail("AUD-1", "gateway", "a record of command " + id + " with " + lacks, "none", *begun.seen);
    if (begun.as_written) {
      out.evaluated("AUD-2");
      // Records of one instant stand in their order.
      if (begun.seen > one.sent.front().seen)
        out.fail("AUD-2", "gateway", "the record of " + id + " before the command is sent", "after it", t);
    }
    const auto outcome = told.find(id);
    if (outcome == told.end()) continue;
    judge_count(out, "the end of command " + id, {1, 1}, ended[id].size(), t);
    if (ended[id].empty()) continue;
    const audit_entry& end = *ended[id].front();
    if (end.text("outcome") != outcome->second || !missing_member(end, {"ms", "bytes"}).empty())
      out.fail("AUD-1", "gateway", "outcome " + outcome->second + ", ms and bytes of command " + id,
               end.line.substr(0, 200), *end.seen);
  }
}

void judge_completeness(const evidence& about, findings& out) {
  const auto audit = audit_of(about);
  if (audit.empty()) return;
  judge_recorded_streams(about, audit, out);
  judge_recorded_refusals(about, audit, out);
  judge_recorded_commands(about, audit, out);
}

/// Texts that are in the audit by right, whoever else uses them.
std::set<std::string> known_names(const evidence& about) {
  std::set<std::string> out;
  const nlohmann::json clusters = about.facts().value("clusters", nlohmann::json::object());
  for (const auto& [label, fact] : clusters.items()) {
    for (const std::string& path : {std::string{label}, fact.value("team", "")}) {
      for (std::size_t from = 0; from <= path.size();) {
        const std::size_t slash = std::min(path.find('/', from), path.size());
        out.insert(path.substr(from, slash - from));
        from = slash + 1;
      }
    }
  }
  return out;
}

/// AUD-5: what was asked and answered is nobody's business but the caller's.
void judge_discretion(const evidence& about, findings& out) {
  const auto audit = audit_of(about);
  for (const record* log : about.logs) {
    if (log->name == "audit" && log->facts().contains("leak"))
      out.fail("AUD-5", "gateway", "no secret in the audit", log->facts()["leak"].dump(), *log);
  }
  if (audit.empty()) return;
  const std::set<std::string> by_right = known_names(about);
  std::map<std::string, std::string> private_texts;  // to what they are
  for (const auto& [id, one] : about.commands) {
    if (!one.message.is_object() || !one.message.contains("params")) continue;
    for (const auto& [name, value] : one.message["params"].items()) {
      constexpr std::size_t telling = 6;  // shorter ones are in other words by chance
      if (value.is_string() && value.get<std::string>().size() >= telling &&
          !by_right.contains(value.get<std::string>()))
        private_texts[value.get<std::string>()] = "parameter " + name;
    }
  }
  private_texts["kfx-canary-"] = "content of an object";
  out.evaluated("AUD-5");
  for (const audit_entry& one : audit) {
    for (const auto& [text, what] : private_texts) {
      if (one.line.find(text) != std::string::npos)
        out.fail("AUD-5", "gateway", "no " + what + " in the audit", one.line.substr(0, 300), *one.seen);
    }
  }
}

constexpr std::string_view line_ids[] = {"AUD-3"};
constexpr std::string_view chain_ids[] = {"AUD-4"};
constexpr std::string_view completeness_ids[] = {"AUD-1", "AUD-2"};
constexpr std::string_view discretion_ids[] = {"AUD-5"};
constexpr requirement_check audit_table[] = {{"audit-lines", line_ids, judge_lines},
                                             {"audit-chain", chain_ids, judge_chain},
                                             {"audit-completeness", completeness_ids, judge_completeness},
                                             {"audit-discretion", discretion_ids, judge_discretion}};

}  // namespace

std::span<const requirement_check> audit_checks() { return audit_table; }

}  // namespace kitfox::conformance
