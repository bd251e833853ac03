// Everything but backoff: each check on a good transcript, a bad one, and one that shows nothing.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

using ends = tape::ends;

const nlohmann::json call_of_prod{{"as", "acme/payments"}, {"cluster", "prod"}, {"timeout", 10.0}};
const nlohmann::json ok_answer{
    {"ok", true}, {"result", {{"pod_count", 1}}}, {"request_id", "r-1234567890123456789012"}};
const std::string request_id = "r-1234567890123456789012";

TEST(Expired, MustNotBeStarted) {
  tape good = connected_tape(), bad = connected_tape();
  for (tape* one : {&good, &bad}) one->command(10, 1, request_id, "list_services", 5);
  bad.reads(20, 20.1, 7, "prod/0", "/api/v1/namespaces/default/services");
  for (tape* one : {&good, &bad})
    one->responds(21, 8, "prod/0", "k", request_id, {{"ok", false}, {"error_code", "expired"}});
  EXPECT_EQ(opinion_of("expired", "CMD-3", good.until(30)), opinion::fine);
  EXPECT_EQ(opinion_of("expired", "CMD-3", bad.until(30)), opinion::broken);
  EXPECT_EQ(opinion_of("expired", "CMD-3", connected_tape().until(30)), opinion::nothing_to_see);
}

TEST(Expired, IsTheAnswerToACommandThatCameTooLate) {
  const nlohmann::json message{
      {"request_id", request_id}, {"command", "list_services"}, {"timeout", 5.0}, {"deadline", "t"}};
  const auto late = [&](const nlohmann::json& sent, const char* code) {
    tape out = connected_tape();
    out.event(10, 1, "command", sent, tape::ends::sent_only);
    out.event(17, 1, "command", sent, tape::ends::delivered_only);
    if (code != nullptr)
      out.responds(17.1, 8, "prod/0", "k", request_id, {{"ok", false}, {"error_code", code}}, 410);
    return out.until(30);
  };
  nlohmann::json of_old = message;
  of_old.erase("deadline");
  EXPECT_EQ(opinion_of("expired", "CMD-3", late(message, "expired")), opinion::fine);
  EXPECT_EQ(opinion_of("expired", "CMD-3", late(message, "timeout")), opinion::broken);
  EXPECT_EQ(opinion_of("expired", "CMD-3", late(message, nullptr)), opinion::broken);
  EXPECT_EQ(opinion_of("expired", "CMD-3", late(of_old, nullptr)), opinion::nothing_to_see);
}

TEST(Expired, IsNoAnswerToACommandThatHasTime) {
  tape run = connected_tape();
  run.command(10, 1, request_id, "list_services", 5);
  run.responds(11, 8, "prod/0", "k", request_id, {{"ok", false}, {"error_code", "expired"}});
  EXPECT_EQ(opinion_of("expired", "CMD-3", run.until(30)), opinion::broken);
}

TEST(Expired, IsNotBlamedForTheCallOfAnotherCommand) {
  tape run = connected_tape();
  run.command(10, 1, request_id, "list_services", 5).command(18, 1, request_id + "b", "list_services", 30);
  run.reads(20, 20.1, 7, "prod/0", "/api/v1/namespaces/default/services");
  run.responds(21, 8, "prod/0", "k", request_id, {{"ok", false}, {"error_code", "expired"}});
  run.responds(22, 9, "prod/0", "k", request_id + "b", {{"ok", true}, {"result", 1}});
  EXPECT_EQ(opinion_of("expired", "CMD-3", run.until(30)), opinion::fine);
}

TEST(Leaks, AreFoundInLogsBodiesAndEvents) {
  tape logged = connected_tape(), answered = connected_tape();
  logged.logs(3, "prod/0", "oops", {{"leak", "k"}});
  answered.responds(3, 8, "prod/0", "k", request_id, {{"ok", true}});
  answered.answers(4, 8, 1, 404, {}, {{"leak", true}});
  EXPECT_EQ(opinion_of("leaks", "CON-7", connected_tape().until(9)), opinion::fine);
  EXPECT_EQ(opinion_of("leaks", "CON-7", logged.until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("leaks", "CON-7", answered.until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("leaks", "CON-7", tape{}.until(9)), opinion::nothing_to_see);
}

tape metrics(const std::string& body, const std::string& type = "text/plain; version=0.0.4; charset=utf-8") {
  tape out = connected_tape();
  out.dials(2, 5, "caller->gateway").asks(2, 5, 1, "GET", "/metrics");
  return out.answers(3, 5, 1, 200, body, {{"content-type", type}});
}

TEST(Metrics, AreWellFormedTextWithLabelsOfTheGatewaysOwn) {
  EXPECT_EQ(opinion_of("metrics", "OBS-1", metrics("# TYPE a counter\na{code=\"ok\"} 1\n").until(9)),
            opinion::fine);
  EXPECT_EQ(opinion_of("metrics", "OBS-1", metrics("a{code=ok} 1\n").until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("metrics", "OBS-1", metrics("a 1\n", "text/plain").until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("metrics", "OBS-1", metrics("a{cluster=\"prod\"} 1\n").until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("metrics", "OBS-1", metrics("a{team=\"acme/payments\"} 1\n").until(9)),
            opinion::broken);
  EXPECT_EQ(opinion_of("metrics", "OBS-1", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(Routable, IsJudgedBesideFaultsOnOtherStreams) {
  const auto call_told = [](const char* code, std::uint64_t faulty) {
    tape out = connected_tape();
    out.plans_fault(2, "rst#1", "*->gateway").fires_fault(3, "rst#1", faulty);
    return out.calls(10, 10.05, "1", call_of_prod, "list_pods", 200, {{"ok", false}, {"error_code", code}})
        .until(20);
  };
  EXPECT_EQ(opinion_of("routable", "HA-1", call_told("denied", 77)), opinion::fine);
  EXPECT_EQ(opinion_of("routable", "HA-1", call_told("unavailable", 77)), opinion::broken);
  EXPECT_EQ(opinion_of("routable", "HA-1", call_told("unavailable", 1)), opinion::nothing_to_see);
}

TEST(Routable, IsJudgedOfACallersOwnClustersAlone) {
  const auto called_by = [](const char* team) {
    tape out = connected_tape();
    out.facts()["clusters"] = {{"prod", {{"team", "acme/payments"}}}};
    return out
        .calls(10, 10.05, "1", {{"as", team}, {"cluster", "prod"}}, "list_pods", 200,
               {{"ok", false}, {"error_code", "unavailable"}})
        .until(20);
  };
  EXPECT_EQ(opinion_of("routable", "HA-1", called_by("acme/payments")), opinion::broken);
  EXPECT_EQ(opinion_of("routable", "HA-1", called_by("acme/search")), opinion::nothing_to_see);
}

TEST(Routable, SaysSoAtOnceWhereNobodyIsConnected) {
  const auto answered_after = [](double wait) {
    tape out;
    out.starts(0, "gateway", "gateway").issues_key(0, "k", "prod", "acme/payments");
    return out
        .calls(10, 10 + wait, "1", call_of_prod, "list_pods", 200,
               {{"ok", false}, {"error_code", "unavailable"}})
        .until(20);
  };
  EXPECT_EQ(opinion_of("routable", "RTE-2", answered_after(0.05)), opinion::fine);
  EXPECT_EQ(opinion_of("routable", "RTE-2", answered_after(0.5)), opinion::broken);
}

TEST(Routable, LeavesAGatewayTheTimeToLearnThatAStreamIsOver) {
  const auto called_after = [](double span) {
    tape out = connected_tape();
    out.ends_by(5, 1, wire_end::client);
    return out
        .calls(5 + span, 5 + span + 0.7, "1", call_of_prod, "list_pods", 200,
               {{"ok", false}, {"error_code", "unavailable"}})
        .until(20);
  };
  EXPECT_EQ(opinion_of("routable", "RTE-2", called_after(0.05)), opinion::nothing_to_see);
  EXPECT_EQ(opinion_of("routable", "RTE-2", called_after(0.2)), opinion::broken);
}

TEST(NoEviction, BlamesAGatewayThatClosesTheOtherReplica) {
  const auto two = [](bool evicted, bool disturbed) {
    tape out = connected_tape();
    out.starts(0, "prod/1", "agent", "prod").connects(5, 2, "prod/1", "k", "other");
    if (disturbed) out.fires_fault(5, "stall#1", 1);
    if (evicted) out.ends_by(5.1, 1, wire_end::server);
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", two(false, false)), opinion::fine);
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", two(true, false)), opinion::broken);
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", two(true, true)), opinion::fine);
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", connected_tape().until(60)), opinion::nothing_to_see);
}

TEST(Misroutes, AreDeliveriesToAnotherCluster) {
  const auto delivered_to = [](const std::string& node) {
    tape out = connected_tape();
    out.starts(0, "other/0", "agent", "other").issues_key(0, "o", "other", "acme/payments");
    out.connects(1, 2, "other/0", "o", "j").command(5, node == "prod/0" ? 1 : 2, request_id, "list_pods");
    return out.calls(5, 6, "1", call_of_prod, "list_pods", 200, ok_answer).until(9);
  };
  EXPECT_EQ(opinion_of("misroutes", "RTE-1", delivered_to("prod/0")), opinion::fine);
  EXPECT_EQ(opinion_of("misroutes", "RTE-1", delivered_to("other/0")), opinion::broken);
  EXPECT_EQ(opinion_of("misroutes", "RTE-1", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(Replacement, ClosesTheOldStreamOfAnInstance) {
  const auto old_ends = [](double t) {
    tape out = connected_tape();
    out.connects(10, 2, "prod/0", "k");
    return out.ends_by(t, 1, wire_end::server).until(60);
  };
  EXPECT_EQ(opinion_of("replacement", "HA-2", old_ends(10.9)), opinion::fine);
  EXPECT_EQ(opinion_of("replacement", "HA-2", old_ends(12)), opinion::broken);
  EXPECT_EQ(opinion_of("replacement", "HA-2", connected_tape().until(60)), opinion::nothing_to_see);
}

TEST(RevokedStreams, EndWithinASecond) {
  const auto closed_at = [](double t) {
    tape out = connected_tape();
    return out.revokes(10, 10, "k").ends_by(t, 1, wire_end::server).until(60);
  };
  EXPECT_EQ(opinion_of("revoked-streams", "REV-1", closed_at(10.5)), opinion::fine);
  EXPECT_EQ(opinion_of("revoked-streams", "REV-1", closed_at(12)), opinion::broken);
  EXPECT_EQ(opinion_of("revoked-streams", "REV-1", connected_tape().until(60)), opinion::nothing_to_see);
}

TEST(NothingAfterRevocation, IsSentOrTaken) {
  const auto run = [](double sent, int status) {
    tape out = connected_tape();
    out.revokes(10, 10, "k").command(sent, 1, request_id, "list_pods");
    return out.responds(20, 8, "prod/0", "k", request_id, {{"ok", true}}, status).until(60);
  };
  EXPECT_EQ(opinion_of("nothing-after-revocation", "REV-2", run(9, 401)), opinion::fine);
  EXPECT_EQ(opinion_of("nothing-after-revocation", "REV-2", run(11, 401)), opinion::broken);
  EXPECT_EQ(opinion_of("nothing-after-revocation", "REV-2", run(9, 200)), opinion::broken);
}

TEST(RevokedConnects, AreRefused) {
  tape out = connected_tape();
  out.revokes(10, 10, "k");
  tape refused = out, admitted = out;
  EXPECT_EQ(opinion_of("revoked-connects", "REV-3", refused.refused(20, 2, "prod/0", "k", 401).until(60)),
            opinion::fine);
  EXPECT_EQ(opinion_of("revoked-connects", "REV-3", admitted.connects(20, 2, "prod/0", "k").until(60)),
            opinion::broken);
  EXPECT_EQ(opinion_of("revoked-connects", "REV-3", out.until(60)), opinion::nothing_to_see);
}

TEST(OtherKeys, KeepTheirStreams) {
  const auto run = [](bool closed) {
    tape out = connected_tape();
    out.issues_key(2, "second", "prod", "acme/payments").revokes(10, 10, "second");
    if (closed) out.ends_by(10.2, 1, wire_end::server);
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("other-keys", "REV-5", run(false)), opinion::fine);
  EXPECT_EQ(opinion_of("other-keys", "REV-5", run(true)), opinion::broken);
  EXPECT_EQ(opinion_of("other-keys", "REV-5", connected_tape().until(60)), opinion::nothing_to_see);
}

TEST(Watchdog, EndsASilentStreamInTime) {
  const auto closes_at = [](double t) {
    tape out = connected_tape();
    return out.ends_by(t, 1, wire_end::client).until(200);
  };
  EXPECT_EQ(opinion_of("watchdog", "LIV-2", closes_at(47)), opinion::fine);
  EXPECT_EQ(opinion_of("watchdog", "LIV-2", closes_at(80)), opinion::broken);
  EXPECT_EQ(opinion_of("watchdog", "LIV-2", closes_at(10)), opinion::nothing_to_see);
}

TEST(Heartbeats, ComeAtLeastEveryInterval) {
  EXPECT_EQ(opinion_of("heartbeats", "LIV-1", connected_tape().heartbeats(14, 100, 1, 14).until(105)),
            opinion::fine);
  EXPECT_EQ(opinion_of("heartbeats", "LIV-1", connected_tape().heartbeats(14, 100, 1, 40).until(105)),
            opinion::broken);
  EXPECT_EQ(opinion_of("heartbeats", "LIV-1", connected_tape().until(5)), opinion::nothing_to_see);
}

TEST(Readiness, FollowsTheConnectedEvent) {
  const auto ready_at = [](double t) {
    tape out = connected_tape();
    out.logs(t, "prod/0", "readiness", {{"ready", true}});
    return out.logs(50, "prod/0", "readiness", {{"ready", false}}).until(60);
  };
  EXPECT_EQ(opinion_of("readiness", "CON-4", ready_at(1.5)), opinion::fine);
  EXPECT_EQ(opinion_of("readiness", "CON-4", ready_at(0.5)), opinion::broken);
  EXPECT_EQ(opinion_of("readiness", "CON-4", connected_tape().until(60)), opinion::nothing_to_see);
}

TEST(Readiness, IsOverSoonAfterTheStream) {
  const auto lost_and_ready_until = [](double lost, double unready) {
    tape out = connected_tape();
    out.logs(1, "prod/0", "readiness", {{"ready", true}}).ends_by(lost, 1, wire_end::server);
    return out.logs(unready, "prod/0", "readiness", {{"ready", false}}).until(100);
  };
  EXPECT_EQ(opinion_of("readiness", "LIV-5", lost_and_ready_until(10, 54)), opinion::fine);
  EXPECT_EQ(opinion_of("readiness", "LIV-5", lost_and_ready_until(10, 56)), opinion::broken);
  EXPECT_EQ(opinion_of("readiness", "LIV-5", lost_and_ready_until(1, 47)), opinion::broken) << "at once";
}

TEST(AgentStop, AnswersWhatRunsAndExitsWithNothing) {
  const auto run = [](bool answered, double exit, int code) {
    tape out = connected_tape();
    out.command(5, 1, request_id, "list_pods").signals(6, "prod/0", "stop");
    if (answered) out.responds(7, 8, "prod/0", "k", request_id, {{"ok", true}});
    return out.exits(exit, "prod/0", code).until(90);
  };
  EXPECT_EQ(opinion_of("agent-stop", "DRN-3", run(true, 8, 0)), opinion::fine);
  EXPECT_EQ(opinion_of("agent-stop", "DRN-3", run(false, 8, 0)), opinion::broken);
  EXPECT_EQ(opinion_of("agent-stop", "DRN-3", run(true, 60, 0)), opinion::broken);
  for (const int code : {1, 143})
    EXPECT_EQ(opinion_of("agent-stop", "DRN-3", run(true, 8, code)), opinion::broken) << code;
  EXPECT_EQ(opinion_of("agent-stop", "DRN-3", connected_tape().until(90)), opinion::nothing_to_see);
}

TEST(UnfinishedEvents, AreNotAnswered) {
  tape cut = connected_tape();
  cut.command(5, 1, request_id, "list_pods", 30, ends::sent_only).cut(5, 1);
  tape answered = cut;
  answered.responds(7, 8, "prod/0", "k", request_id, {{"ok", true}});
  EXPECT_EQ(opinion_of("unfinished-events", "SSE-5", cut.until(9)), opinion::fine);
  EXPECT_EQ(opinion_of("unfinished-events", "SSE-5", answered.until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("unfinished-events", "SSE-5", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(NoEviction, IsOfAStreamWhoseResponseTheGatewayEndsWhoeverClosesTheConnection) {
  const auto ended_first_by = [](wire_end who) {
    tape out = connected_tape();
    out.starts(3, "prod/1", "agent", "prod").connects(4, 2, "prod/1", "k", "j");
    if (who == wire_end::server) out.response_ends(4.5, 1);
    return out.ends_by(4.6, 1, wire_end::client).until(9);
  };
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", ended_first_by(wire_end::server)), opinion::broken);
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", ended_first_by(wire_end::client)), opinion::fine);
}

TEST(NoEviction, IsSeenWhereAllOfItHappensAtOneInstant) {
  const auto ended_first_by = [](wire_end who) {
    tape out = connected_tape();
    out.starts(3, "prod/1", "agent", "prod").connects(4, 2, "prod/1", "k", "j");
    return out.ends_by(4, 1, who).until(9);
  };
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", ended_first_by(wire_end::server)), opinion::broken);
  EXPECT_EQ(opinion_of("no-eviction", "RTE-4", ended_first_by(wire_end::client)), opinion::fine);
}

TEST(SingleDelivery, IsOnceForEachRequestId) {
  tape once = connected_tape(), twice = connected_tape();
  once.command(5, 1, request_id, "list_pods");
  twice.command(5, 1, request_id, "list_pods").command(6, 1, request_id, "list_pods");
  EXPECT_EQ(opinion_of("single-delivery", "IDM-2", once.until(9)), opinion::fine);
  EXPECT_EQ(opinion_of("single-delivery", "IDM-2", twice.until(9)), opinion::broken);
  EXPECT_EQ(opinion_of("single-delivery", "IDM-2", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(CallsEnd, ByTheirDeadline) {
  const auto ended_at = [](double t) {
    tape out = connected_tape();
    return out.calls(5, t, "1", call_of_prod, "list_pods", 200, ok_answer).until(60);
  };
  EXPECT_EQ(opinion_of("calls-end", "IDM-3", ended_at(16)), opinion::fine);
  EXPECT_EQ(opinion_of("calls-end", "IDM-3", ended_at(40)), opinion::broken);
  EXPECT_EQ(opinion_of("calls-end", "IDM-3", connected_tape().until(60)), opinion::nothing_to_see);
}

TEST(ErrorCodes, AreOfTheClosedList) {
  const auto answered = [](nlohmann::json body) {
    tape out = connected_tape();
    out.command(5, 1, request_id, "list_pods");
    return out.responds(7, 8, "prod/0", "k", request_id, std::move(body)).until(9);
  };
  EXPECT_EQ(opinion_of("error-codes", "RSP-6", answered({{"ok", false}, {"error_code", "busy"}})),
            opinion::fine);
  EXPECT_EQ(opinion_of("error-codes", "RSP-6", answered({{"ok", false}, {"error_code", "oops"}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("error-codes", "RSP-6", answered({{"ok", false}, {"error", "oops"}})),
            opinion::broken);
  EXPECT_EQ(opinion_of("error-codes", "RSP-6", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(WrongSecrets, AreRefused) {
  const auto answered = [](int status) {
    tape out = connected_tape();
    out.dials(2, 5, "prod/1->gateway");
    out.asks(2, 5, 1, "GET", "/gateway/agent/connect", "k", {}, {{"credential", "wrong"}});
    return out.answers(3, 5, 1, status).until(9);
  };
  EXPECT_EQ(opinion_of("wrong-secrets", "CON-1", answered(401)), opinion::fine);
  EXPECT_EQ(opinion_of("wrong-secrets", "CON-1", answered(200)), opinion::broken);
  EXPECT_EQ(opinion_of("wrong-secrets", "CON-1", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(ConnectStatuses, NeverCallAnOutageARefusal) {
  const auto answered = [](int status, nlohmann::json more) {
    tape out = connected_tape();
    return out.refused(5, 2, "prod/0", "k", status, std::move(more)).until(9);
  };
  EXPECT_EQ(opinion_of("connect-statuses", "CON-3", answered(503, {{"retry-after", "5"}})), opinion::fine);
  EXPECT_EQ(opinion_of("connect-statuses", "CON-3", answered(503, nullptr)), opinion::broken);
  EXPECT_EQ(opinion_of("connect-statuses", "CON-3", answered(401, nullptr)), opinion::broken);
  EXPECT_EQ(opinion_of("connect-statuses", "CON-3", tape{}.until(9)), opinion::nothing_to_see);
}

}  // namespace
}  // namespace kitfox::conformance
