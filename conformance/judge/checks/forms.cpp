// CON-11 to CON-13, CMD-9, SSE-7, LIV-8, DRN-5, BAD-7: messages have the form that their readers count on.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/open_streams.hpp"
#include "protocol/timestamps.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::conformance {
namespace {

std::string_view path_without_prefix(const exchange& one) {
  constexpr std::string_view prefix = "/gateway";
  const std::string_view path = one.path();
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

std::string answer_field(const exchange& one, const char* name) {
  return one.answer == nullptr ? std::string{} : one.answer->facts().value(name, "");
}

/// The gateway gave this answer: it was seen where it left, not made up on the way.
bool of_gateway(const evidence& about, const exchange& one) {
  const bool unchanged = one.status == 0 || one.status == one.status_sent;
  return about.connections[one.connection].to == "gateway" && one.answered && one.status_sent != 0 &&
         unchanged;
}

/// CON-11: who is refused is told by which scheme one comes in. BAD-7: and by which method.
void judge_refusal_fields(const evidence& about, findings& out) {
  for (const exchange& one : about.exchanges) {
    if (!of_gateway(about, one)) continue;
    const std::string& from = about.connections[one.connection].from;
    // Without a key of an agent, it may have been at the callers' door.
    const bool as_agent = from != "caller" || !one.key.empty() || one.wrong_secret || one.other_credential;
    if (one.status_sent == 401 && as_agent && path_without_prefix(one).starts_with("/agent/")) {
      out.evaluated("CON-11");
      const std::string scheme = answer_field(one, "www-authenticate").substr(0, 6);
      if (!runtime::same_letters(scheme, "Bearer"))
        out.fail("CON-11", from, "WWW-Authenticate: Bearer with a 401", answer_field(one, "www-authenticate"),
                 {*one.answered, one.answer});
    }
    if (one.status_sent == 405) {
      out.evaluated("BAD-7");
      if (answer_field(one, "allow").empty())
        out.fail("BAD-7", from, "Allow with a 405", "none", {*one.answered, one.answer});
    }
  }
}

/// CON-12: a stream is asked for as such, with the key where keys belong.
void judge_connect_request(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    const std::string& from = about.connections[one.connection].from;
    if (from == "caller" || !connect.sent || connect.request == nullptr) continue;
    out.evaluated("CON-12");
    const std::string accept = connect.request->facts().value("accept", "");
    if (accept.find("text/event-stream") == std::string::npos)
      out.fail("CON-12", from, "Accept: text/event-stream", accept.empty() ? "none" : accept,
               {*connect.sent, connect.request});
    if (connect.key.empty() && !connect.other_credential)
      out.fail("CON-12", from, "a key in Authorization", "none", {*connect.sent, connect.request});
  }
}

bool is_text(const nlohmann::json& of, const char* name) { return of.contains(name) && of[name].is_string(); }

/// CON-13: `connected` comes first, once, and says where one is.
void judge_greeting(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const std::string& from = about.connections[one.connection].from;
    std::size_t greetings = 0, events = 0;
    for (const stream_event& event : one.sent) {
      if (event.seen->name == "retry" || event.seen->name == "id") continue;  // fields, not events
      ++events;
      if (event.seen->name != "connected") {
        if (events == 1) out.fail("CON-13", from, "`connected` as the first event", event.seen->name, event);
        continue;
      }
      out.evaluated("CON-13");
      if (event.seen->facts().contains("leak")) continue;  // its text is not kept
      const nlohmann::json& data = about.body_of(*event.seen);
      if (++greetings > 1) out.fail("CON-13", from, "`connected` once", "again", event);
      if (!data.is_object() || !is_text(data, "cluster_id") || !is_text(data, "message"))
        out.fail("CON-13", from, "cluster_id and message, both strings", event.seen->text.substr(0, 160),
                 event);
    }
  }
}

/// CMD-9: commands can be read.
void judge_command_form(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const std::string& from = about.connections[one.connection].from;
    for (const stream_event& event : one.sent) {
      if (event.seen->name != "command") continue;
      out.evaluated("CMD-9");
      const nlohmann::json& data = about.body_of(*event.seen);
      const bool readable = data.is_object() && is_text(data, "request_id") && is_text(data, "command") &&
                            data.contains("params") && data["params"].is_object() &&
                            data.contains("timeout") && data["timeout"].is_number();
      if (!readable)
        out.fail("CMD-9", from, "request_id, command, params and timeout, with their types",
                 event.seen->text.substr(0, 160), event);
      else if (event.seen->id != data["request_id"].get<std::string>())
        out.fail("CMD-9", from, "the request id as the event's id", "\"" + event.seen->id + "\"", event);
    }
  }
}

bool is_instant_in_utc(const std::string& text) {
  return text.ends_with('Z') && protocol::parse_rfc3339(text).has_value();
}

/// CMD-3: a command says until when it is wanted.
void judge_command_deadline(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    for (const stream_event& event : one.sent) {
      if (event.seen->name != "command") continue;
      const nlohmann::json& data = about.body_of(*event.seen);
      if (!data.is_object() || !is_text(data, "request_id")) continue;  // CMD-9's matter
      out.evaluated("CMD-3", 1, requirement_role::gateway);
      if (!is_text(data, "deadline") || !is_instant_in_utc(data["deadline"].get<std::string>()))
        out.fail("CMD-3", "gateway", "a deadline in UTC in command " + data["request_id"].get<std::string>(),
                 data.contains("deadline") ? data["deadline"].dump() : "none", event,
                 requirement_role::gateway);
    }
  }
}

/// SSE-7: the type of a stream may be written in several ways.
void judge_media_type(const evidence& about, findings& out) {
  for (const stream& one : about.streams) {
    const exchange& connect = about.exchanges[one.exchange];
    const connection& on = about.connections[one.connection];
    const std::string type = answer_field(connect, "content-type");
    if (on.from == "caller" || !one.connected || type == "text/event-stream" || !on.by) continue;
    const process& agent = about.processes[*on.by];
    out.evaluated("SSE-7");
    const instant settled = *one.connected + seconds(2);
    const bool had_reason = agent.told_to_stop && *agent.told_to_stop < settled;
    if (on.ended_by_client && *on.ended_by_client < settled && !had_reason && !agent.rested_in(0, settled) &&
        !(agent.killed && *agent.killed < settled))
      out.fail("SSE-7", on.from, "a stream kept whose type is \"" + type + "\"", "closed by the agent",
               *on.ended_by_client);
  }
}

/// Whether a stream with a key was open at a moment; empty where it had just begun or ended.
std::optional<bool> had_stream(const streams_of_keys& streams, const std::string& key, instant t) {
  const open_streams open = streams.at(key, t);
  if (open.surely > 0) return true;
  return open.perhaps > 0 ? std::nullopt : std::optional{false};
}

/// As nearly every answer reads, known without being parsed.
bool is_plain_heartbeat_answer(std::string_view text) {
  constexpr std::string_view begin = R"({"ok":true,"timestamp":")", end = R"("})";
  if (text.size() < begin.size() + end.size() || !text.starts_with(begin) || !text.ends_with(end))
    return false;
  text.remove_prefix(begin.size());
  text.remove_suffix(end.size());
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == ':' || c == '.' || c == '+';
  });
}

/// LIV-8: a posted heartbeat tells its sender whether it is known.
void judge_posted_heartbeats(const evidence& about, findings& out) {
  const streams_of_keys streams{about};
  for (const exchange& one : about.exchanges) {
    if (!of_gateway(about, one) || one.method != "POST" || !one.arrived) continue;
    const auto key = about.keys.find(one.key);
    if (path_without_prefix(one) != "/agent/heartbeat" || one.wrong_secret || key == about.keys.end())
      continue;
    if (one.status_sent != 200 && one.status_sent != 404) continue;  // CON-3's and REV-2's matter
    const auto open = had_stream(streams, one.key, *one.arrived);
    if (!open) continue;
    out.evaluated("LIV-8");
    const std::string& from = about.connections[one.connection].from;
    const int expected = *open ? 200 : 404;
    if (one.status_sent != expected) {
      out.fail("LIV-8", from, std::to_string(expected) + (*open ? " with" : " without") + " an open stream",
               std::to_string(one.status_sent), {*one.answered, one.answer});
      continue;
    }
    if (is_plain_heartbeat_answer(one.answer->text)) continue;
    const nlohmann::json& body = about.body_of(*one.answer);
    if (*open && (!body.is_object() || body.value("ok", false) != true || !is_text(body, "timestamp")))
      out.fail("LIV-8", from, "ok and a timestamp", one.answer->text.substr(0, 120),
               {*one.answered, one.answer});
  }
}

/// DRN-5: who is told to stop does not come back.
void judge_no_return(const evidence& about, findings& out) {
  for (const process& agent : about.processes) {
    if (agent.kind != "agent" || !agent.told_to_stop) continue;
    out.evaluated("DRN-5");
    for (const std::size_t index : agent.streams) {
      const exchange& connect = about.exchanges[about.streams[index].exchange];
      const instant dialled = about.connections[about.streams[index].connection].dialled_at;
      const instant t = connect.sent.value_or(dialled);
      if (t > *agent.told_to_stop + tolerance(about))
        out.fail("DRN-5", agent.node, "no stream asked for after SIGTERM", "GET " + connect.target, t);
    }
  }
}

/// The last event ids that an agent may have had at the end of its streams so far.
class last_event_ids {
 public:
  [[nodiscard]] bool allows(const std::string& sent) const {
    return sent == last_ ||
           std::find(shortly_before_.begin(), shortly_before_.end(), sent) != shortly_before_.end();
  }
  [[nodiscard]] const std::string& last() const noexcept { return last_; }
  /// What arrived in its last moment a cut may have kept from the agent.
  void read(const stream& one, instant moment) {
    const instant end = one.over_at_agent.value_or(0);
    shortly_before_.clear();
    for (const stream_event& event : one.delivered) {
      if (event.seen->id.empty() && event.seen->name != "id") continue;
      if (one.over_at_agent && event.t + moment >= end) shortly_before_.push_back(last_);
      last_ = event.seen->id;
    }
  }

 private:
  std::string last_;
  std::vector<std::string> shortly_before_;
};

/// SSE-8: who says what was last read says the truth.
void judge_last_event_id(const evidence& about, findings& out) {
  for (const process& agent : about.processes) {
    if (agent.kind != "agent") continue;
    last_event_ids ids;
    for (const std::size_t index : agent.streams) {
      const stream& one = about.streams[index];
      const exchange& connect = about.exchanges[one.exchange];
      if (connect.sent && connect.request != nullptr) {
        out.evaluated("SSE-8");
        const std::string sent = connect.request->facts().value("last-event-id", "");
        if (!sent.empty() && !ids.allows(sent))
          out.fail("SSE-8", agent.node,
                   ids.last().empty() ? "no Last-Event-ID, since no stream has set one"
                                      : "Last-Event-ID: " + ids.last(),
                   "Last-Event-ID: " + sent, {*connect.sent, connect.request});
      }
      ids.read(one, tolerance(about));
    }
  }
}

constexpr std::string_view refusal_ids[] = {"CON-11", "BAD-7"};
constexpr std::string_view request_ids[] = {"CON-12"};
constexpr std::string_view greeting_ids[] = {"CON-13"};
constexpr std::string_view command_form_ids[] = {"CMD-9"};
constexpr std::string_view deadline_ids[] = {"CMD-3"};
constexpr std::string_view media_type_ids[] = {"SSE-7"};
constexpr std::string_view posted_ids[] = {"LIV-8"};
constexpr std::string_view no_return_ids[] = {"DRN-5"};
constexpr std::string_view event_id_ids[] = {"SSE-8"};
constexpr requirement_check form_table[] = {{"refusal-fields", refusal_ids, judge_refusal_fields},
                                            {"connect-request", request_ids, judge_connect_request},
                                            {"greeting", greeting_ids, judge_greeting},
                                            {"command-form", command_form_ids, judge_command_form},
                                            {"command-deadline", deadline_ids, judge_command_deadline},
                                            {"media-type", media_type_ids, judge_media_type},
                                            {"posted-heartbeats", posted_ids, judge_posted_heartbeats},
                                            {"no-return", no_return_ids, judge_no_return},
                                            {"last-event-id", event_id_ids, judge_last_event_id}};

}  // namespace

std::span<const requirement_check> form_checks() { return form_table; }

}  // namespace kitfox::conformance
