// Forms, results, connections, figures and lists: each check on a good transcript, a bad one, and one that
// shows nothing.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

using ends = tape::ends;

/// A gateway, and an agent that is connected from second 1.
tape greeted() {
  tape out;
  out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
  out.issues_key(0, "k", "prod", "acme/payments");
  return out.connects(1, 1, "prod/0", "k");
}
const std::string command_id = "r-1234567890123456789012";

/// A request of an agent's key on a connection of its own, and its answer.
tape& asked(tape& on, double t, std::uint64_t conn, const std::string& from, const std::string& method,
            const std::string& target, int status, const std::string& body, nlohmann::json fields = nullptr) {
  on.dials(t, conn, from + "->gateway").asks(t, conn, 1, method, target, "k");
  return on.answers(t, conn, 1, status, body, std::move(fields));
}

TEST(RefusalFields, NameTheSchemeAndTheMethods) {
  const auto refused = [](int status, nlohmann::json fields) {
    tape out = greeted();
    return asked(out, 5, 9, "caller", "GET", "/agent/connect", status, "{}", std::move(fields)).until(9);
  };
  EXPECT_EQ(opinion_of("refusal-fields", "CON-11", refused(401, {{"www-authenticate", "Bearer"}})),
            opinion::fine);
  EXPECT_EQ(opinion_of("refusal-fields", "CON-11", refused(401, nullptr)), opinion::broken);
  EXPECT_EQ(opinion_of("refusal-fields", "CON-11", greeted().until(9)), opinion::nothing_to_see);
  EXPECT_EQ(opinion_of("refusal-fields", "BAD-7", refused(405, {{"allow", "GET"}})), opinion::fine);
  EXPECT_EQ(opinion_of("refusal-fields", "BAD-7", refused(405, nullptr)), opinion::broken);
}

TEST(ConnectRequest, AsksForAnEventStreamWithAKey) {
  const auto asking = [](nlohmann::json fields, const std::string& key) {
    tape out;
    out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
    out.dials(1, 1, "prod/0->gateway")
        .asks(1, 1, 1, "GET", "/gateway/agent/connect", key, {}, std::move(fields));
    return out.until(9);
  };
  const nlohmann::json right{{"accept", "text/event-stream"}};
  EXPECT_EQ(opinion_of("connect-request", "CON-12", asking(right, "k")), opinion::fine);
  EXPECT_EQ(opinion_of("connect-request", "CON-12", asking({{"accept", "*/*"}}, "k")), opinion::broken);
  EXPECT_EQ(opinion_of("connect-request", "CON-12", asking(nullptr, "k")), opinion::broken);
  EXPECT_EQ(opinion_of("connect-request", "CON-12", asking(right, "")), opinion::broken);
  EXPECT_EQ(opinion_of("connect-request", "CON-12", tape{}.until(9)), opinion::nothing_to_see);
}

TEST(CommandDeadline, IsAnInstantInUtc) {
  const auto sent_with = [](nlohmann::json deadline) {
    tape out = greeted();
    nlohmann::json message{{"request_id", command_id}, {"command", "list_pods"}};
    if (!deadline.is_null()) message["deadline"] = std::move(deadline);
    return out.event(5, 1, "command", message, ends::sent_only).until(9);
  };
  const auto of = [](const transcript& on) { return opinion_of("command-deadline", "CMD-3", on); };
  for (const auto* good : {"2026-01-15T09:30:30Z", "2026-01-15T09:30:30.250Z"})
    EXPECT_EQ(of(sent_with(good)), opinion::fine) << good;
  for (const auto* bad : {"", "soon", "2026-01-15", "2026-01-15 09:30:30Z", "2026-01-15T09:30:30+02:00"})
    EXPECT_EQ(of(sent_with(bad)), opinion::broken) << bad;
  EXPECT_EQ(of(sent_with(nullptr)), opinion::broken);
  EXPECT_EQ(of(sent_with(1768469430)), opinion::broken);
  EXPECT_EQ(of(greeted().until(9)), opinion::nothing_to_see);
}

TEST(Greeting, ComesFirstAndOnceAndSaysWhere) {
  const nlohmann::json hello{{"cluster_id", "c"}, {"message", "hi"}};
  const auto stream_of = [](const std::vector<std::pair<std::string, nlohmann::json>>& events) {
    tape out;
    out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
    out.dials(1, 1, "prod/0->gateway").asks(1, 1, 1, "GET", "/agent/connect", "k").answers(1, 1, 1, 200);
    for (const auto& [type, data] : events) out.event(2, 1, type, data);
    return out.until(9);
  };
  EXPECT_EQ(opinion_of("greeting", "CON-13", stream_of({{"connected", hello}, {"drain", {}}})),
            opinion::fine);
  EXPECT_EQ(opinion_of("greeting", "CON-13", stream_of({{"connected", hello}, {"connected", hello}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("greeting", "CON-13", stream_of({{"drain", {}}, {"connected", hello}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("greeting", "CON-13", stream_of({{"connected", {{"cluster_id", 1}}}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("greeting", "CON-13", stream_of({})), opinion::nothing_to_see);
}

TEST(MediaType, IsNoReasonToLeave) {
  const auto stream_of = [](const std::string& type, bool leaves) {
    tape out;
    out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
    out.dials(1, 1, "prod/0->gateway").asks(1, 1, 1, "GET", "/agent/connect", "k");
    out.answers(1, 1, 1, 200, {}, {{"content-type", type}});
    out.event(1, 1, "connected", {{"cluster_id", "c"}, {"message", "hi"}});
    if (leaves) out.ends_by(1.5, 1, wire_end::client);
    return out.until(9);
  };
  EXPECT_EQ(opinion_of("media-type", "SSE-7", stream_of("Text/Event-Stream;a=b", false)), opinion::fine);
  EXPECT_EQ(opinion_of("media-type", "SSE-7", stream_of("Text/Event-Stream;a=b", true)), opinion::broken);
  EXPECT_EQ(opinion_of("media-type", "SSE-7", stream_of("text/event-stream", true)), opinion::nothing_to_see);
}

TEST(PostedHeartbeats, AreAnsweredByWhetherThereIsAStream) {
  const std::string ok = R"({"ok":true,"timestamp":"2026-01-15T09:30:15Z"})";
  const auto posted = [](double t, int status, const std::string& body) {
    tape out = greeted();
    out.ends_by(20, 1, wire_end::server);
    return asked(out, t, 9, "prod/0", "POST", "/agent/heartbeat", status, body).until(60);
  };
  EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(10, 200, ok)), opinion::fine);
  EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(10, 404, "{}")), opinion::broken);
  EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(10, 200, "{}")), opinion::broken);
  EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(30, 404, "{}")), opinion::fine);
  EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(30, 200, ok)), opinion::broken);
  EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(20.5, 200, ok)), opinion::nothing_to_see);
}

TEST(PostedHeartbeats, AreJudgedByTheStreamOfTheirTime) {
  const std::string ok = R"({"ok":true,"timestamp":"2026-01-15T09:30:15Z"})";
  // One stream until 20, a long one from 30 to 90 and, beside it, a short one from 40 to 50.
  const auto posted = [&](double t, int status) {
    tape out = greeted();
    out.ends_by(20, 1, wire_end::server);
    out.connects(30, 2, "prod/0", "k").ends_by(90, 2, wire_end::server);
    out.connects(40, 3, "prod/0", "k").ends_by(50, 3, wire_end::server);
    return asked(out, t, 9, "prod/0", "POST", "/agent/heartbeat", status, ok).until(120);
  };
  for (const double with_stream : {10.0, 35.0, 45.0, 70.0}) {
    EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(with_stream, 200)), opinion::fine);
    EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(with_stream, 404)), opinion::broken);
  }
  for (const double without_stream : {25.0, 95.0}) {
    EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(without_stream, 200)), opinion::broken);
    EXPECT_EQ(opinion_of("posted-heartbeats", "LIV-8", posted(without_stream, 404)), opinion::fine);
  }
}

TEST(NoReturn, HoldsFromTheSignalOn) {
  tape stays = greeted(), returns = greeted();
  for (tape* one : {&stays, &returns}) one->signals(5, "prod/0", "stop").ends_by(6, 1, wire_end::client);
  returns.connects(7, 2, "prod/0", "k");
  EXPECT_EQ(opinion_of("no-return", "DRN-5", stays.until(9)), opinion::fine);
  EXPECT_EQ(opinion_of("no-return", "DRN-5", returns.until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("no-return", "DRN-5", greeted().until(9)), opinion::nothing_to_see);
}

TEST(ResultShapes, AreThoseOfTheTable) {
  const auto answered = [](nlohmann::json result) {
    tape out = greeted();
    out.command(3, 1, command_id, "list_namespaces");
    return out.responds(4, 8, "prod/0", "k", command_id, {{"ok", true}, {"result", std::move(result)}})
        .until(9);
  };
  const nlohmann::json one{{"name", "a"}, {"status", "Active"}, {"created_at", nullptr}};
  EXPECT_EQ(opinion_of("result-shapes", "CMD-8", answered({{"namespace_count", 1}, {"namespaces", {one}}})),
            opinion::fine);
  EXPECT_EQ(opinion_of("result-shapes", "CMD-8", answered({{"namespace_count", "1"}, {"namespaces", {one}}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("result-shapes", "CMD-8",
                       answered({{"namespace_count", 1}, {"namespaces", {{{"name", 1}}}}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("result-shapes", "CMD-8", greeted().until(9)), opinion::nothing_to_see);
}

TEST(ResultShapes, ReachIntoListsAndObjectsOfAddedCommands) {
  const auto events = [](nlohmann::json object) {
    tape out = greeted();
    out.command(3, 1, command_id, "list_events");
    const nlohmann::json event{{"type", "Warning"},          {"reason", "BackOff"},
                               {"message", nullptr},         {"count", 57},
                               {"first_timestamp", nullptr}, {"last_timestamp", nullptr},
                               {"namespace", "shop"},        {"object", std::move(object)}};
    const nlohmann::json result{{"namespace", "*"}, {"event_count", 1}, {"events", {event}}};
    return opinion_of(
        "result-shapes", "CMD-8",
        out.responds(4, 8, "prod/0", "k", command_id, {{"ok", true}, {"result", result}}).until(9));
  };
  EXPECT_EQ(events({{"kind", "Pod"}, {"name", "a"}, {"namespace", nullptr}}), opinion::fine);
  EXPECT_EQ(events({{"kind", "Pod"}, {"name", 1}, {"namespace", nullptr}}), opinion::broken);
  EXPECT_EQ(events({{"kind", "Pod"}, {"name", "a"}}), opinion::broken);
  EXPECT_EQ(events("Pod a"), opinion::broken);
}

TEST(CommonId, IsWhatTheAgentWasGiven) {
  const auto told = [](nlohmann::json answer) {
    tape out = greeted();
    out.command(3, 1, command_id, "list_pods");
    out.calls(2, 5, "1", {{"as", "acme/payments"}, {"cluster", "prod"}}, "list_pods", 200, std::move(answer));
    return out.until(9);
  };
  EXPECT_EQ(opinion_of("common-id", "OBS-5", told({{"ok", true}, {"request_id", command_id}})),
            opinion::fine);
  EXPECT_EQ(opinion_of("common-id", "OBS-5", told({{"ok", true}, {"request_id", "another"}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("common-id", "OBS-5", told({{"ok", true}})), opinion::broken);
  EXPECT_EQ(opinion_of("common-id", "OBS-5", told({{"ok", false}})), opinion::nothing_to_see);
}

TEST(Answered, GoesByTheWholeOfTheData) {
  const auto given = [](const std::string& data, bool answered) {
    tape out = greeted();
    out.event(3, 1, "command",
              nlohmann::json::parse(data, nullptr, false).is_discarded() ? nlohmann::json(data)
                                                                         : nlohmann::json::parse(data));
    if (answered) out.responds(4, 8, "prod/0", "k", command_id, {{"ok", true}});
    return out.until(60);
  };
  const std::string plain = R"({"request_id":")" + command_id + R"(","command":"list_pods","params":{}})";
  const std::string separated = R"({"request_id":")" + command_id +
                                "\",\"command\":\"list_pods\",\"params\":{\"a\":\"b\xe2\x80\xa8\"}}";
  EXPECT_EQ(opinion_of("answered", "SSE-2", given(plain, true)), opinion::fine);
  EXPECT_EQ(opinion_of("answered", "SSE-2", given(plain, false)), opinion::broken);
  EXPECT_EQ(opinion_of("answered", "SSE-1", given(plain, true)), opinion::nothing_to_see);
  EXPECT_EQ(opinion_of("answered", "SSE-1", given(separated, true)), opinion::fine);
  EXPECT_EQ(opinion_of("answered", "SSE-1", given(separated, false)), opinion::broken);
}

TEST(AmbiguousEnds, AreTheLastThingOnTheirConnection) {
  const auto sent = [](int status, bool more) {
    tape out = greeted();
    out.dials(3, 9, "caller->gateway")
        .asks(3, 9, 1, "POST", "/agent/heartbeat", {}, "{}", {{"ambiguous", true}});
    if (status != 0) out.answers(3, 9, 1, status);
    if (more) out.asks(3, 9, 2, "GET", "/health").answers(3, 9, 2, 200);
    return out.until(9);
  };
  EXPECT_EQ(opinion_of("ambiguous-ends", "BAD-6", sent(400, false)), opinion::fine);
  EXPECT_EQ(opinion_of("ambiguous-ends", "BAD-6", sent(0, false)), opinion::fine);
  EXPECT_EQ(opinion_of("ambiguous-ends", "BAD-6", sent(200, false)), opinion::broken);
  EXPECT_EQ(opinion_of("ambiguous-ends", "BAD-6", sent(401, true)), opinion::broken);
  EXPECT_EQ(opinion_of("ambiguous-ends", "BAD-6", greeted().until(9)), opinion::nothing_to_see);
}

TEST(KeptConnections, AreUsedAgain) {
  tape kept = greeted(), fresh = greeted(), closed = greeted();
  for (tape* one : {&kept, &fresh, &closed})
    asked(*one, 3, 8, "prod/0", "POST", "/agent/response/" + command_id, 200, "{}");
  kept.asks(4, 8, 2, "POST", "/agent/response/b", "k").answers(4, 8, 2, 200);
  closed.ends_by(3.5, 8, wire_end::server);
  for (tape* one : {&fresh, &closed}) asked(*one, 4, 9, "prod/0", "POST", "/agent/response/b", 200, "{}");
  EXPECT_EQ(opinion_of("kept-connections", "RSP-7", kept.until(9)), opinion::fine);
  EXPECT_EQ(opinion_of("kept-connections", "RSP-7", fresh.until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("kept-connections", "RSP-7", closed.until(9)), opinion::nothing_to_see);
}

TEST(KeptConnections, AreFreeOnceTheirAnswerCanHaveBeenRead) {
  for (const auto& [next, expected] : {std::pair{3.1, opinion::fine}, std::pair{3.5, opinion::broken}}) {
    tape run = greeted();
    run.facts()["world"] = "sockets";
    asked(run, 3, 8, "prod/0", "POST", "/agent/response/" + command_id, 200, "{}");
    asked(run, next, 9, "prod/0", "POST", "/agent/response/b", 200, "{}");
    EXPECT_EQ(opinion_of("kept-connections", "RSP-7", run.until(9)), expected) << next;
  }
}

TEST(AbandonedCalls, EndWithTheirCommand) {
  const auto call_until = [](double end, double cancelled_at) {
    tape out = greeted();
    out.command(3, 1, command_id, "list_pods", 10);
    out.dials(3, 7, "prod/0->kubernetes").asks(3, 7, 1, "GET", "/api/v1/namespaces/default/pods");
    if (cancelled_at > 0) out.event(cancelled_at, 1, "cancel", {{"request_id", command_id}});
    out.ends_by(end, 7, wire_end::client);
    return out.until(30);
  };
  EXPECT_EQ(opinion_of("abandoned-calls", "CMD-7", call_until(5.5, 5)), opinion::fine);
  EXPECT_EQ(opinion_of("abandoned-calls", "CMD-7", call_until(9, 5)), opinion::broken);
  EXPECT_EQ(opinion_of("abandoned-calls", "CMD-7", call_until(13.5, 0)), opinion::fine);
  EXPECT_EQ(opinion_of("abandoned-calls", "CMD-7", call_until(20, 0)), opinion::broken);
  EXPECT_EQ(opinion_of("abandoned-calls", "CMD-7", greeted().until(30)), opinion::nothing_to_see);
}

TEST(RequestIds, LookLikeChanceTogether) {
  const auto ids = [](auto make) {
    tape out = greeted();
    for (unsigned i = 0; i < 300; ++i) out.command(2 + i, 1, make(i), "list_pods");
    return out.until(400);
  };
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::uint64_t state = 1;
  const auto random = [&](unsigned) {
    std::string out;
    for (int i = 0; i < 22; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      out += letters[(state >> 40) % letters.size()];
    }
    return out;
  };
  const auto counted = [](unsigned i) { return "AAAAAAAAAAAAAAAAAAAA" + std::to_string(1000 + i); };
  EXPECT_EQ(opinion_of("request-ids", "CMD-6", ids(random)), opinion::fine);
  EXPECT_EQ(opinion_of("request-ids", "CMD-6", ids(counted)), opinion::broken);
}

tape reading_of(const std::string& metrics) {
  tape out = greeted();
  out.dials(10, 5, "caller->gateway").asks(10, 5, 1, "GET", "/metrics");
  return out.answers(10, 5, 1, 200, metrics, {{"content-type", "text/plain; version=0.0.4"}});
}
const std::string whole_metrics =
    "g_connected 1\ng_commands_in_flight 0\ng_command_queue_depth 0\ng_connects_total{result=\"accepted\"} "
    "1\n"
    "g_disconnects_total{reason=\"x\"} 0\ng_responses_total{verdict=\"accepted\"} 0\n"
    "g_commands_total{code=\"denied\"} 1\ng_audit_failures_total 0\ng_dispatch_seconds_count 0\n"
    "g_command_seconds_count 0\ng_revocation_seconds_count 0\n";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Gauges, AreWhatWasSeen) {
  EXPECT_EQ(opinion_of("gauges", "OBS-2", reading_of(whole_metrics).until(20)), opinion::fine);
  for (const char* wrong : {"g_connected 0", "g_connected 2"})
    EXPECT_EQ(
        opinion_of("gauges", "OBS-2", reading_of(with(whole_metrics, "g_connected 1", wrong)).until(20)),
        opinion::broken)
        << wrong;
  EXPECT_EQ(
      opinion_of("gauges", "OBS-2", reading_of(with(whole_metrics, "in_flight 0", "in_flight 3")).until(20)),
      opinion::broken);
  EXPECT_EQ(opinion_of("gauges", "OBS-2", greeted().until(20)), opinion::nothing_to_see);
}

TEST(Counters, AreThereAndNotBelowWhatWasSeen) {
  EXPECT_EQ(opinion_of("counters", "OBS-3", reading_of(whole_metrics).until(20)), opinion::fine);
  EXPECT_EQ(opinion_of("counters", "OBS-3",
                       reading_of(with(whole_metrics, "\"accepted\"} 1", "\"accepted\"} 0")).until(20)),
            opinion::broken);
  EXPECT_EQ(opinion_of("counters", "OBS-3",
                       reading_of(with(whole_metrics, "g_audit_failures_total 0\n", "")).until(20)),
            opinion::broken);
  EXPECT_EQ(opinion_of("counters", "OBS-3", greeted().until(20)), opinion::nothing_to_see);
}

TEST(Counters, KnowDenials) {
  const auto denied_before = [](const std::string& metrics) {
    tape out = reading_of(metrics);
    out.dials(5, 6, "caller->gateway").asks(5, 6, 1, "POST", "/internal/execute");
    const nlohmann::json said{{"ok", false}, {"error_code", "denied"}, {"request_id", command_id}};
    return out.answers(5, 6, 1, 200, said.dump()).until(20);
  };
  EXPECT_EQ(opinion_of("counters", "RBC-3", denied_before(whole_metrics)), opinion::fine);
  EXPECT_EQ(opinion_of("counters", "RBC-3", denied_before(with(whole_metrics, "denied\"} 1", "denied\"} 0"))),
            opinion::broken);
  EXPECT_EQ(opinion_of("counters", "RBC-3", reading_of(whole_metrics).until(20)), opinion::nothing_to_see);
}

tape& listed(tape& on, double t, std::uint64_t conn, const std::string& route, nlohmann::json entry) {
  entry["cluster_name"] = "prod";
  on.dials(t, conn, "caller->gateway").asks(t, conn, 1, "GET", route);
  return on.answers(t, conn, 1, 200, nlohmann::json{{"clusters", {entry}}}.dump());
}

TEST(LastSeen, MovesOnlyWhenTheAgentIsHeard) {
  const auto looked_at = [](const char* then, bool heard) {
    tape out = greeted();
    listed(out, 10, 5, "/internal/clusters", {{"last_heartbeat", "2026-01-01T00:00:01Z"}});
    if (heard) out.heartbeats(12, 18, 1, 6);
    return listed(out, 20, 6, "/internal/clusters", {{"last_heartbeat", then}}).until(30);
  };
  EXPECT_EQ(opinion_of("last-seen", "LIV-4", looked_at("2026-01-01T00:00:01Z", false)), opinion::fine);
  EXPECT_EQ(opinion_of("last-seen", "LIV-4", looked_at("2026-01-01T00:00:15Z", false)), opinion::broken);
  EXPECT_EQ(opinion_of("last-seen", "LIV-4", looked_at("2026-01-01T00:00:15Z", true)),
            opinion::nothing_to_see);
}

TEST(ListedStatus, IsThatOfTheStreamsThatAreOpen) {
  const auto looked_at = [](double t, const char* status) {
    tape out = greeted();
    out.ends_by(20, 1, wire_end::server);
    return listed(out, t, 5, "/api/v1/team/k8s-clusters", {{"status", status}}).until(40);
  };
  EXPECT_EQ(opinion_of("listed-status", "HA-8", looked_at(10, "connected")), opinion::fine);
  EXPECT_EQ(opinion_of("listed-status", "HA-8", looked_at(10, "disconnected")), opinion::broken);
  EXPECT_EQ(opinion_of("listed-status", "HA-8", looked_at(30, "disconnected")), opinion::fine);
  EXPECT_EQ(opinion_of("listed-status", "HA-8", looked_at(30, "connected")), opinion::broken);
  EXPECT_EQ(opinion_of("listed-status", "HA-8", looked_at(20.5, "connected")), opinion::nothing_to_see);
}

}  // namespace
}  // namespace kitfox::conformance
