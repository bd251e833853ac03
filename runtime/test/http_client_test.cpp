#include "runtime/http/client.hpp"

#include "runtime/test/http_bench.hpp"

namespace kitfox::runtime::http {
namespace {

using namespace test;
using runtime::test::fault;
using runtime::test::make_flaky;
using runtime::test::make_memory_pair;
using runtime::test::memory_pair;

/// The answer of a scripted server to one request, and how the connection goes on after it.
struct scripted {
  std::string bytes;
  enum class then { stay, end, reset } after = then::stay;
  std::size_t read_bytes_max = 1 << 20;
};

/// What a client made of it.
struct outcome {
  error_code failure;  ///< Of start().
  response head;
  std::string body;
  error_code body_end;
  bool reusable = false;
  std::string request_bytes;
};

task<void> answer(byte_stream& wire, const scripted& how, std::string& seen) {
  std::vector<char> buffer(4096);
  while (seen.find("\r\n\r\n") == std::string::npos) {
    const auto count = co_await wire.read_some(buffer);
    if (!count) co_return;
    seen.append(buffer.data(), *count);
  }
  static_cast<void>(co_await wire.write(how.bytes));
  if (how.after == scripted::then::end) wire.close();
  if (how.after == scripted::then::reset) wire.reset();
}

task<void> ask(client_connection& connection, request message, outcome& out) {
  const auto head = co_await connection.start(std::move(message));
  if (!head) {
    out.failure = head.error();
    co_return;
  }
  out.head = *head;
  for (;;) {
    const auto piece = co_await connection.read_body();
    if (!piece) out.body_end = piece.error();
    if (!piece || piece->empty()) break;
    out.body += *piece;
  }
}

outcome exchange_with(const scripted& how, request message = get("/"), limits bounds = {}) {
  manual_host on;
  outcome out;
  memory_options wire;
  wire.read_bytes_max = how.read_bytes_max;
  memory_pair pair = make_memory_pair(on.executor(), wire);
  client_connection connection{std::move(pair.client), bounds};
  const auto both = [](manual_host& in, client_connection& client, byte_stream& server, const scripted& with,
                       request what, outcome& into) -> task<void> {
    task_group group{in};
    group.spawn("server", answer(server, with, into.request_bytes));
    co_await ask(client, std::move(what), into);
    into.reusable = client.reusable();
    server.close();
    client.close();
    co_await group.join();
  };
  on.run(both(on, connection, *pair.server, how, std::move(message), out));
  return out;
}

TEST(HttpClient, SendsWhatItWasGiven) {
  request message = post("/agent/response/r%201?x=1", "{}");
  message.headers.add("Authorization", "Bearer k\r\nX-Forged: yes");
  message.headers.add("Content-Length", "999");
  message.headers.add("Transfer-Encoding", "chunked");
  const outcome out = exchange_with({"HTTP/1.1 204 No Content\r\n\r\n"}, std::move(message));
  EXPECT_EQ(out.request_bytes,
            "POST /agent/response/r%201?x=1 HTTP/1.1\r\nHost: gateway.test\r\n"
            "Authorization: Bearer k  X-Forged: yes\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(out.head.status, 204);
  EXPECT_TRUE(out.reusable);
}

TEST(HttpClient, RefusesToWriteWhatCannotBeWritten) {
  request split = get("/a b");
  EXPECT_EQ(exchange_with({}, std::move(split)).failure, errc::malformed);
  request lines = get("/a\r\nX: y");
  EXPECT_EQ(exchange_with({}, std::move(lines)).failure, errc::malformed);
  request method = get("/");
  method.method = "GE T";
  EXPECT_EQ(exchange_with({}, std::move(method)).failure, errc::malformed);
}

TEST(HttpClient, ReadsEveryKindOfBody) {
  struct kind {
    std::string bytes;
    scripted::then after;
    bool reusable;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const kind& one : {
           kind{ok + "Content-Length: 11\r\n\r\nhello world", scripted::then::stay, true},
           kind{ok + "Connection: close\r\nContent-Length: 11\r\n\r\nhello world", scripted::then::end,
                false},
           kind{ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: "
                     "t\r\n\r\n",
                scripted::then::stay, true},
           kind{ok + "\r\nhello world", scripted::then::end, false},
           kind{"HTTP/1.0 200 OK\r\n\r\nhello world", scripted::then::end, false},
           kind{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + ok +
                    "Content-Length: 11\r\n\r\nhello world",
                scripted::then::stay, true},
       }) {
    for (const std::size_t read_bytes_max : {std::size_t{1}, std::size_t{3}, std::size_t{1} << 20}) {
      const outcome out = exchange_with({one.bytes, one.after, read_bytes_max});
      EXPECT_EQ(out.failure, error_code{}) << one.bytes;
      EXPECT_EQ(out.head.status, 200);
      EXPECT_EQ(out.head.headers.get("Trailer"), std::nullopt);
      EXPECT_EQ(out.body, "hello world") << one.bytes;
      EXPECT_EQ(out.body_end, error_code{}) << one.bytes;
      EXPECT_EQ(out.reusable, one.reusable) << one.bytes;
    }
  }
}

TEST(HttpClient, KnowsResponsesWithoutBody) {
  request head = get("/");
  head.method = "HEAD";
  const outcome of_head = exchange_with({"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"}, std::move(head));
  EXPECT_EQ(of_head.body_end, error_code{});
  EXPECT_TRUE(of_head.reusable);
  const outcome unchanged = exchange_with({"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n"});
  EXPECT_EQ(unchanged.body_end, error_code{});
  EXPECT_TRUE(unchanged.reusable);
}

TEST(HttpClient, NoticesATruncatedMessage) {
  const std::string fixed = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n";
  for (const std::string& whole : {fixed, chunked}) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      const outcome out = exchange_with({whole.substr(0, size), scripted::then::end});
      EXPECT_TRUE(out.failure == errc::truncated || out.body_end == errc::truncated) << size;
      EXPECT_FALSE(out.reusable);
    }
  }
}

TEST(HttpClient, TellsAConnectionThatWasClosedBeforeItsAnswer) {
  EXPECT_EQ(exchange_with({"", scripted::then::end}).failure, runtime::errc::end_of_stream);
  EXPECT_EQ(exchange_with({"", scripted::then::reset}).failure, runtime::errc::connection_reset);
}

TEST(HttpClient, RefusesWhatIsNotHttp) {
  for (const std::string bad : {"nonsense\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                                "HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n"}) {
    EXPECT_EQ(exchange_with({bad}).failure, errc::malformed) << bad;
  }
  EXPECT_EQ(exchange_with({"HTTP/2.0 200 OK\r\n\r\n"}).failure, errc::unsupported);
  EXPECT_EQ(exchange_with({"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"}).failure, errc::unsupported);
  EXPECT_EQ(exchange_with({"HTTP/1.1 101 Switching Protocols\r\n\r\n"}).failure, errc::unsupported);
  const outcome chunk = exchange_with({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"});
  EXPECT_EQ(chunk.body_end, errc::malformed);
  std::string interim;
  for (int i = 0; i < 17; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(exchange_with({interim}).failure, errc::malformed);
}

TEST(HttpClient, BoundsTheHeader) {
  limits bounds;
  bounds.header_bytes_max = 100;
  const outcome out = exchange_with({"HTTP/1.1 200 OK\r\nX: " + std::string(100, 'x')}, get("/"), bounds);
  EXPECT_EQ(out.failure, errc::header_too_large);
}

TEST(HttpClient, BoundsOnePieceOfABodyAndNotTheWhole) {
  limits bounds;
  bounds.chunk_bytes_max = 100;
  bounds.body_bytes_max = 50;
  manual_host on;
  memory_pair pair = make_memory_pair(on.executor());
  client_connection connection{std::move(pair.client), bounds};
  const auto script = [](client_connection& client, byte_stream& server) -> task<void> {
    const std::string body(1000, 'b');
    EXPECT_EQ(co_await server.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body), error_code{});
    EXPECT_TRUE((co_await client.start(get("/"))).has_value());
    std::size_t total = 0;
    for (;;) {
      const auto piece = co_await client.read_body();
      EXPECT_LE(piece.value().size(), 100u);
      if (piece.value().empty()) break;
      total += piece->size();
    }
    EXPECT_EQ(total, 1000u);
  };
  on.run(script(connection, *pair.server));
}

TEST(HttpClient, BoundsAWholeBody) {
  for (const std::string& framing :
       {std::string{"Content-Length: 12\r\n\r\nhello world!"},
        std::string{"Transfer-Encoding: chunked\r\n\r\nc\r\nhello world!\r\n0\r\n\r\n"},
        std::string{"\r\nhello world!"}}) {
    for (const std::size_t limit : {11u, 12u}) {
      limits bounds;
      bounds.body_bytes_max = limit;
      manual_host on;
      memory_pair pair = make_memory_pair(on.executor());
      client_connection connection{std::move(pair.client), bounds};
      const auto script = [](client_connection& client, byte_stream& server, const std::string& bytes,
                             std::size_t most) -> task<void> {
        EXPECT_EQ(co_await server.write("HTTP/1.1 200 OK\r\n" + bytes), error_code{});
        EXPECT_EQ(co_await server.shutdown_send(), error_code{});
        const auto got = co_await client.roundtrip(get("/"));
        if (most == 11) {
          EXPECT_EQ(got.error(), errc::body_too_large);
          EXPECT_FALSE(client.reusable());
        } else {
          EXPECT_EQ(got.value().body, "hello world!");
        }
      };
      on.run(script(connection, *pair.server, framing, limit));
    }
  }
}

TEST(HttpClient, IsNotReusedAfterUnexpectedBytes) {
  const outcome together = exchange_with({"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxEXTRA"});
  EXPECT_EQ(together.body, "x");
  EXPECT_FALSE(together.reusable);
}

TEST(HttpClient, IsNotUsableWhileAnExchangeIsUnderWay) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    EXPECT_TRUE((co_await connection.start(get("/stream"))).has_value());
    EXPECT_FALSE(connection.reusable());
    EXPECT_EQ((co_await connection.roundtrip(get("/"))).error(), runtime::errc::not_connected);
    connection.close();
  };
  with.run(script(with));
}

TEST(HttpClient, GoesOnReadingAfterACancelledRead) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    EXPECT_TRUE((co_await connection.start(get("/stream"))).has_value());
    EXPECT_EQ((co_await connection.read_body()).value(), "part 0");
    const auto late = co_await with_timeout(in.on.clock(), 500ms, connection.read_body());
    EXPECT_EQ(late.error(), runtime::errc::timed_out);
    EXPECT_EQ((co_await connection.read_body()).value(), "part 1");
    EXPECT_EQ(in.elapsed(), 1s);
  };
  with.run(script(with));
}

TEST(HttpClient, SeesAStreamThatTheServerCut) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    EXPECT_TRUE((co_await connection.start(get("/cut"))).has_value());
    EXPECT_EQ((co_await connection.read_body()).value(), "half");
    EXPECT_EQ((co_await connection.read_body()).error(), errc::truncated);
    EXPECT_EQ((co_await connection.read_body()).error(), runtime::errc::not_connected);
  };
  with.run(script(with));
}

/// Two exchanges on one connection, one of them streamed; the first failure ends it.
task<error_code> two_exchanges(client_connection& connection) {
  const auto first = co_await connection.roundtrip(post("/x", std::string(5000, 'b')));
  if (!first) co_return first.error();
  const auto second = co_await connection.start(get("/stream"));
  if (!second) co_return second.error();
  for (;;) {
    const auto piece = co_await connection.read_body();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return error_code{};
  }
}

enum class faulty_end { client, server };

error_code run_with_fault(faulty_end side, std::size_t failing_step, fault what, std::size_t& steps) {
  server_options options;
  options.bounds.body_timeout = 20s;
  bench with{options};
  error_code out;
  steps = 0;
  const auto script = [](bench& in, faulty_end at, std::size_t step, fault how, std::size_t& count,
                         error_code& into) -> task<void> {
    if (at == faulty_end::server) {
      in.listening->decorate = [step, how, &count](std::unique_ptr<byte_stream> inner) {
        return make_flaky(std::move(inner), step, how, count);
      };
    }
    auto wire = in.listening->connect();
    if (at == faulty_end::client) wire = make_flaky(std::move(wire), step, how, count);
    client_connection connection{std::move(wire), {}};
    into = co_await with_timeout(in.on.clock(), 60s, two_exchanges(connection));
    EXPECT_EQ(connection.reusable(), !into) << into.message();
  };
  with.run(script(with, side, failing_step, what, steps, out));
  EXPECT_EQ(with.subject->connections(), 0u);
  return out;
}

TEST(HttpExchange, SurvivesAFailureAtEveryStepOfEitherEnd) {
  for (const auto side : {faulty_end::client, faulty_end::server}) {
    std::size_t whole = 0;
    ASSERT_EQ(run_with_fault(side, 1'000'000, fault::end, whole), error_code{});
    ASSERT_GE(whole, 6u);
    for (const auto what : {fault::end, fault::reset, fault::cancelled, fault::stall}) {
      for (std::size_t step = 0; step < whole; ++step) {
        std::size_t ignored = 0;
        const error_code failure = run_with_fault(side, step, what, ignored);
        const bool last_read_of_server = side == faulty_end::server && step + 1 == whole;
        EXPECT_TRUE(failure.failed() || last_read_of_server) << step;
        const auto& category = failure.category();
        EXPECT_TRUE(!failure || category == runtime_category() || category == http_category());
      }
    }
  }
}

}  // namespace
}  // namespace kitfox::runtime::http
