#include "runtime/http/server.hpp"

#include "runtime/test/http_bench.hpp"

namespace kitfox::runtime::http {
namespace {

using namespace test;

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    for (int i = 0; i < 3; ++i) {
      const auto answer = co_await connection.roundtrip(post("/echo", std::string(1000 * i, 'b')));
      EXPECT_TRUE(answer.has_value()) << answer.error().message();
      if (!answer) co_return;
      EXPECT_EQ(answer->status, 200);
      EXPECT_EQ(answer->body, "you sent " + std::to_string(1000 * i));
      EXPECT_EQ(answer->headers.get("date"), "Tue, 01 Jan 2030 00:00:00 GMT");
      EXPECT_TRUE(connection.reusable());
    }
    EXPECT_EQ(in.subject->connections(), 1u);
  };
  with.run(script(with));
  EXPECT_EQ(with.answers.seen.size(), 3u);
}

TEST(HttpServer, StreamsChunksAsTheyAreWritten) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    const auto head = co_await connection.start(get("/stream"));
    EXPECT_TRUE(head.has_value()) << head.error().message();
    if (!head) co_return;
    EXPECT_EQ(head->headers.get("transfer-encoding"), "chunked");
    for (int i = 0; i < 3; ++i) {
      const auto piece = co_await connection.read_body();
      EXPECT_EQ(piece.value(), "part " + std::to_string(i));
      EXPECT_EQ(in.elapsed(), i * 1s);
    }
    EXPECT_EQ((co_await connection.read_body()).value(), "");
    EXPECT_TRUE(connection.reusable());
  };
  with.run(script(with));
}

/// Sends raw bytes, pauses between them, and returns what came back until the end.
struct raw_step {
  std::string bytes;
  duration pause{};
};

task<void> speak(bench& in, std::vector<raw_step> steps, std::string& answer, error_code& end) {
  auto wire = in.listening->connect();
  for (const raw_step& step : steps) {
    if (const error_code failure = co_await wire->write(step.bytes)) break;
    if (step.pause != duration{}) static_cast<void>(co_await in.on.clock().sleep_for(step.pause));
  }
  answer = co_await read_to_end(*wire, end);
}

struct spoken {
  std::string answer;
  error_code end;
  duration elapsed{};
  std::vector<int> refusals;
  std::size_t handled = 0;
};

spoken speak(std::vector<raw_step> steps, server_options options = {}) {
  bench with{options};
  spoken out;
  const auto script = [](bench& in, std::vector<raw_step> what, spoken& into) -> task<void> {
    co_await speak(in, std::move(what), into.answer, into.end);
    into.elapsed = in.elapsed();
  };
  with.run(script(with, std::move(steps), out));
  out.refusals = with.answers.refusals;
  out.handled = with.answers.seen.size();
  return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find("\r\n")); }
std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(HttpServer, RefusesWhatIsNotHttp) {
  for (const std::string bad : {
           "hello\r\n\r\n",
           "GET\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n",
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
       }) {
    const spoken out = speak({{bad}});
    EXPECT_EQ(first_line(out.answer), "HTTP/1.1 400 Bad Request") << bad;
    EXPECT_EQ(out.end, runtime::errc::end_of_stream) << bad;
    EXPECT_EQ(out.refusals, std::vector{400}) << bad;
    EXPECT_EQ(out.handled, 0u) << bad;
    EXPECT_EQ(count_of(out.answer, "Connection: close"), 1u) << bad;
  }
}

TEST(HttpServer, RefusesWhatItDoesNotSupport) {
  for (const std::string bad : {
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
       }) {
    EXPECT_EQ(first_line(speak({{bad}}).answer), "HTTP/1.1 400 Bad Request") << bad;
  }
}

TEST(HttpServer, BoundsTheHeader) {
  server_options options;
  options.bounds.header_bytes_max = 500;
  const auto head_of = [](std::size_t size) {
    const std::string rest = "GET /x HTTP/1.1\r\nHost: a\r\nPad: \r\nConnection: close\r\n\r\n";
    std::string head = rest;
    head.insert(head.find("\r\nConn"), std::string(size - rest.size(), 'p'));
    return head;
  };
  EXPECT_EQ(first_line(speak({{head_of(500)}}, options).answer), "HTTP/1.1 200 OK");
  EXPECT_EQ(first_line(speak({{head_of(501)}}, options).answer),
            "HTTP/1.1 431 Request Header Fields Too Large");
  // Without an end, refused as soon as the limit is reached.
  EXPECT_EQ(first_line(speak({{"GET /" + std::string(600, 'x')}}, options).answer),
            "HTTP/1.1 431 Request Header Fields Too Large");
  const std::string fields = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(600, 'x');
  EXPECT_EQ(first_line(speak({{fields}}, options).answer), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST(HttpServer, BoundsTheBody) {
  server_options options;
  options.bounds.body_bytes_max = 1000;
  const auto fixed = [](std::size_t size) {
    return "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'b');
  };
  EXPECT_EQ(first_line(speak({{fixed(1000)}}, options).answer), "HTTP/1.1 200 OK");
  EXPECT_EQ(first_line(speak({{fixed(1001)}}, options).answer), "HTTP/1.1 413 Content Too Large");
  const std::string chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string many = chunked;
  for (int i = 0; i < 11; ++i) many += "64\r\n" + std::string(100, 'b') + "\r\n";
  EXPECT_EQ(first_line(speak({{many}}, options).answer), "HTTP/1.1 413 Content Too Large");
  EXPECT_EQ(first_line(speak({{chunked + "FFFFFFFFFFFFFFFF\r\n"}}, options).answer),
            "HTTP/1.1 413 Content Too Large");
  const std::string endless = chunked + "1;" + std::string(20'000, 'x');
  EXPECT_EQ(first_line(speak({{endless}}, options).answer), "HTTP/1.1 400 Bad Request");
}

TEST(HttpServer, TakesChunkedBodiesAndDropsTheirTrailer) {
  bench with;
  spoken out;
  const std::string text =
      "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nAuthorization: Bearer forged\r\n\r\n";
  // Byte by byte, so that every split occurs.
  std::vector<raw_step> steps;
  for (const char c : text) steps.push_back({std::string(1, c)});
  with.run(speak(with, steps, out.answer, out.end));
  ASSERT_EQ(with.answers.seen.size(), 1u);
  EXPECT_EQ(with.answers.seen[0].body, "hello world");
  EXPECT_EQ(with.answers.seen[0].headers.get("Authorization"), std::nullopt);
}

TEST(HttpServer, TakesAnAbsoluteTargetAndAnEmptyLineBefore) {
  const std::string text = "\r\n\r\nGET http://gateway.test/silent HTTP/1.1\r\nHost: gateway.test\r\n\r\n";
  bench with;
  spoken out;
  with.run(speak(with, {{text}}, out.answer, out.end));
  ASSERT_EQ(with.answers.seen.size(), 1u);
  EXPECT_EQ(with.answers.seen[0].target, "/silent");
  EXPECT_EQ(first_line(out.answer), "HTTP/1.1 500 Internal Server Error") << "the handler did not answer";
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const std::string one = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  const std::string last = "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na";
  const spoken out = speak({{one + one + last}});
  EXPECT_EQ(count_of(out.answer, "you sent 3"), 2u);
  EXPECT_EQ(count_of(out.answer, "you sent 1"), 1u);
  EXPECT_EQ(out.end, runtime::errc::end_of_stream);
}

TEST(HttpServer, RefusesBeforeTheBody) {
  const std::string head = "POST /forbidden HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n";
  const spoken out = speak({{head}, {std::string(100'000, 'b')}, {std::string(400'000, 'b')}});
  EXPECT_EQ(first_line(out.answer), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(out.end, runtime::errc::end_of_stream) << "the client could send on and still read the refusal";
  EXPECT_EQ(out.handled, 0u);
}

TEST(HttpServer, AsksForABodyThatWaits) {
  const std::string head =
      "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  const spoken waited = speak({{head, 1s}, {"abc"}});
  EXPECT_TRUE(waited.answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")) << waited.answer;
  const spoken refused = speak({{"POST /forbidden" + head.substr(7)}});
  EXPECT_EQ(first_line(refused.answer), "HTTP/1.1 403 Forbidden");
}

TEST(HttpServer, GivesUpASlowHeader) {
  const spoken out = speak({{"", 5s}, {"GET / HT", 9s}, {"TP/1.1\r\nHost", 900ms}});
  EXPECT_EQ(first_line(out.answer), "HTTP/1.1 408 Request Timeout");
  EXPECT_EQ(out.end, runtime::errc::end_of_stream);
  EXPECT_EQ(out.elapsed, 15s) << "ten seconds after the first byte";
}

TEST(HttpServer, GivesUpASlowBody) {
  const spoken out =
      speak({{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", 9s}, {"b", 20s}, {"b"}});
  EXPECT_EQ(first_line(out.answer), "HTTP/1.1 408 Request Timeout");
  EXPECT_EQ(out.elapsed, 30s);
}

TEST(HttpServer, ClosesIdleConnectionsQuietly) {
  const spoken fresh = speak({});
  EXPECT_EQ(fresh.answer, "");
  EXPECT_EQ(fresh.end, runtime::errc::end_of_stream);
  EXPECT_EQ(fresh.elapsed, 75s);
  const spoken used = speak({{"", 70s}, {"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}});
  EXPECT_EQ(count_of(used.answer, "HTTP/1.1"), 1u);
  EXPECT_EQ(used.elapsed, 145s);
}

TEST(HttpServer, DoesNotLimitTheTimeOfAHandler) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    const auto answer = co_await connection.roundtrip(get("/slow"));
    EXPECT_EQ(answer.value().status, 200);
    EXPECT_EQ(in.elapsed(), 20s);
  };
  with.run(script(with));
}

TEST(HttpServer, ResetsAClientThatDoesNotRead) {
  memory_options small;
  small.window_bytes = 1000;
  bench with{{}, small};
  const auto script = [](bench& in) -> task<void> {
    auto wire = in.listening->connect();
    EXPECT_EQ(co_await wire->write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"), error_code{});
    static_cast<void>(co_await in.on.clock().sleep_for(11s));
    error_code end;
    static_cast<void>(co_await read_to_end(*wire, end));
    EXPECT_EQ(end, runtime::errc::connection_reset);
    EXPECT_EQ(in.subject->connections(), 0u);
  };
  with.run(script(with));
  EXPECT_EQ(with.answers.outcomes, std::vector{make_error_code(runtime::errc::timed_out)});
}

TEST(HttpServer, BoundsTheRequestsOfAConnection) {
  server_options options;
  options.bounds.requests_per_connection_max = 2;
  const std::string one = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const spoken out = speak({{one + one + one}}, options);
  EXPECT_EQ(count_of(out.answer, "HTTP/1.1 200"), 2u);
  EXPECT_EQ(count_of(out.answer, "Connection: close"), 1u);
}

TEST(HttpServer, BoundsTheConnections) {
  server_options options;
  options.connections_max = 2;
  bench with{options};
  const auto script = [](bench& in) -> task<void> {
    auto a = in.listening->connect(), b = in.listening->connect(), c = in.listening->connect();
    error_code end;
    EXPECT_EQ(co_await read_to_end(*c, end), "");
    EXPECT_EQ(end, runtime::errc::end_of_stream);
    EXPECT_EQ(in.subject->connections(), 2u);
    a->close();
    static_cast<void>(co_await in.on.clock().sleep_for(1ms));
    EXPECT_EQ(in.subject->connections(), 1u);
    client_connection again = in.connect();
    EXPECT_EQ((co_await again.roundtrip(get("/x"))).value().status, 200);
  };
  with.run(script(with));
}

TEST(HttpServer, BoundsTheConnectionsOfOnePeer) {
  server_options options;
  options.connections_per_peer_max = 1;
  bench with{options};
  const auto script = [](bench& in) -> task<void> {
    client_connection first = in.connect();
    EXPECT_EQ((co_await first.roundtrip(get("/x"))).value().status, 200);
    client_connection second = in.connect();
    EXPECT_EQ((co_await second.roundtrip(get("/x"))).value().status, 503);
    EXPECT_FALSE(second.reusable());
    memory_options elsewhere;
    elsewhere.client_address.host = "192.0.2.77";
    client_connection other{in.listening->connect(elsewhere), {}};
    EXPECT_EQ((co_await other.roundtrip(get("/x"))).value().status, 200);
    first.close();
    second.close();
    static_cast<void>(co_await in.on.clock().sleep_for(1ms));
    client_connection third = in.connect();
    EXPECT_EQ((co_await third.roundtrip(get("/x"))).value().status, 200);
  };
  with.run(script(with));
}

TEST(HttpServer, GoesOnAfterAFailedAccept) {
  bench with;
  with.listening->fail_next_accept(runtime::errc::out_of_resources);
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    EXPECT_EQ((co_await connection.roundtrip(get("/x"))).value().status, 200);
    EXPECT_EQ(in.elapsed(), 50ms) << "after a pause";
  };
  with.run(script(with));
}

TEST(HttpServer, NoticesThatTheClientIsGone) {
  for (const bool abruptly : {false, true}) {
    bench with;
    const auto script = [](bench& in, bool reset) -> task<void> {
      auto wire = in.listening->connect();
      EXPECT_EQ(co_await wire->write("GET /wait-for-client HTTP/1.1\r\nHost: a\r\n\r\n"), error_code{});
      static_cast<void>(co_await in.on.clock().sleep_for(100s));
      std::vector<char> buffer(1000);
      EXPECT_TRUE((co_await wire->read_some(buffer)).has_value());
      reset ? wire->reset() : wire->close();
      static_cast<void>(co_await in.on.clock().sleep_for(1s));
      EXPECT_EQ(in.subject->connections(), 0u);
    };
    with.run(script(with, abruptly));
    ASSERT_EQ(with.answers.outcomes.size(), 2u);
    EXPECT_EQ(with.answers.outcomes[1],
              abruptly ? runtime::errc::connection_reset : runtime::errc::end_of_stream);
    EXPECT_EQ(with.answers.gone_at, std::vector<duration>{100s});
  }
}

TEST(HttpServer, TakesBytesDuringAStreamForAnEnd) {
  bench with;
  spoken out;
  const std::string one = "GET /wait-for-client HTTP/1.1\r\nHost: a\r\n\r\n";
  with.run(speak(with, {{one, 1s}, {"more"}}, out.answer, out.end));
  EXPECT_EQ(with.answers.outcomes.back(), errc::unexpected_bytes);
}

TEST(HttpServer, HandlersCloseAndResetConnections) {
  for (const std::string path : {"/close", "/reset"}) {
    bench with;
    spoken out;
    with.run(speak(with, {{"GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"}}, out.answer, out.end));
    EXPECT_EQ(out.end, path == "/close" ? runtime::errc::end_of_stream : runtime::errc::connection_reset);
    EXPECT_EQ(with.answers.outcomes.back(), runtime::errc::not_connected);
  }
}

TEST(HttpServer, StopsOnceTheExchangesUnderWayHaveEnded) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    auto idle = in.listening->connect();
    client_connection busy = in.connect();
    const auto head = co_await busy.start(get("/stream"));
    EXPECT_TRUE(head.has_value());
    in.subject->stop();
    error_code end;
    EXPECT_EQ(co_await read_to_end(*idle, end), "");
    EXPECT_EQ(in.elapsed(), 0s) << "idle connections end at once";
    std::string body, piece;
    do {
      piece = (co_await busy.read_body()).value();
      body += piece;
    } while (!piece.empty());
    EXPECT_EQ(body, "part 0part 1part 2");
    EXPECT_EQ(in.elapsed(), 3s);
  };
  with.run(script(with));
  EXPECT_EQ(with.subject->connections(), 0u);
}

TEST(HttpServer, ClosesEverythingWhenAsked) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    auto idle = in.listening->connect();
    const auto head = co_await connection.start(get("/wait-for-client"));
    EXPECT_TRUE(head.has_value());
    in.subject->close_all();
    EXPECT_EQ((co_await connection.read_body()).error(), errc::truncated);
    error_code end;
    EXPECT_EQ(co_await read_to_end(*idle, end), "");
  };
  with.run(script(with));
  EXPECT_EQ(with.answers.outcomes.back(), runtime::errc::cancelled);
  EXPECT_EQ(with.elapsed(), 0s);
}

TEST(HttpServer, EndsWhenItsOwnTaskIsCancelled) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    task_group group{in.on};
    group.spawn("server", in.subject->run());
    client_connection connection = in.connect();
    const auto head = co_await connection.start(get("/wait-for-client"));
    EXPECT_TRUE(head.has_value());
    in.subject->stop();  // in order first, and then the owner loses patience
    static_cast<void>(co_await in.on.clock().sleep_for(5s));
    group.cancel();
    co_await group.join();
    EXPECT_EQ(in.subject->connections(), 0u);
  };
  with.on.run(script(with));
  EXPECT_EQ(with.elapsed(), 5s);
}

TEST(HttpServer, AnswersOldClientsWithoutChunks) {
  const spoken out = speak({{"GET /stream HTTP/1.0\r\n\r\n"}});
  EXPECT_EQ(count_of(out.answer, "chunked"), 0u);
  EXPECT_TRUE(out.answer.ends_with("\r\n\r\npart 0part 1part 2")) << out.answer;
  EXPECT_EQ(out.end, runtime::errc::end_of_stream);
}

TEST(HttpServer, SendsNoBodyWhereNoneIsAllowed) {
  const std::string close = "Host: a\r\nConnection: close\r\n\r\n";
  const spoken head = speak({{"HEAD /large HTTP/1.1\r\n" + close}});
  EXPECT_EQ(count_of(head.answer, "Content-Length: 200000"), 1u);
  EXPECT_TRUE(head.answer.ends_with("\r\n\r\n"));
  const spoken head_of_stream = speak({{"HEAD /stream HTTP/1.1\r\n" + close}});
  EXPECT_TRUE(head_of_stream.answer.ends_with("\r\n\r\n"));
  const spoken nothing = speak({{"GET /nothing HTTP/1.1\r\n" + close}});
  EXPECT_EQ(count_of(nothing.answer, "Content-Length"), 0u);
  EXPECT_TRUE(nothing.answer.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace kitfox::runtime::http
