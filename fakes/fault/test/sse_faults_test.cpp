#include "fakes/fault/test/path_script.hpp"
#include "protocol/sse_decoder.hpp"

namespace kitfox::fault::test {
namespace {

const std::string hello = "event: connected\ndata: {}\n\n";
const std::string beat = "event: heartbeat\ndata: {}\n\n";
std::string command(int n) {
  return "id: r" + std::to_string(n) + "\nevent: command\ndata: {\"n\":" + std::to_string(n) + "}\n\n";
}

/// The body of a chunked response, chunk framing removed; "!" where the framing is broken.
std::string unchunked(std::string_view raw) {
  const auto head = raw.find("\r\n\r\n");
  if (raw.starts_with("HTTP/")) raw.remove_prefix(head + 4);
  std::string body;
  while (!raw.empty()) {
    const auto line = raw.find("\r\n");
    const auto size = std::stoul(std::string{raw.substr(0, line)}, nullptr, 16);
    if (raw.size() < line + 2 + size) return body + std::string{raw.substr(line + 2)} + "!";
    body += raw.substr(line + 2, size);
    if (raw.substr(line + 2 + size, 2) != "\r\n") return body + "!";
    raw.remove_prefix(line + 2 + size + 2);
  }
  return body;
}

/// Sends events through a fault and returns the body that the client got.
std::string through(std::string_view kind, std::string_view parameters,
                    const std::vector<std::string>& events) {
  path_script script;
  script.dial();
  script.add(kind, parameters);
  script.client(connect_request);
  script.server(event_stream(events));
  return unchunked(script.received(side::client));
}

TEST(SseDuplicate, SendsTheEventTwiceAndNoOther) {
  EXPECT_EQ(through("sse_duplicate", R"({"event_type": "command", "event": 2})",
                    {hello, command(1), command(2), command(3)}),
            hello + command(1) + command(2) + command(2) + command(3));
}

TEST(SseDrop, LeavesTheEventOut) {
  EXPECT_EQ(through("sse_drop", R"({"event_type": "command"})", {hello, command(1), beat}), hello + beat);
}

TEST(SseReorder, SwapsTheEventWithTheNext) {
  EXPECT_EQ(through("sse_reorder", R"({"event": 2})", {hello, command(1), ": c\n\n", command(2)}),
            hello + ": c\n\n" + command(2) + command(1));
}

TEST(SseReplay, RepeatsTheLastEventsOnTheNextStream) {
  path_script script;
  script.add("sse_replay", R"({"event_type": "command", "last": 2})");
  for (int connection = 1; connection <= 2; ++connection) {
    script.dial();
    script.client(connect_request, connection);
    script.server(event_stream({hello}), connection);
    if (connection == 1) {
      for (int n = 1; n <= 3; ++n) script.server(chunk(command(n)));
    }
  }
  EXPECT_EQ(unchunked(script.received(side::client, 2)), hello + command(2) + command(3));
}

TEST(SseSplit, CutsAtEveryByteAndKeepsTheMeaning) {
  path_script script;
  script.dial();
  script.add("sse_split", R"({"event_type": "command"})");
  script.client(connect_request);
  script.server(event_stream({hello}));
  script.log();
  script.received(side::client);
  script.server(chunk(command(1)));
  EXPECT_EQ(script.log().size(), command(1).size());
  EXPECT_EQ(unchunked(script.received(side::client)), command(1));
}

TEST(SseSplit, AtAByteWithAPause) {
  path_script script;
  script.dial();
  script.add("sse_split", R"({"at": 5, "delay": "2s"})");
  script.client(connect_request);
  script.server(event_stream({"data: abc\n\n"}));
  script.server(chunk(": later\n\n"));
  script.until(10s);
  script.end(side::server);
  const lines log = script.log();
  ASSERT_EQ(log.size(), 6U);
  EXPECT_TRUE(log[2].ends_with("5\\r\\ndata:\\r\\n\""));
  EXPECT_EQ(log[3], "2s 1 client \"6\\r\\n abc\\n\\n\\r\\n\"");
  EXPECT_EQ(log[4], "2s 1 client \"9\\r\\n: later\\n\\n\\r\\n\"");
  EXPECT_EQ(log[5], "10s 1 client fin");
}

TEST(SseTruncate, EndsTheConnectionInsideTheEvent) {
  path_script script;
  script.dial();
  script.add("sse_truncate", R"({"event_type": "command", "bytes": 7})");
  script.client(connect_request);
  script.server(event_stream({hello, command(1), command(2)}));
  EXPECT_EQ(unchunked(script.received(side::client)), hello + command(1).substr(0, 7));
  EXPECT_EQ(script.log().back(), "0 1 server fin");
  EXPECT_EQ(script.firings().size(), 1U);
}

TEST(SseTruncate, LeavesNothingOutButTheBlankLine) {
  path_script script;
  script.dial();
  script.add("sse_truncate", R"({"event_type": "command", "where": "before_blank_line"})");
  script.client(connect_request);
  script.server(event_stream({hello, command(1), command(2)}));
  const std::string whole = command(1);
  EXPECT_EQ(unchunked(script.received(side::client)), hello + whole.substr(0, whole.size() - 1));
}

TEST(SseCorrupt, DamagesTheData) {
  EXPECT_EQ(through("sse_corrupt", R"({"as": "invalid_utf8"})", {"data: abc\n\n"}), "data: ab\xff\n\n");
}

TEST(SseInsert, PutsBytesBeforeTheEvent) {
  EXPECT_EQ(through("sse_insert", R"({"bytes": "%EF%BB%BFx: 100%\n%zz%0d", "event": 2})",
                    {"data: a\n\n", "data: b\n\n"}),
            "data: a\n\n\xef\xbb\xbfx: 100%\n%zz\rdata: b\n\n");
}

TEST(SseRewrite, WritesTheSameInAnotherWay) {
  const std::string event = "event: command\nid: r\ndata: {\"request_id\":\"r\",\"deadline\":\"x\"}\n\n";
  const auto as = [&](const char* how) {
    return through("sse_rewrite", std::string{R"({"as": ")"} + how + "\"}", {event});
  };
  EXPECT_EQ(as("cr"), "event: command\rid: r\rdata: {\"request_id\":\"r\",\"deadline\":\"x\"}\r\r");
  EXPECT_EQ(as("mixed_ends"), "event: command\rid: r\r\ndata: {\"request_id\":\"r\",\"deadline\":\"x\"}\n\r");
  EXPECT_EQ(as("without_spaces"), "event:command\nid:r\ndata:{\"request_id\":\"r\",\"deadline\":\"x\"}\n\n");
  EXPECT_EQ(as("several_lines"),
            "event: command\nid: r\ndata: {\ndata\ndata:\"request_id\":\"r\",\"deadline\":\"x\"\ndata:}\n\n");
  EXPECT_EQ(as("other_order"), "data: {\"request_id\":\"r\",\"deadline\":\"x\"}\nid: r\nevent: command\n\n");
  EXPECT_EQ(as("base"), "event: command\nid: r\ndata: {\"request_id\":\"r\"}\n\n");
  EXPECT_NE(as("unknown_members").find("data: {\"x_new\":{\"a\":[1,null]},\"request_id\""),
            std::string::npos);
  EXPECT_NE(as("with_comments").find("\n: event: comment\n"), std::string::npos);
  EXPECT_NE(as("unknown_fields").find("\nData: {\n"), std::string::npos);
}

TEST(SseRewrite, LeavesOutWhatOldPeersDoNotSend) {
  EXPECT_EQ(through("sse_rewrite", R"({"as": "base"})",
                    {"event: cancel\ndata: {\"request_id\":\"r\"}\n\n", "event: heartbeat\ndata: {}\n\n"}),
            "event: heartbeat\ndata: {}\n\n");
}

TEST(SseSetRetry, AddsTheFieldAsWritten) {
  EXPECT_EQ(through("sse_set_retry", R"({"value": "0"})", {"data: abc\n\n"}), "retry: 0\ndata: abc\n\n");
}

TEST(SseWrongType, ReplacesTheTypeOfEventStreamsAlone) {
  path_script script;
  script.dial();
  script.add("sse_wrong_type");
  script.client(post("/a", ""));
  script.server(response(200, "{}"));
  EXPECT_EQ(script.received(side::client), response(200, "{}"));
  script.client(connect_request);
  script.server(event_stream({hello}));
  const std::string got = script.received(side::client);
  EXPECT_NE(got.find("Content-Type: text/html\r\n"), std::string::npos);
  EXPECT_EQ(got.find("event-stream"), std::string::npos);
}

TEST(SseSilence, StopsHeartbeatsAndLetsDataGoOn) {
  EXPECT_EQ(through("sse_silence", "{}", {hello, beat, ": keepalive\n\n", command(1), beat}),
            hello + command(1));
}

TEST(SseSilence, StopsDataAndGivesItBackWhenHealed) {
  path_script script;
  script.dial();
  const fault_id quiet = script.add("sse_silence", R"({"what": "data"})");
  script.client(connect_request);
  script.server(event_stream({command(1), beat, command(2)}));
  EXPECT_EQ(unchunked(script.received(side::client)), beat);
  EXPECT_EQ(script.held(side::server), command(1).size() + command(2).size());
  script.heal(quiet);
  EXPECT_EQ(unchunked(script.received(side::client)), command(1) + command(2));
}

TEST(SsePad, MakesAnEventOversize) {
  const std::string got = through("sse_pad", R"({"bytes": "1KiB", "as": "data"})", {"data: abc\n\n"});
  EXPECT_EQ(got, "data: " + std::string(1024, 'x') + "\ndata: abc\n\n");
}

TEST(SseFault, BeginsWithTheNextWholeEventOfALiveStream) {
  const std::string live = event_stream({hello}) + chunk(command(1) + command(2)) + chunk(command(3));
  for (std::size_t cut = 0; cut <= live.size(); ++cut) {
    path_script script;
    script.dial();
    script.client(connect_request);
    if (cut > 0) script.server(live.substr(0, cut));
    script.add("sse_duplicate", R"({"event_type": "command"})");
    if (cut < live.size()) script.server(live.substr(cut));
    const std::string got = unchunked(script.received(side::client));
    EXPECT_EQ(got.find('!'), std::string::npos) << cut << got;
    // Every event at least once, in order, whole.
    std::vector<std::string> ids;
    protocol::sse_decoder decoder;
    ASSERT_EQ(decoder.feed(got,
                           [&](const protocol::sse_event& event) {
                             if (ids.empty() || ids.back() != event.id) ids.emplace_back(event.id);
                           }),
              protocol::error_code{});
    EXPECT_EQ(ids, (lines{"", "r1", "r2", "r3"})) << cut;
  }
}

TEST(SseFault, EveryChunkingOfTheStreamGivesTheSameResult) {
  const std::string stream = event_stream({hello, command(1), beat}) + chunk(command(2)) + "0\r\n\r\n";
  const auto run = [&](std::size_t cut) {
    path_script script;
    script.dial();
    script.add("sse_drop", R"({"event_type": "heartbeat"})");
    script.client(connect_request);
    script.server(stream.substr(0, cut));
    if (cut < stream.size()) script.server(stream.substr(cut));
    script.client(connect_request);
    script.server(response(200, "next"));
    return script.received(side::client);
  };
  const std::string whole = run(stream.size());
  EXPECT_TRUE(whole.ends_with("0\r\n\r\n" + response(200, "next")));
  for (std::size_t cut = 1; cut < stream.size(); ++cut) EXPECT_EQ(run(cut), whole) << cut;
}

TEST(SseFault, GivesAStreamWithALengthChunksInstead) {
  path_script script;
  script.dial();
  script.add("sse_duplicate");
  script.client(connect_request);
  const std::string body = "data: 1\n\n";
  script.server("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\n" + body);
  EXPECT_EQ(script.received(side::client),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" +
                chunk(body) + chunk(body) + "0\r\n\r\n");
}

TEST(SseFault, PassesAPartialEventWhenTheStreamEnds) {
  path_script script;
  script.dial();
  script.add("sse_drop", R"({"event_type": "x"})");
  script.client(connect_request);
  script.server(event_stream({hello}) + chunk("data: unfini"));
  EXPECT_EQ(script.held(side::server), 12U);
  script.end(side::server);
  EXPECT_EQ(unchunked(script.received(side::client)), hello + "data: unfini");
  EXPECT_EQ(script.log().back(), "0 1 client fin");
}

TEST(SseFault, EndsWithTheStreamThatItTouchedAfterHealing) {
  path_script script;
  script.dial();
  const fault_id drop = script.add("sse_drop", R"({"event_type": "heartbeat"})");
  script.client(connect_request);
  script.server(event_stream({hello, beat}));
  script.heal(drop);
  script.server(chunk(beat));
  EXPECT_EQ(unchunked(script.received(side::client)), hello + beat);
}

}  // namespace
}  // namespace kitfox::fault::test
