#include "fakes/fault/test/path_script.hpp"

namespace kitfox::fault::test {
namespace {

const std::string ok = response(200, "{\"ok\":true}");

TEST(Status, AnswersInTheServersPlaceAndKeepsTheConnection) {
  path_script script{{10ms}};
  script.dial();
  script.add(
      "status",
      R"({"code": 503, "retry_after": "2500ms", "path": "/agent/response/*", "request": 2, "body": "x"})");
  script.client(post("/agent/response/1", "{}"));
  script.until(1s);
  EXPECT_EQ(script.received(side::server), post("/agent/response/1", "{}"));
  script.server(ok);
  script.until(2s);
  EXPECT_EQ(script.received(side::client), ok);
  script.client(post("/agent/response/2?x", "{}"));
  script.until(3s);
  EXPECT_EQ(script.received(side::server), "");
  EXPECT_EQ(script.received(side::client),
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nContent-Type: application/json\r\n"
            "Content-Length: 1\r\n\r\nx");
  EXPECT_EQ(script.log().back().substr(0, 5), "2020m");
  script.client(post("/agent/response/3", "{}"));
  script.until(4s);
  EXPECT_EQ(script.received(side::server), post("/agent/response/3", "{}"));
  EXPECT_EQ(script.firings().size(), 1U);
}

TEST(Status, RetryAfterMayBeAnyText) {
  path_script script;
  script.dial();
  script.add("status", R"({"code": 429, "retry_after": "Fri, 31 Dec 2077 23:59:59 GMT", "then": "close"})");
  script.client(connect_request);
  const std::string answer = script.received(side::client);
  EXPECT_NE(answer.find("Retry-After: Fri, 31 Dec 2077 23:59:59 GMT\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  const lines log = script.log();
  EXPECT_EQ(log.back(), "0 1 server fin");
}

TEST(Status, WorksHoweverTheRequestIsCut) {
  const std::string request = post("/a", "body");
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    path_script script;
    script.dial();
    script.add("status", R"({"code": 500})");
    script.client(request.substr(0, cut));
    script.client(request.substr(cut));
    EXPECT_EQ(script.received(side::server), "") << cut;
    EXPECT_EQ(script.received(side::client).substr(0, 12), "HTTP/1.1 500") << cut;
  }
}

TEST(Status, AnswersPipelinedRequestsInOrder) {
  path_script script;
  script.dial();
  script.add("status", R"({"code": 500, "path": "/second", "body": "2"})");
  script.client(post("/first", "") + post("/second", "") + post("/third", ""));
  EXPECT_EQ(script.received(side::client), "");
  EXPECT_EQ(script.received(side::server), post("/first", "") + post("/third", ""));
  script.server(response(200, "1"));
  script.server(response(200, "3"));
  const std::string got = script.received(side::client);
  EXPECT_LT(got.find("\r\n\r\n1"), got.find("\r\n\r\n2"));
  EXPECT_LT(got.find("\r\n\r\n2"), got.find("\r\n\r\n3"));
}

TEST(Status, LeavesARequestAloneThatWasUnderWay) {
  path_script script;
  script.dial();
  const std::string request = post("/a", "body");
  script.client(request.substr(0, 20));
  script.add("status", R"({"code": 500})");
  script.client(request.substr(20));
  EXPECT_EQ(script.received(side::server), request);
  script.server(ok);
  EXPECT_EQ(script.received(side::client), ok);
  script.client(request);
  EXPECT_EQ(script.received(side::client).substr(0, 12), "HTTP/1.1 500");
}

TEST(Status, PassesWhatIsNoHttp) {
  path_script script;
  script.dial();
  script.add("status", R"({"code": 500})");
  script.client(std::string{"\x16\x03\x01", 3});
  script.server("220 smtp\r\n");
  EXPECT_EQ(script.received(side::server), (std::string{"\x16\x03\x01", 3}));
  EXPECT_EQ(script.received(side::client), "220 smtp\r\n");
}

TEST(Redirect, SaysWhereToOrNothing) {
  path_script script;
  script.dial();
  const fault_id there = script.add("redirect", R"({"code": 308, "location": "https://b/"})");
  script.client(connect_request);
  EXPECT_EQ(script.received(side::client),
            "HTTP/1.1 308 Permanent Redirect\r\nLocation: https://b/\r\nContent-Length: 0\r\n\r\n");
  script.heal(there);
  script.add("redirect");
  script.client(connect_request);
  EXPECT_EQ(script.received(side::client).find("Location"), std::string::npos);
}

TEST(LoseResponse, DeliversTheRequestAndCutsWhenTheResponseComes) {
  path_script script;
  script.dial();
  script.add("lose_response", R"({"path": "/agent/response/*"})");
  script.client(post("/agent/response/7", "{}"));
  EXPECT_EQ(script.received(side::server), post("/agent/response/7", "{}"));
  script.log();
  script.until(2s);
  script.server(ok);
  EXPECT_EQ(script.received(side::client), "");
  EXPECT_EQ(script.log(), (lines{"2s 1 client rst", "2s 1 server rst"}));
  EXPECT_EQ(script.firings(),
            (lines{"lose_response 1 \"response lost, rst\" at byte 0, planned 2s, fired 2s, event "
                   "/agent/response/7"}));
}

TEST(Interim, ComesBeforeTheResponseAsOftenAsAskedForAndNeverAsAnUpgrade) {
  const std::string one = " Interim\r\nLink: </style.css>; rel=preload\r\n\r\n";
  for (const auto& [asked, come] :
       {std::pair{R"({"times": 2})", "103"}, {R"({"code": 102, "times": 2})", "102"}}) {
    path_script script;
    script.dial();
    script.add("interim", asked);
    script.client(connect_request);
    script.server(ok);
    const std::string interim = std::string{"HTTP/1.1 "} + come + one;
    EXPECT_EQ(script.received(side::client), interim + interim + ok);
  }
}

TEST(Interim, IsBoundedAndEndsWhenHealed) {
  path_script script;
  script.dial();
  const auto there = script.add("interim", R"({"times": 16})");
  script.client(connect_request);
  script.server(ok);
  const std::string received = script.received(side::client);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = received.find("HTTP/1.1 103", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 16U);
  script.heal(there);
  script.client(connect_request);
  script.server(ok);
  EXPECT_EQ(script.received(side::client), ok);
}

TEST(LoseResponse, SilentlyLeavesTheClientWaiting) {
  path_script script;
  script.dial();
  script.add("lose_response", R"({"how": "silent"})");
  script.client(post("/a", ""));
  script.server(ok);
  script.client(post("/b", ""));
  script.until(1h);
  EXPECT_EQ(script.received(side::client), "");
  EXPECT_EQ(script.received(side::server), post("/a", ""));
}

TEST(Stall, HasEveryPointOnItsOwn) {
  const std::string head = "HTTP/1.1 200 X\r\nContent-Length: 4\r\n\r\n";
  const std::map<std::string, std::string> seen{{"request", ""},
                                                {"before_headers", ""},
                                                {"after_status_line", "HTTP/1.1 200 X\r\n"},
                                                {"after_headers", head},
                                                {"mid_body", head + "bo"}};
  for (const auto& [point, expected] : seen) {
    path_script script;
    script.dial();
    const fault_id stuck = script.add("stall", R"({"at": ")" + point + R"(", "bytes": 2})");
    script.client(connect_request);
    EXPECT_EQ(script.received(side::server), point == "request" ? "" : std::string{connect_request}) << point;
    if (point != "request") script.server(head + "body");
    script.until(1h);
    EXPECT_EQ(script.received(side::client), expected) << point;
    EXPECT_GT(script.held(point == "request" ? side::client : side::server), 0U);
    script.heal(stuck);
    if (point == "request") {
      EXPECT_EQ(script.received(side::server), connect_request);
    } else {
      EXPECT_EQ(expected + script.received(side::client), head + "body") << point;
    }
    EXPECT_EQ(script.firings().size(), 1U) << point;
  }
}

TEST(Stall, GoesOnAfterItsTimeAndKeepsTheEnd) {
  path_script script;
  script.dial();
  script.add("stall", R"({"at": "after_headers", "lasts": "7s"})");
  script.client(connect_request);
  script.server("HTTP/1.0 200 OK\r\n\r\nbody");
  script.end(side::server);
  script.log();
  script.until(10s);
  EXPECT_EQ(script.log(), (lines{"7s 1 client \"body\"", "7s 1 client fin"}));
}

TEST(Drip, LetsTheBodyFallDropByDrop) {
  path_script script;
  script.dial();
  script.add("drip", R"({"bytes": 2, "every": "1s"})");
  script.client(connect_request);
  script.server(response(200, "abcde"));
  script.log();
  script.until(10s);
  script.client(connect_request);
  EXPECT_EQ(script.log(),
            (lines{"1s 1 client \"cd\"", "2s 1 client \"e\"",
                   "10s 1 server \"GET /agent/connect?v=1 HTTP/1.1\\r\\nHost: g\\r\\n\\r\\n\""}));
}

TEST(Truncate, EndsInsideTheBody) {
  path_script script;
  script.dial();
  script.add("truncate", R"({"bytes": 3})");
  script.client(connect_request);
  script.server(response(200, "abcde"));
  const std::string got = script.received(side::client);
  EXPECT_TRUE(got.ends_with("\r\n\r\nabc")) << got;
  EXPECT_EQ(script.log().back(), "0 1 server fin");
}

TEST(ContentLength, IsWrongByTheChange) {
  path_script script;
  script.dial();
  script.add("content_length", R"({"change": 10})");
  script.client(connect_request);
  script.server(response(200, "abcde"));
  EXPECT_EQ(script.received(side::client), "HTTP/1.1 200 X\r\nContent-Length: 15\r\n\r\nabcde");
}

TEST(DuplicateRequest, ReachesTheServerTwiceAndTheClientSeesOneResponse) {
  path_script script;
  script.dial();
  script.add("duplicate_request", R"({"method": "POST"})");
  script.client(post("/a", "x"));
  EXPECT_EQ(script.received(side::server), post("/a", "x") + post("/a", "x"));
  script.server(response(200, "first"));
  script.server(response(404, "second"));
  EXPECT_EQ(script.received(side::client), response(200, "first"));
  script.client(connect_request);
  script.server(ok);
  EXPECT_EQ(script.received(side::server), connect_request);
  EXPECT_EQ(script.received(side::client), ok);
}

TEST(Buffer, KeepsAnEventStreamUntilItIsFullAndShortResponsesNot) {
  path_script script;
  script.dial();
  script.add("buffer", R"({"bytes": 40})");
  script.client(post("/a", ""));
  script.server(ok);
  EXPECT_EQ(script.received(side::client), ok);
  script.client(connect_request);
  script.server(event_stream({"data: 1\n\n"}));
  EXPECT_EQ(script.received(side::client), stream_head);
  script.server(chunk("data: 2\n\n"));
  script.server(chunk("data: 3\n\n"));
  EXPECT_EQ(script.received(side::client),
            chunk("data: 1\n\n") + chunk("data: 2\n\n") + chunk("data: 3\n\n"));
}

TEST(Buffer, IsEmptiedByItsTimeout) {
  path_script script;
  script.dial();
  script.add("buffer", R"({"timeout": "5s"})");
  script.client(connect_request);
  script.server(event_stream({"data: 1\n\n"}));
  script.log();
  script.until(6s);
  EXPECT_EQ(script.log(), (lines{"5s 1 client \"9\\r\\ndata: 1\\n\\n\\r\\n\""}));
}

TEST(Gate, BeginsWithTheMatchingRequest) {
  path_script script;
  script.dial();
  script.add("rst", R"({"path": "/agent/response/*", "request": 2})");
  script.client(post("/agent/response/1", "{}"));
  script.server(ok);
  script.client(post("/agent/heartbeat", "{}"));
  script.server(ok);
  EXPECT_TRUE(script.firings().empty());
  script.client(post("/agent/response/2", "{}"));
  EXPECT_EQ(script.firings().size(), 1U);
  EXPECT_EQ(script.log().back(), "0 1 server rst");
}

TEST(Gate, BeginsRightAfterTheMatchingEventAndBeforeTheNext) {
  path_script script;
  script.dial();
  script.add("fin", R"({"event_type": "command", "event": 2})");
  script.client(connect_request);
  const std::string command = "event: command\ndata: {}\n\n";
  script.server(event_stream({"event: connected\ndata: {}\n\n", command}));
  EXPECT_TRUE(script.firings().empty());
  script.received(side::client);
  script.server(chunk("data: other\n\n" + command + "data: never\n\n"));
  EXPECT_TRUE(script.received(side::client).ends_with(command));
  EXPECT_EQ(script.firings().size(), 1U);
}

TEST(Gate, RespectsTheDirection) {
  path_script script;
  script.dial();
  script.add("hold", R"({"path": "/agent/connect", "direction": "downstream"})");
  script.client(connect_request);
  script.server(ok);
  EXPECT_EQ(script.received(side::server), connect_request);
  EXPECT_EQ(script.received(side::client), "");
  EXPECT_EQ(script.held(side::server), ok.size());
}

TEST(Gate, TakesAConnectionWhoseRequestIsUnderWay) {
  path_script script;
  script.dial();
  script.dial();
  script.client(connect_request, 1);
  script.server(event_stream({"data: 1\n\n"}), 1);
  script.client(post("/other", ""), 2);
  script.log();
  script.add("rst", R"({"path": "/agent/connect"})");
  EXPECT_EQ(script.log(), (lines{"0 1 client rst", "0 1 server rst"}));
}

TEST(Gate, LetsGoOfWhatItHeldToUnderstandWhenHealed) {
  path_script script;
  script.dial();
  const fault_id rst = script.add("rst", R"({"path": "/never"})");
  script.client("GET /a HT");
  EXPECT_EQ(script.held(side::client), 9U);
  script.heal(rst);
  EXPECT_EQ(script.received(side::server), "GET /a HT");
}

}  // namespace
}  // namespace kitfox::fault::test
