// What went over the wire, as the picture of a case has it.
#include <map>

#include "conformance/judge/attempts.hpp"
#include "conformance/report/picture_painter.hpp"
#include "conformance/report/plain_text.hpp"

namespace kitfox::conformance {

picture_painter::json picture_painter::connections() {
  std::vector<const connection_marks*> all;
  for (const connection_marks& one : marks_.connections) {
    if (lane_of(one.from)) all.push_back(&one);
  }
  json out = json::array();
  const auto apart = [&](const connection_marks& one) {
    // Where nothing went wrong, the sessions are what the run was; and a stream says more than a connection
    // that carries one answer.
    const bool is_session = judged_.findings.empty() && one.connected != nowhere;
    return std::pair{!is_session, 2 * distance(one.dialled, one.over, focus_) + (one.is_stream ? 0 : 1)};
  };
  for (const connection_marks* one : nearest("connections", all, limits_.connections_max, apart)) {
    json bar{{"id", one->id},
             {"lane", *lane_of(one->from)},
             {"from", records_.use(one->dialled)},
             {"open", records_.use(one->open)},
             {"connected", records_.use(one->connected)},
             {"until", records_.use(one->over)},
             {"how", as_utf8(one->how)},
             {"status", one->status},
             {"stream", one->is_stream}};
    if (const auto far = lane_at_far_end(one->from, one->to)) bar["to"] = *far;
    out.push_back(std::move(bar));
  }
  return out;
}

/// The waits of all drawn agents with what was allowed.
picture_painter::json picture_painter::waits() {
  struct drawn_wait {
    std::size_t on_lane = 0;
    wait_before_retry what;
    instant floor = 0;
    std::optional<instant> ceiling;
    record_index dial = nowhere;
  };
  std::map<std::uint64_t, record_index> dials;
  for (const connection_marks& one : marks_.connections) dials[one.id] = one.dialled;
  std::vector<drawn_wait> found;
  for (const process& agent : about_.processes) {
    const auto on = agent.kind == "agent" ? lane_of(agent.node) : std::nullopt;
    if (!on) continue;
    const std::vector<attempt> attempts = attempts_of(about_, agent);
    for (const wait_before_retry& one : waits_of(about_, attempts)) {
      const attempt& ended = attempts[one.after];
      const std::uint64_t next = about_.connections[attempts[one.before].connection].id;
      found.push_back({*on, one, ended.floor.value_or(0), longest_wait(one, ended), dials[next]});
    }
  }
  std::vector<const drawn_wait*> all;
  for (const drawn_wait& one : found) all.push_back(&one);
  json out = json::array();
  const auto apart = [&](const drawn_wait& one) { return distance(one.dial, one.dial, focus_); };
  for (const drawn_wait* one : nearest("backoff waits", all, limits_.waits_max, apart)) {
    const bool late = one->ceiling && one->what.delay > *one->ceiling + tolerance(about_);
    const bool early = one->what.delay + seconds(0.001) < one->floor;
    json bar{{"lane", one->on_lane},
             {"from", one->what.from / 1000},
             {"delay", one->what.delay / 1000},
             {"until", records_.use(one->dial)},
             {"floor", one->floor / 1000},
             {"retry", one->what.consecutive + 1},
             {"after_session", one->what.after_session},
             {"is", late    ? "late"
                    : early ? "early"
                            : "allowed"}};
    if (one->ceiling) bar["ceiling"] = *one->ceiling / 1000;
    out.push_back(std::move(bar));
  }
  return out;
}

/// Each delivery of a command, and the first answer to it.
picture_painter::json picture_painter::commands() {
  struct drawn_command {
    const command* what = nullptr;
    std::size_t on_lane = 0;
    record_index sent = nowhere, delivered = nowhere;
    exchange_marks answer;
    int status = 0;
  };
  std::vector<drawn_command> found;
  for (const auto& [id, one] : about_.commands) {
    for (std::size_t i = 0; i < one.sent.size(); ++i) {
      const connection& on = about_.connections[about_.streams[one.sent_on[i]].connection];
      const auto on_lane = lane_of(on.from);
      if (!on_lane) continue;
      drawn_command arrow;
      arrow.what = &one;
      arrow.on_lane = *on_lane;
      arrow.sent = about_.index_of(*one.sent[i].seen);
      if (i < one.delivered.size()) arrow.delivered = about_.index_of(*one.delivered[i].seen);
      if (i < one.responses.size()) {
        const exchange& answer = about_.exchanges[one.responses[i]];
        arrow.answer = marks_.exchanges[{about_.connections[answer.connection].id, answer.number}];
        arrow.status = answer.status;
      }
      found.push_back(arrow);
    }
  }
  std::ranges::stable_sort(found, {}, &drawn_command::sent);
  std::vector<const drawn_command*> all;
  for (const drawn_command& one : found) all.push_back(&one);
  json out = json::array();
  const auto apart = [&](const drawn_command& one) { return distance(one.sent, one.answer.arrived, focus_); };
  for (const drawn_command* one : nearest("commands", all, limits_.commands_max, apart))
    out.push_back({{"id", cut_text(one->what->id, label_bytes_max)},
                   {"name", cut_text(one->what->name, label_bytes_max)},
                   {"lane", one->on_lane},
                   {"sent", records_.use(one->sent)},
                   {"delivered", records_.use(one->delivered)},
                   {"answered", records_.use(one->answer.sent)},
                   {"arrived", records_.use(one->answer.arrived)},
                   {"status", one->status}});
  return out;
}

/// Everything else that an agent asks: its API server, and its gateway but for streams and answers.
picture_painter::json picture_painter::exchanges() {
  std::vector<const exchange*> all;
  for (const exchange& one : about_.exchanges) {
    const connection& on = about_.connections[one.connection];
    const auto from = lane_of(on.from);
    const bool answer = one.target.find("/agent/response/") != std::string::npos;
    if (from && lanes_[*from].kind == "agent" && !on.stream && !answer && one.request != nullptr)
      all.push_back(&one);
  }
  const auto marks_of = [&](const exchange& one) {
    return marks_.exchanges[{about_.connections[one.connection].id, one.number}];
  };
  const auto apart = [&](const exchange& one) {
    const exchange_marks marks = marks_of(one);
    return distance(std::min(marks.sent, marks.arrived), marks.received, focus_);
  };
  json out = json::array();
  for (const exchange* one : nearest("requests", all, limits_.exchanges_max, apart)) {
    const connection& on = about_.connections[one->connection];
    const exchange_marks marks = marks_of(*one);
    json arrow{{"lane", *lane_of(on.from)},
               {"name", cut_text(one->method + " " + one->target, label_bytes_max)},
               {"sent", records_.use(marks.sent)},
               {"arrived", records_.use(marks.arrived)},
               {"answered", records_.use(marks.answered)},
               {"received", records_.use(marks.received)},
               {"status", one->status != 0 ? one->status : one->status_sent}};
    if (const auto far = lane_at_far_end(on.from, on.to)) arrow["to"] = *far;
    out.push_back(std::move(arrow));
  }
  return out;
}

}  // namespace kitfox::conformance
