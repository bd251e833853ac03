#include "runtime/http/server.hpp"

#include <gtest/gtest.h>

#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"
#include "runtime/test/manual_host.hpp"
#include "runtime/test/memory_stream.hpp"

namespace kitfox::runtime::http {
namespace {

using namespace std::chrono_literals;
using test::manual_host;
using test::memory_listener;

/// Answers by path; what it saw is kept for the test.
class path_handler final : public handler {
 public:
  explicit path_handler(host& on) : on_{on} {}

  task<void> handle(exchange& call) override {
    seen.push_back(call.incoming());
    const std::string path = call.incoming().target;
    if (path == "/silent") co_return;
    if (path == "/stream") {
      co_await stream(call);
      co_return;
    }
    if (path == "/slow") static_cast<void>(co_await on_.clock().sleep_for(20s));
    response answer;
    answer.headers.add("Content-Type", "text/plain");
    answer.body = "you sent " + std::to_string(call.incoming().body.size());
    if (path == "/large") answer.body = std::string(200'000, 'x');
    outcomes.push_back(co_await call.respond(std::move(answer)));
  }
  std::optional<response> screen(const request& head) override {
    if (head.target != "/forbidden") return std::nullopt;
    response answer;
    answer.status = 403;
    answer.body = "no";
    return answer;
  }

  std::vector<request> seen;
  std::vector<error_code> outcomes;

 private:
  task<void> stream(exchange& call) {
    response head;
    head.headers.add("Content-Type", "text/event-stream");
    outcomes.push_back(co_await call.begin_stream(std::move(head)));
    for (int i = 0; i < 3; ++i) {
      outcomes.push_back(co_await call.write_chunk("part " + std::to_string(i)));
      static_cast<void>(co_await on_.clock().sleep_for(1s));
    }
    outcomes.push_back(co_await call.end_stream());
  }
  host& on_;
};

/// A server on a memory listener, run beside the test's own coroutine.
class bench {
 public:
  explicit bench(server_options options = {}) : answers{on} {
    auto made = std::make_unique<memory_listener>(on.executor());
    listening = made.get();
    subject = std::make_unique<server>(on, std::move(made), answers, options);
  }
  /// Runs `script` while the server runs, stops the server and returns once it has ended.
  void run(task<void> script) { on.run(run_both(std::move(script))); }

  client_connection connect(limits bounds = {}) { return {listening->connect(), bounds}; }

  manual_host on;
  path_handler answers;
  memory_listener* listening = nullptr;
  std::unique_ptr<server> subject;

 private:
  task<void> run_both(task<void> script) {
    task_group group{on};
    group.spawn("server", subject->run());
    co_await std::move(script);
    subject->stop();
    co_await group.join();
  }
};

request get(std::string target) {
  request message;
  message.target = std::move(target);
  message.headers.add("Host", "gateway.test");
  return message;
}

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection) {
  bench with;
  const auto script = [](bench& in) -> task<void> {
    client_connection connection = in.connect();
    for (int i = 0; i < 3; ++i) {
      request message = get("/echo");
      message.method = "POST";
      message.body = std::string(1000 * i, 'b');
      const auto answer = co_await connection.roundtrip(std::move(message));
      EXPECT_TRUE(answer.has_value()) << answer.error().message();
      if (!answer) co_return;
      EXPECT_EQ(answer->status, 200);
      EXPECT_EQ(answer->body, "you sent " + std::to_string(1000 * i));
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
      EXPECT_EQ(in.on.clock().now().time_since_epoch(), i * 1s);
    }
    EXPECT_EQ((co_await connection.read_body()).value(), "");
    EXPECT_TRUE(connection.reusable());
  };
  with.run(script(with));
}

}  // namespace
}  // namespace kitfox::runtime::http
